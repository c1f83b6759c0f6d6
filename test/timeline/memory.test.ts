/** The memory of a full timeline stays within its share of the memory limit in the manifest. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { memoryLimit } from '../support/memory-limit.ts';

const SHARE = 0.025;

for (const names of ['usual', 'longest']) {
  test(`full timeline of the largest cluster, with the ${names} names: at most ${100 * SHARE} % of the memory limit`, (t) => {
    const probe = new URL('memory-probe.ts', import.meta.url).pathname;
    const args = ['--expose-gc', '--import', 'tsx', probe, names];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    const measured: Record<string, { bytes: number; events: number }> = JSON.parse(stdout);
    for (const [kind, { bytes, events }] of Object.entries(measured)) {
      const share = ((100 * bytes) / memoryLimit()).toFixed(2);
      t.diagnostic(`${kind}: ${Math.round(bytes / events)} bytes an event, ${share} % of the limit`);
    }
    const largest = Math.max(...Object.values(measured).map(({ bytes }) => bytes));
    assert.ok(largest > 0, 'some memory was measured');
    assert.ok(largest < SHARE * memoryLimit(), `${largest} bytes, of ${SHARE * memoryLimit()}`);
  });
}
