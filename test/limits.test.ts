/** Every limit from both sides: a value at the limit is accepted whole; one more is counted once, and the rest is processed. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { LIMIT_NAMES, LIMITS, type LimitName, limitsMarkdown } from '../src/limits.ts';
import type { JsonObject } from '../src/longhorn/read.ts';
import { readJobLabels } from '../src/longhorn/recurring-job.ts';
import { KINDS, MESSAGE_LIMITS, STREAMS, type StreamName } from '../src/longhorn/streams.ts';
import { createHistograms } from '../src/metrics/histograms.ts';
import { readSnapshotResponse, readVolumeResponse } from '../src/requests/responses.ts';
import { newLimits } from './support/quiet.ts';
import { createReplay } from './support/replay.ts';
import { samples } from './support/series.ts';

const KNOWN_VOLUMES = 'longhorn_exporter_volumes{scope="cluster"}';

const listOf = (resourceType: string, data: readonly unknown[], more: JsonObject = {}): Buffer =>
  Buffer.from(JSON.stringify({ data, resourceType, type: 'collection', ...more }));

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

const volume = (name: string, more: JsonObject = {}): JsonObject => ({
  name,
  state: 'attached',
  robustness: 'healthy',
  ...more,
});

const replicas = (count: number): JsonObject => ({ replicas: many(count, (i) => ({ name: `r-${i}` })) });
const filler = (bytes: number): string => 'x'.repeat(bytes);

const hitsOf = (limit: LimitName): string => `longhorn_exporter_limits_exceeded_total{limit="${limit}"}`;

function start() {
  const replay = createReplay('2026-11-22T06:00:00Z');
  return {
    store: replay.store,
    text: replay.text,
    send: (stream: StreamName, data: readonly JsonObject[], more?: JsonObject) =>
      replay.message(stream, listOf(KINDS[stream].resourceType, data, more)),
    sample: async (series: string) => samples(await replay.text()).get(series),
    hits: async (limit: LimitName) => samples(await replay.text()).get(hitsOf(limit)),
  };
}

test('each limit: its counter starts at 0, and it is documented', async () => {
  const { hits } = start();
  for (const limit of LIMIT_NAMES) {
    assert.equal(await hits(limit), 0, limit);
    assert.ok(limitsMarkdown().includes(`| \`${limit}\` |`), limit);
  }
});

describe('list', () => {
  interface Row {
    readonly limit: LimitName;
    readonly stream: StreamName;
    readonly unit: string;
    /** How many elements reach the limit, these elements, and the smallest one that exceeds it. */
    readonly count: number;
    readonly element: (index: number) => JsonObject;
    readonly oneMore: JsonObject;
    /** The series with the number of known objects. */
    readonly known?: string;
  }
  const volumes = { stream: 'volumes', known: KNOWN_VOLUMES } as const;
  const pvc = (index: number): string => `pvc-${String(index).padStart(4, '0')}`;

  const ROWS: readonly Row[] = [
    ...(['volumes', 'backups', 'nodes', 'backuptargets'] as const).map((stream) => ({
      ...(stream === 'volumes' ? volumes : { stream }),
      limit: KINDS[stream].limit,
      unit: stream,
      count: LIMITS[KINDS[stream].limit].most,
      element: (i: number) => ({ name: `it-${i}` }),
      oneMore: { name: 'last' },
    })),
    {
      ...volumes,
      limit: 'all_replicas',
      unit: 'volumes with 100 replicas',
      count: LIMITS.all_replicas.most / 100,
      element: (i) => volume(pvc(i), replicas(100)),
      oneMore: volume('last', replicas(1)),
    },
    {
      ...volumes,
      limit: 'volume_names_bytes',
      unit: 'volumes with 256 bytes of names',
      count: LIMITS.volume_names_bytes.most / 256,
      element: (i) => volume(pvc(i), { kubernetesStatus: { namespace: 'é'.repeat(124) } }),
      oneMore: volume('p'),
    },
  ];
  for (const { limit, stream, unit, count, element, oneMore, known } of ROWS) {
    test(`${count} ${unit}: all accepted; one more: left out, and nothing is withdrawn`, async () => {
      const run = start();
      const assertState = async (wanted: number, hits: number) => {
        const found = samples(await run.text());
        if (known !== undefined) assert.equal(found.get(known), wanted);
        assert.equal(found.get(hitsOf(limit)), hits);
      };
      run.send(stream, many(count, element));
      await assertState(count, 0);
      run.send(stream, [...many(count, element), oneMore]);
      await assertState(count, 1);
      // Objects that are absent from this list are not kept, as there is no space for them.
      run.send(stream, [...many(count, (i) => element(i + 5_000)), oneMore]);
      await assertState(count, 2);
      run.send(stream, [element(0)]);
      await assertState(1, 2);
    });
  }

  test('lists with an element without a name: no more volumes kept than the limit, however often names change', async () => {
    const { send, sample } = start();
    const { most } = LIMITS.volumes;
    for (let round = 0; round < 3; round++)
      send('volumes', [...many(most / 2, (i) => volume(`round-${round}-${i}`)), {}]);
    assert.equal(await sample(KNOWN_VOLUMES), most);
  });

  test(`${LIMITS.object_bytes.most} bytes around the elements: accepted; one more: a bad message`, async () => {
    const { send, sample } = start();
    const bare = listOf('volume', [], { links: '' }).length;
    for (const over of [0, 1]) {
      send('volumes', [volume('pvc-1')], { links: filler(LIMITS.object_bytes.most - bare + over) });
      const errors = 'longhorn_exporter_stream_errors_total{stream="volumes",reason="bad_message"}';
      assert.deepEqual([await sample(KNOWN_VOLUMES), await sample(errors)], [1, over]);
    }
  });
});

for (const stream of STREAMS) {
  test(`message of ${stream} that is too large: counted only for ${MESSAGE_LIMITS[stream]}`, async () => {
    const { store, hits } = start();
    store.streamEvent(stream, { type: 'failed', reason: 'too_large', detail: '' });
    for (const limit of LIMIT_NAMES)
      assert.equal(await hits(limit), limit === MESSAGE_LIMITS[stream] ? 1 : 0, limit);
  });
}

describe('object', () => {
  const { object_bytes, replicas: most, text_length } = LIMITS;
  const bare = JSON.stringify(volume('pvc-1', { junk: '' })).length;
  const text = (over: number): string => filler(text_length.most + over);
  const ROWS: readonly [LimitName, string, (over: 0 | 1) => JsonObject][] = [
    [
      'object_bytes',
      'bytes of an object',
      (over) => volume('pvc-1', { junk: filler(object_bytes.most - bare + over) }),
    ],
    ['replicas', 'replicas of a volume', (over) => volume('pvc-1', replicas(most.most + over))],
    [
      'replicas',
      'engines of a volume',
      (over) => volume('pvc-1', { controllers: many(most.most + over, () => ({})) }),
    ],
    [
      'text_length',
      'bytes of a PVC name',
      (over) => volume('pvc-1', { kubernetesStatus: { pvcName: text(over) } }),
    ],
    [
      'text_length',
      'bytes of a volume name',
      (over) => volume(`${'é'.repeat((text_length.most - 1) / 2)}${filler(1 + over)}`),
    ],
    ['text_length', 'bytes of a state', (over) => volume('pvc-1', { state: text(over) })],
  ];
  for (const [limit, unit, make] of ROWS) {
    test(`${LIMITS[limit].most} ${unit}: valid; one more: only that object is bad, counted once`, async () => {
      const { send, sample, hits } = start();
      const bad = () => sample('longhorn_exporter_objects_bad{stream="volumes"}');
      send('volumes', [make(0), volume('pvc-2')]);
      assert.deepEqual([await bad(), await hits(limit)], [0, 0]);
      for (let i = 0; i < 3; i++) {
        send('volumes', [make(1), volume('pvc-2'), volume(`more-${i}`)]);
        assert.deepEqual([await bad(), await hits(limit)], [1, 1]);
        assert.equal(await sample('longhorn_volume_healthy{volume="pvc-2",namespace=""}'), 1);
      }
    });
  }

  test('name that is too long: not served anywhere, and absent volumes are withdrawn', async () => {
    const { send, text } = start();
    send('volumes', [volume('pvc-1'), volume('pvc-2')]);
    send('volumes', [volume(filler(254)), volume('pvc-2')]);
    assert.doesNotMatch(await text(), /volume="pvc-1"|xxxxxxxx/);
  });
});

describe('backups', () => {
  const backup = (name: string, target: number, state: string, more: JsonObject = {}): JsonObject => ({
    name: `${name}-${target}`,
    volumeName: 'pvc-1',
    backupTargetName: `target-${target}`,
    state,
    ...more,
  });
  const backups = (count: number, state: string, more?: JsonObject) =>
    many(count, (i) => backup('b', i, state, more));

  test(`${LIMITS.backup_series.most} pairs of volume and target: served; one more: left out`, async () => {
    const { send, text, hits } = start();
    const { most } = LIMITS.backup_series;
    send('volumes', [volume('pvc-1')]);
    const times = { created: '2026-11-22T05:00:00Z', snapshotCreated: '2026-11-22T04:00:00Z' };
    for (const over of [0, 1]) {
      send('backups', backups(most + over, 'Completed', times));
      const served = (await text()).match(/^longhorn_backup_last_success_timestamp_seconds\{/gm);
      assert.deepEqual([served?.length, await hits('backup_series')], [most, over]);
    }
  });

  test(`${LIMITS.deleted_backups.most} deleted backups: remembered; one more: the oldest is forgotten`, async () => {
    const { send, store, hits } = start();
    const { most } = LIMITS.deleted_backups;
    const remembered = () => store.view().state.backups.deleted;
    send('backups', backups(most, 'Deleting'));
    assert.deepEqual([remembered().size, await hits('deleted_backups')], [most, 0]);
    send('backups', [backup('b', most, 'Deleting')]);
    assert.deepEqual([remembered().size, await hits('deleted_backups')], [most, 1]);
    assert.deepEqual([remembered().has('b-0'), remembered().has('b-1')], [false, true]);
  });

  test(`${LIMITS.backup_targets.most} targets of a volume: all counted; one more: not counted, and no counter starts again`, async () => {
    const { send, sample, hits } = start();
    const { most } = LIMITS.backup_targets;
    const failures = (target: number) =>
      sample(`longhorn_backup_failures_total{volume="pvc-1",namespace="",target="target-${target}"}`);
    send('volumes', [volume('pvc-1')]);
    send('backups', backups(most + 1, 'InProgress'));
    send('backups', [...backups(most, 'Error'), backup('b', most, 'InProgress')]);
    assert.deepEqual([await failures(0), await failures(most - 1), await hits('backup_targets')], [1, 1, 0]);
    send('backups', backups(most + 1, 'Error'));
    assert.deepEqual([(await failures(most)) ?? 0, await hits('backup_targets')], [0, 1]);
    send('backups', [...backups(most + 1, 'Error'), backup('next', 0, 'Error')]);
    assert.equal(await failures(0), 2);
  });

  test(`${LIMITS.backup_targets.most} targets before their list arrives: observed in histograms; one more: not observed`, async () => {
    const limits = newLimits();
    const registry = new Registry();
    const histograms = createHistograms(registry, limits);
    const { most } = LIMITS.backup_targets;
    const assertState = async (hits: number) => {
      const counts = (await registry.metrics()).match(/^longhorn_backup_duration_seconds_count/gm);
      assert.deepEqual([counts?.length, limits.counts.get('backup_targets')], [most, hits]);
    };
    const observe = (target: string) =>
      histograms.observe({ type: 'backup_completed', backup: 'b', target, mode: 'full', seconds: 1 });
    for (let i = 0; i < most; i++) observe(`target-${i}`);
    await assertState(0);
    observe('one-more');
    observe('target-0');
    await assertState(1);
  });
});

describe('response', () => {
  const response = (body: Buffer, requestedAt = 0) => ({ status: 200, body, requestedAt, tookMs: 1 });
  const snapshots = (count: number) =>
    listOf(
      'snapshotCR',
      many(count, (i) => ({ name: `s-${i}` })),
    );

  test(`${LIMITS.snapshots.most} snapshots: accepted; one more: rejected`, () => {
    const { most } = LIMITS.snapshots;
    assert.equal(readSnapshotResponse(response(snapshots(most))).size, most);
    assert.throws(() => readSnapshotResponse(response(snapshots(most + 1))), { limit: 'snapshots' });
  });

  test(`${LIMITS.job_labels.most} jobs and groups of a volume: accepted; one more: rejected`, () => {
    const { most } = LIMITS.job_labels;
    const labels = (count: number) =>
      readJobLabels({
        type: 'collection',
        resourceType: 'volumeRecurringJob',
        data: many(count, (i) => ({ name: `j-${i}`, isGroup: false })),
      });
    assert.equal(labels(most).jobs.length, most);
    assert.throws(() => labels(most + 1), { limit: 'job_labels' });
  });

  test(`${LIMITS.all_snapshots.most} snapshots of all volumes: accepted; one more: rejected until another volume has fewer`, () => {
    const { send, store } = start();
    const { most } = LIMITS.snapshots;
    const count = LIMITS.all_snapshots.most / most;
    send(
      'volumes',
      many(count + 1, (i) => volume(`pvc-${i}`)),
    );
    const { monotonic } = store.view().now;
    const sweep = (index: number, snapshotCount: number) =>
      store.response('sweep', `pvc-${index}`, response(snapshots(snapshotCount), monotonic));
    for (let i = 0; i < count; i++) sweep(i, most);
    assert.throws(() => sweep(count, 1), { limit: 'all_snapshots' });
    // A volume's own earlier snapshots do not count, as they are replaced.
    sweep(0, most - 1);
    sweep(count, 1);
  });

  test(`${LIMITS.object_bytes.most} bytes of a single volume: accepted; one more: rejected`, () => {
    const bare = JSON.stringify(volume('pvc-1', { type: 'volume', junk: '' })).length;
    const body = (over: number) =>
      response(
        Buffer.from(
          JSON.stringify(
            volume('pvc-1', { type: 'volume', junk: filler(LIMITS.object_bytes.most - bare + over) }),
          ),
        ),
      );
    assert.equal(readVolumeResponse('pvc-1', body(0))?.name, 'pvc-1');
    assert.throws(() => readVolumeResponse('pvc-1', body(1)), { limit: 'object_bytes' });
  });
});
