/** How many series a healthy volume has, which is its cost in Prometheus. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { recordedCluster } from '../debug/views.ts';

const JOBS = new URL('../fixtures/1.12.1/recurringJobList-job-backed.json', import.meta.url);

test('a healthy volume: at most 38 series, 46 with a backup job, and 14 of its snapshots', async () => {
  const replay = recordedCluster('1.12.1');
  const series = async () =>
    (await replay.text()).split('\n').filter((line) => line.includes('{volume="pvc-aa01"'));
  const isOfSnapshots = (line: string) => /^longhorn_volume_(snapshot(?!_limit)|unbacked)/.test(line);
  const before = await series();
  assert.equal(before.filter(isOfSnapshots).length, 14);
  assert.ok(before.length - 14 <= 38, `${before.length - 14} series`);
  replay.response('jobs', 'pvc-aa01', readFileSync(JOBS));
  const after = await series();
  assert.ok(
    after.some((line) => line.startsWith('longhorn_backup_due_timestamp_seconds')),
    'it has a job',
  );
  assert.ok(after.length - 14 <= 46, `${after.length - 14} series`);
});
