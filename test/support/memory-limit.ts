/** The memory limit of the exporter in the manifest. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const SIDECAR = new URL('../../kustomize/sidecar.yaml', import.meta.url);

/** In bytes. */
export function memoryLimit(): number {
  const [{ value }] = parse(readFileSync(SIDECAR, 'utf8'));
  const [, mebibytes] = /^(\d+)Mi$/.exec(value.resources.limits.memory) ?? [];
  assert.ok(mebibytes !== undefined, `not in Mi: ${value.resources.limits.memory}`);
  return Number(mebibytes) * 1024 * 1024;
}
