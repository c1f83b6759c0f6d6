/** Every limit, from both sides: what is just within it is taken whole; one more is counted once, and the rest goes on. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { LIMIT_NAMES, LIMITS, type LimitName, limitsMarkdown } from '../src/limits.ts';
import type { JsonObject } from '../src/longhorn/read.ts';
import { KINDS, MESSAGE_LIMITS, STREAMS, type StreamName } from '../src/longhorn/streams.ts';
import { createHistograms } from '../src/metrics/histograms.ts';
import { readSnapshotAnswer, readVolumeAnswer } from '../src/requests/answers.ts';
import { newLimits } from './support/quiet.ts';
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

  const WEIGHTS: readonly [LimitName, string, perVolume: number, (weight: number) => JsonObject][] = [
    ['all_replicas', 'replicas', 100, (weight) => ({ replicas: many(weight, (i) => ({ name: `r-${i}` })) })],
    [
      'volume_names_bytes',
      'bytes of names',
      // Its own name has seven of them.
      256,
      (weight) => ({ kubernetesStatus: { namespace: 'é'.repeat((weight - 8) / 2) } }),
    ],
  ];
  for (const [limit, what, perVolume, make] of WEIGHTS) {
    test(`of volumes with so many ${what} in all is taken whole; of one more volume it is left out`, async () => {
      const replay = createReplay(START);
      const count = LIMITS[limit].most / perVolume;
      const known = () => sample(replay, 'longhorn_exporter_volumes{scope="cluster"}');
      const named = (i: number) => `pvc-${String(i).padStart(4, '0')}`;
      const volumes = (from: number, to: number) =>
        many(to - from, (i) => volume(named(from + i), make(perVolume)));
      replay.message('volumes', list('volumes', volumes(0, count)));
      assert.deepEqual([await known(), await hits(replay, limit)], [count, 0]);
      replay.message('volumes', list('volumes', [...volumes(0, count), volume('pvc-last', make(8))]));
      assert.deepEqual([await known(), await hits(replay, limit)], [count, 1]);
      // Other names altogether: of those from before there is room for none.
      replay.message('volumes', list('volumes', volumes(5_000, 5_001 + count)));
      assert.deepEqual([await known(), await hits(replay, limit)], [count, 2]);
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

test('a message that is too large counts for the limit of its stream', async () => {
  for (const stream of STREAMS) {
    const replay = createReplay(START);
    replay.store.event(stream, { type: 'failed', reason: 'too_large', detail: '' });
    for (const limit of LIMIT_NAMES) {
      assert.equal(
        await hits(replay, limit),
        limit === MESSAGE_LIMITS[stream] ? 1 : 0,
        `${stream}: ${limit}`,
      );
    }
  }
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
      'of bytes of a PVC',
      (over) =>
        volume('pvc-1', { kubernetesStatus: { pvcName: 'x'.repeat(LIMITS.text_length.most + over) } }),
    ],
    [
      'text_length',
      'of bytes of its name',
      (over) => volume(`${'é'.repeat((LIMITS.text_length.most - 1) / 2)}${'x'.repeat(1 + over)}`),
    ],
    [
      'text_length',
      'of bytes of its state',
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

test('so many deleted backups are remembered; of one more the oldest is forgotten', async () => {
  const replay = createReplay(START);
  const { most } = LIMITS.deleted_backups;
  const remembered = () => replay.store.view().object.state.backups.deleted;
  const deleting = (from: number, to: number) =>
    many(to - from, (i) => ({ name: `backup-${from + i}`, volumeName: 'pvc-1', state: 'Deleting' }));
  replay.message('backups', list('backups', deleting(0, most)));
  assert.deepEqual([remembered().size, await hits(replay, 'deleted_backups')], [most, 0]);
  replay.message('backups', list('backups', deleting(most, most + 1)));
  assert.deepEqual([remembered().size, await hits(replay, 'deleted_backups')], [most, 1]);
  assert.deepEqual([remembered().has('backup-0'), remembered().has('backup-1')], [false, true]);
});

test("so many targets of a volume have counters; of one more nothing is counted, and no other's begins anew", async () => {
  const replay = createReplay(START);
  const { most } = LIMITS.backup_targets;
  const on = (target: number, state: string, name = 'b') => ({
    name: `${name}-${target}`,
    volumeName: 'pvc-1',
    backupTargetName: `target-${target}`,
    state,
  });
  const targets = (count: number, state: string) => many(count, (i) => on(i, state));
  replay.message('volumes', list('volumes', [volume('pvc-1')]));
  const failures = (target: number) =>
    sample(replay, `longhorn_backup_failures_total{volume="pvc-1",namespace="",target="target-${target}"}`);
  replay.message('backups', list('backups', targets(most + 1, 'InProgress')));
  replay.message('backups', list('backups', [...targets(most, 'Error'), on(most, 'InProgress')]));
  assert.deepEqual([await failures(0), await failures(most - 1)], [1, 1]);
  assert.equal(await hits(replay, 'backup_targets'), 0);
  replay.message('backups', list('backups', targets(most + 1, 'Error')));
  assert.equal(await hits(replay, 'backup_targets'), 1);
  assert.equal((await failures(most)) ?? 0, 0);
  replay.message('backups', list('backups', [...targets(most + 1, 'Error'), on(0, 'Error', 'next')]));
  assert.equal(await failures(0), 2);
});

test('so many targets have a histogram before the list of targets came; of one more nothing is observed', async () => {
  const limits = newLimits();
  const exceeded = () => limits.counts.get('backup_targets');
  const registry = new Registry();
  const histograms = createHistograms(registry, limits);
  const { most } = LIMITS.backup_targets;
  const targets = async () =>
    (await registry.metrics()).match(/^longhorn_backup_duration_seconds_count/gm)?.length;
  for (let i = 0; i < most; i++) histograms.backup(`target-${i}`, 1);
  assert.deepEqual([await targets(), exceeded()], [most, 0]);
  histograms.backup('one-more', 1);
  histograms.backup('target-0', 1);
  assert.deepEqual([await targets(), exceeded()], [most, 1]);
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

  test('with the most snapshots of all volumes is taken; with one more it is refused for that limit', async () => {
    const replay = createReplay(START);
    const { most } = LIMITS.snapshots;
    const count = LIMITS.all_snapshots.most / most;
    const names = Array.from({ length: count + 1 }, (_, i) => `pvc-${i}`);
    replay.message(
      'volumes',
      list(
        'volumes',
        names.map((name) => volume(name)),
      ),
    );
    const sweep = (name: string, snapshots: number) => {
      const body = {
        data: many(snapshots, (i) => ({ name: `s-${i}` })),
        resourceType: 'snapshotCR',
        type: 'collection',
      };
      const { monotonic: askedAt } = replay.store.view().now;
      replay.store.answer('sweep', name, {
        status: 200,
        body: Buffer.from(JSON.stringify(body)),
        askedAt,
        tookMs: 1,
      });
    };
    const [last = '', ...others] = names;
    for (const name of others) sweep(name, most);
    assert.throws(() => sweep(last, 1), { limit: 'all_snapshots' });
    // Asked again, a volume's own snapshots are not counted twice.
    sweep(others[0] ?? '', most - 1);
    sweep(last, 1);
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
