/** The number of series of a healthy volume, which determines its cost in Prometheus. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { recordedCluster } from '../debug/views.ts';

const JOBS = new URL('../fixtures/1.12.1/recurringJobList-job-backed.json', import.meta.url);

test('healthy volume: 14 series of snapshots, and at most 38 others, or 46 with a backup job', async () => {
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
    'the volume has a backup job',
  );
  assert.ok(after.length - 14 <= 46, `${after.length - 14} series`);
});
