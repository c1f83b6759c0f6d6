/** Compares text with a file under test/golden; `UPDATE_GOLDEN=1` writes the file instead. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';

export function matchesGolden(name: string, actual: string): void {
  const file = new URL(`../golden/${name}`, import.meta.url);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
  assert.equal(actual, readFileSync(file, 'utf8'), `${name}; UPDATE_GOLDEN=1 npm test rewrites it`);
}
