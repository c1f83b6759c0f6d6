/** Our wall clock is set hours back and forth: times from Longhorn stay, times we observed move with our clock, nothing is counted. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STREAMS } from '../src/longhorn/streams.ts';
import { createReplay, type Replay, recorded } from './support/replay.ts';
import { samples } from './support/series.ts';

const HOUR = 3_600_000;

/** Times that we observed ourselves: they are shown on the current wall clock. */
const OURS = new RegExp(
  `^longhorn_(${[
    'exporter_(stream_last_message|oldest_volume|snapshot_sweep)',
    'volume_(rebuild_started|operation_started|last_used)',
    'backup_target_(un)?available_since',
  ].join('|')})_timestamp_seconds`,
);

async function hear(replay: Replay, cluster = 'cluster'): Promise<ReadonlyMap<string, number>> {
  for (const stream of STREAMS) {
    for (const message of recorded('1.12.1', `${cluster}-${stream}`)) replay.message(stream, message);
  }
  return samples(await replay.text());
}

for (const step of [-5 * HOUR, 5 * HOUR, -24 * 365 * HOUR]) {
  test(`a step of ${step / HOUR} hours`, async () => {
    const replay = createReplay('2026-11-22T06:00:00Z');
    const before = await hear(replay);
    assert.ok(
      [...before.keys()].some((series) => series.startsWith('longhorn_backup_started_timestamp_seconds')),
      'a backup is in progress',
    );
    replay.stepWall(step);
    for (const [series, value] of samples(await replay.text())) {
      if (OURS.test(series)) continue;
      if (/^longhorn_volume_degraded_since/.test(series)) {
        const was = before.get(series) ?? Number.NaN;
        assert.ok(value === was || value === was + step / 1000, `${series} is Longhorn's time or ours`);
        continue;
      }
      assert.equal(value, before.get(series), series);
    }
    const after = await hear(replay);
    assert.deepEqual([...after.keys()], [...before.keys()]);
    for (const [series, value] of after) {
      if (/_total(\{|$)/.test(series) && !/_(messages|bytes)_total/.test(series)) {
        assert.equal(value, before.get(series), series);
      }
    }
  });
}

test('our clock is set: a replica keeps the failure time that Longhorn gives', async () => {
  const replay = createReplay('2026-11-22T06:00:00Z');
  const since = async () =>
    [...samples(await replay.text())].filter(([series]) => series.includes('degraded_since'));
  const [volumes] = recorded('1.12.1', 'cluster-volumes');
  assert.ok(volumes, 'there is a list');
  replay.message('volumes', volumes);
  const before = await since();
  replay.stepWall(5 * HOUR);
  const after = await since();
  const moved = after.filter(([, value], index) => value !== before[index]?.[1]);
  const stayed = after.length - moved.length;
  assert.ok(stayed > 0, 'those with a failedAt stay');
  assert.ok(moved.length > 0, 'those that we saw ourselves move with our clock');
});
