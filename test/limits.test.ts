/** Every limit, from both sides: what is just within it is taken whole; one more is counted once, and the rest goes on. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIMIT_NAMES, LIMITS, type LimitName, limitsMarkdown } from '../src/limits.ts';
import type { JsonObject } from '../src/longhorn/read.ts';
import { KINDS, type StreamName } from '../src/longhorn/streams.ts';
import { readSnapshotAnswer, readVolumeAnswer } from '../src/request/answers.ts';
import { createReplay, type Replay } from './support/replay.ts';
import { samples } from './support/series.ts';

const START = '2026-11-22T06:00:00Z';

const list = (stream: StreamName, data: readonly unknown[], more: JsonObject = {}): Buffer =>
  Buffer.from(
    JSON.stringify({ data, resourceType: KINDS[stream].resourceType, type: 'collection', ...more }),
  );

const many = (count: number, make: (index: number) => JsonObject): JsonObject[] =>
  Array.from({ length: count }, (_, index) => make(index));

const volume = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  state: 'attached',
  robustness: 'healthy',
  ...more,
});

const sample = async (replay: Replay, series: string) => samples(await replay.text()).get(series);
const hits = (replay: Replay, limit: LimitName) =>
  sample(replay, `longhorn_exporter_limits_exceeded_total{limit="${limit}"}`);

test('all limits are served from the start', async () => {
  const replay = createReplay(START);
  for (const limit of LIMIT_NAMES) assert.equal(await hits(replay, limit), 0, limit);
});

test('the documentation has a row for each', () => {
  for (const limit of LIMIT_NAMES) assert.ok(limitsMarkdown().includes(`| \`${limit}\` |`), limit);
});

describe('A list', () => {
  for (const stream of ['volumes', 'backups', 'nodes', 'backuptargets'] as const) {
    const { limit } = KINDS[stream];
    const { most } = LIMITS[limit];

    test(`of ${most} ${stream} is taken whole; of one more the last is left out, and nothing is withdrawn`, async () => {
      const replay = createReplay(START);
      replay.message(
        stream,
        list(
          stream,
          many(most, (i) => ({ name: `it-${i}` })),
        ),
      );
      assert.equal(await hits(replay, limit), 0);
      replay.message(
        stream,
        list(
          stream,
          many(most + 1, (i) => ({ name: `it-${i}` })),
        ),
      );
      assert.equal(await hits(replay, limit), 1);
      if (stream !== 'volumes') return;
      const known = () => sample(replay, 'longhorn_exporter_volumes{scope="cluster"}');
      assert.equal(await known(), most);
      // Other names altogether: those of before are kept only as far as there is room.
      replay.message(
        stream,
        list(
          stream,
          many(most + 1, (i) => ({ name: `other-${i}` })),
        ),
      );
      assert.equal(await known(), most);
      replay.message(stream, list(stream, [volume('pvc-1')]));
      assert.equal(await known(), 1, 'a list within the limit withdraws what is absent');
    });
  }

  test('whose objects cannot be named keeps no more than the limit, however often their names change', async () => {
    const replay = createReplay(START);
    const { most } = LIMITS.volumes;
    for (let round = 0; round < 3; round++) {
      const found = many(most / 2, (i) => volume(`round-${round}-${i}`));
      replay.message('volumes', list('volumes', [...found, {}]));
    }
    assert.equal(await sample(replay, 'longhorn_exporter_volumes{scope="cluster"}'), most);
  });

  test('is none when what is around the objects is larger than an object may be', async () => {
    const replay = createReplay(START);
    const around = (bytes: number) => {
      const bare = list('volumes', [volume('pvc-1')], { links: '' }).length;
      const data = JSON.stringify(volume('pvc-1')).length;
      return list('volumes', [volume('pvc-1')], { links: 'x'.repeat(bytes - (bare - data)) });
    };
    replay.message('volumes', around(LIMITS.object_bytes.most));
    assert.equal(await sample(replay, 'longhorn_exporter_volumes{scope="cluster"}'), 1);
    const bad = 'longhorn_exporter_stream_errors_total{stream="volumes",reason="bad_message"}';
    assert.equal(await sample(replay, bad), 0);
    replay.message('volumes', around(LIMITS.object_bytes.most + 1));
    assert.equal(await sample(replay, bad), 1);
  });
});

describe('An object', () => {
  /** A volume that is just within a limit, and the same with one more. */
  const cases: readonly [LimitName, string, (over: 0 | 1) => JsonObject][] = [
    [
      'object_bytes',
      'of bytes',
      (over) => {
        const bare = JSON.stringify(volume('pvc-1', { junk: '' })).length;
        return volume('pvc-1', { junk: 'x'.repeat(LIMITS.object_bytes.most - bare + over) });
      },
    ],
    [
      'replicas',
      'of replicas',
      (over) => volume('pvc-1', { replicas: many(LIMITS.replicas.most + over, (i) => ({ name: `r-${i}` })) }),
    ],
    [
      'replicas',
      'of engines',
      (over) => volume('pvc-1', { controllers: many(LIMITS.replicas.most + over, () => ({})) }),
    ],
    [
      'text_length',
      'of characters of a PVC',
      (over) =>
        volume('pvc-1', { kubernetesStatus: { pvcName: 'x'.repeat(LIMITS.text_length.most + over) } }),
    ],
    [
      'text_length',
      'of characters of its name',
      (over) => volume('x'.repeat(LIMITS.text_length.most + over)),
    ],
    [
      'text_length',
      'of characters of its state',
      (over) => volume('pvc-1', { state: 'x'.repeat(LIMITS.text_length.most + over) }),
    ],
  ];
  for (const [limit, what, make] of cases) {
    test(`with the most ${what} is understood; with one more it is bad, counted once, and alone`, async () => {
      const replay = createReplay(START);
      const bad = () => sample(replay, 'longhorn_exporter_objects_bad{stream="volumes"}');
      const good = 'longhorn_volume_healthy{volume="pvc-2",namespace=""}';
      replay.message('volumes', list('volumes', [make(0), volume('pvc-2')]));
      assert.deepEqual([await bad(), await hits(replay, limit)], [0, 0]);
      for (let i = 0; i < 3; i++) {
        replay.message('volumes', list('volumes', [make(1), volume('pvc-2'), volume(`more-${i}`)]));
        assert.deepEqual([await bad(), await hits(replay, limit)], [1, 1]);
        assert.equal(await sample(replay, good), 1);
      }
    });
  }

  test('whose name is too long is none of those that are absent: they are withdrawn', async () => {
    const replay = createReplay(START);
    replay.message('volumes', list('volumes', [volume('pvc-1'), volume('pvc-2')]));
    replay.message('volumes', list('volumes', [volume('x'.repeat(254)), volume('pvc-2')]));
    const text = await replay.text();
    assert.equal(text.includes('volume="pvc-1"'), false, 'pvc-1 is gone');
    assert.equal(text.includes('xxxxxxxx'), false, 'a long name is nowhere');
  });
});

test('so many pairs of a volume and a target are served; of one more the last is left out', async () => {
  const replay = createReplay(START);
  const { most } = LIMITS.backup_series;
  const backups = (count: number) =>
    many(count, (i) => ({
      name: `backup-${i}`,
      volumeName: 'pvc-1',
      backupTargetName: `target-${i}`,
      state: 'Completed',
      created: '2026-11-22T05:00:00Z',
      snapshotCreated: '2026-11-22T04:00:00Z',
    }));
  replay.message('volumes', list('volumes', [volume('pvc-1')]));
  const targets = async () =>
    [...samples(await replay.text()).keys()].filter((series) =>
      series.startsWith('longhorn_backup_last_success_timestamp_seconds{'),
    ).length;
  replay.message('backups', list('backups', backups(most)));
  assert.deepEqual([await targets(), await hits(replay, 'backup_series')], [most, 0]);
  replay.message('backups', list('backups', backups(most + 1)));
  assert.deepEqual([await targets(), await hits(replay, 'backup_series')], [most, 1]);
});

describe('The answer', () => {
  const answer = (body: string | Buffer) => ({
    status: 200,
    body: Buffer.from(body),
    askedAt: 0,
    tookMs: 1,
  });

  test('with the most snapshots is taken; with one more it is refused for that limit', () => {
    const snapshots = (count: number) =>
      answer(
        JSON.stringify({
          data: many(count, (i) => ({ name: `s-${i}` })),
          resourceType: 'snapshotCR',
          type: 'collection',
        }),
      );
    const { most } = LIMITS.snapshots;
    assert.equal(readSnapshotAnswer(snapshots(most)).size, most);
    assert.throws(() => readSnapshotAnswer(snapshots(most + 1)), { limit: 'snapshots' });
  });

  test('for one volume of the most bytes is taken; of one more it is refused for that limit', () => {
    const body = (over: number) => {
      const bare = JSON.stringify({ ...volume('pvc-1'), type: 'volume', junk: '' }).length;
      const junk = 'x'.repeat(LIMITS.object_bytes.most - bare + over);
      return answer(JSON.stringify({ ...volume('pvc-1'), type: 'volume', junk }));
    };
    assert.equal(readVolumeAnswer('pvc-1', body(0))?.name, 'pvc-1');
    assert.throws(() => readVolumeAnswer('pvc-1', body(1)), { limit: 'object_bytes' });
  });
});
