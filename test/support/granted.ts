/** The memory that the manifest grants the exporter. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const SIDECAR = new URL('../../kustomize/sidecar.yaml', import.meta.url);

/** In bytes. */
export function granted(): number {
  const [{ value }] = parse(readFileSync(SIDECAR, 'utf8'));
  const [, mebibytes] = /^(\d+)Mi$/.exec(value.resources.limits.memory) ?? [];
  assert.ok(mebibytes !== undefined, `a limit in Mi: ${value.resources.limits.memory}`);
  return Number(mebibytes) * 1024 * 1024;
}
