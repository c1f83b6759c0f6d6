/** A full timeline weighs no more than its share of the memory that the manifest grants. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { memoryLimit } from '../support/memory-limit.ts';

const SHARE = 0.025;

for (const names of ['usual', 'longest']) {
  test(`a full timeline of the largest cluster, with the ${names} names, takes at most ${100 * SHARE} % of the limit`, (t) => {
    const probe = new URL('memory-probe.ts', import.meta.url).pathname;
    const words = ['--expose-gc', '--import', 'tsx', probe, names];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    const weights: Record<string, { bytes: number; events: number }> = JSON.parse(stdout);
    for (const [kind, { bytes, events }] of Object.entries(weights)) {
      const found = ((100 * bytes) / memoryLimit()).toFixed(2);
      t.diagnostic(`${kind}: ${Math.round(bytes / events)} bytes an event, ${found} % of the limit`);
    }
    const heaviest = Math.max(...Object.values(weights).map(({ bytes }) => bytes));
    assert.ok(heaviest > 0, 'it weighs something');
    assert.ok(heaviest < SHARE * memoryLimit(), `${heaviest} bytes, of ${SHARE * memoryLimit()}`);
  });
}
