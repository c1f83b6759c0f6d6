/** A full timeline weighs at most two hundredths of the memory that the manifest grants. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const SHARE = 0.02;

/** What the manifest grants, in bytes. */
function granted(): number {
  const [{ value }] = parse(readFileSync(new URL('kustomize/sidecar.yaml', ROOT), 'utf8'));
  const [, mebibytes] = /^(\d+)Mi$/.exec(value.resources.limits.memory) ?? [];
  assert.ok(mebibytes !== undefined, `a limit in Mi: ${value.resources.limits.memory}`);
  return Number(mebibytes) * 1024 * 1024;
}

test('a full timeline of the largest cluster takes its share of memory, and no more', (t) => {
  const probe = new URL('memory-probe.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', probe], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  const weights: Record<string, { bytes: number; events: number }> = JSON.parse(stdout);
  const most = SHARE * granted();
  for (const [kind, { bytes, events }] of Object.entries(weights)) {
    const share = ((100 * bytes) / granted()).toFixed(2);
    t.diagnostic(`${kind}: ${Math.round(bytes / events)} bytes an event, ${share} % of the limit`);
  }
  const [heaviest = 0] = Object.values(weights)
    .map(({ bytes }) => bytes)
    .sort((a, b) => b - a);
  assert.ok(heaviest > 0, 'it weighs something');
  assert.ok(heaviest < most, `${heaviest} bytes, of ${most}`);
});
