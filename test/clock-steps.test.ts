/** Steps of our wall clock: times from Longhorn stay, times we observed move with the clock, and no counter increases. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STREAMS } from '../src/longhorn/streams.ts';
import { createReplay, type Replay, recorded } from './support/replay.ts';
import { samples } from './support/series.ts';

const HOUR = 3_600_000;

/** Times that we observed ourselves; they are converted to the current wall clock. */
const OBSERVED = new RegExp(
  `^longhorn_(${[
    'exporter_(stream_last_message|oldest_volume|snapshot_sweep)',
    'volume_(rebuild_started|operation_started|last_used)',
    'backup_target_(un)?available_since',
  ].join('|')})_timestamp_seconds`,
);

async function receiveAll(replay: Replay, cluster = 'cluster'): Promise<ReadonlyMap<string, number>> {
  for (const stream of STREAMS) {
    for (const message of recorded('1.12.1', `${cluster}-${stream}`)) replay.message(stream, message);
  }
  return samples(await replay.text());
}

for (const step of [-5 * HOUR, 5 * HOUR, -24 * 365 * HOUR]) {
  test(`clock steps by ${step / HOUR} hours: times from Longhorn and counters unchanged`, async () => {
    const replay = createReplay('2026-11-22T06:00:00Z');
    const before = await receiveAll(replay);
    assert.ok(
      [...before.keys()].some((series) => series.startsWith('longhorn_backup_started_timestamp_seconds')),
      'a backup is in progress',
    );
    replay.stepWall(step);
    for (const [series, value] of samples(await replay.text())) {
      if (OBSERVED.test(series)) continue;
      if (/^longhorn_volume_degraded_since/.test(series)) {
        const earlier = before.get(series) ?? Number.NaN;
        assert.ok(
          value === earlier || value === earlier + step / 1000,
          `${series} stays or moves by the step`,
        );
        continue;
      }
      assert.equal(value, before.get(series), series);
    }
    const after = await receiveAll(replay);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [series, value] of after) {
      if (/_total(\{|$)/.test(series) && !/_(messages|bytes)_total/.test(series)) {
        assert.equal(value, before.get(series), series);
      }
    }
  });
}

test('clock steps: degraded_since stays where Longhorn gives the failure time, and moves with the clock elsewhere', async () => {
  const replay = createReplay('2026-11-22T06:00:00Z');
  const degradedSince = async () =>
    [...samples(await replay.text())].filter(([series]) => series.includes('degraded_since'));
  const [volumes] = recorded('1.12.1', 'cluster-volumes');
  assert.ok(volumes, 'the list is recorded');
  replay.message('volumes', volumes);
  const before = await degradedSince();
  replay.stepWall(5 * HOUR);
  const after = await degradedSince();
  const moved = after.filter(([, value], index) => value !== before[index]?.[1]);
  const stayed = after.length - moved.length;
  assert.ok(stayed > 0, 'times from failedAt stay');
  assert.ok(moved.length > 0, 'times that we observed move with the clock');
});
