/** Snapshots from a simulated manager's cache to the exposition, on a fast clock. */

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import {
  type Cluster,
  createCluster,
  createSnapshot,
  deleteVolume,
  markSnapshotRemoved,
  recreateVolume,
  removeSnapshot,
  setNodeReady,
} from '../simulator/index.ts';
import { until } from './support/clock.ts';
import { type Pod, type PodOptions, startPod } from './support/pod.ts';
import { type FaultyProxy, type SweepFault, startFaultyProxy } from './support/proxy.ts';
import { samples } from './support/series.ts';

/** A sweep takes six seconds: 100 ms of the test. */
const SWEEP = { SNAPSHOT_SWEEP_INTERVAL: '6s', MANAGER_BUDGET: '1' };

type Samples = ReadonlyMap<string, number>;

async function start(t: TestContext, cluster: Cluster, options: Partial<PodOptions> = {}): Promise<Pod> {
  const pod = await startPod(cluster, { node: 'node-1', environment: SWEEP, ...options });
  t.after(() => pod.stop());
  return pod;
}

const scrape = async (pod: Pod): Promise<Samples> => samples(await pod.scrape());

const of = (cluster: Cluster, found: Samples, name: string, volume: string, kind?: string) => {
  const namespace = cluster.volumes.get(volume)?.namespace ?? 'shop';
  const own = kind === undefined ? '' : `,kind="${kind}"`;
  return found.get(`longhorn_volume_${name}{volume="${volume}",namespace="${namespace}"${own}}`);
};

/** The user's snapshots of a volume: created, deleted, existing, being removed. */
const shown = (cluster: Cluster, found: Samples, volume: string) => [
  of(cluster, found, 'snapshots_created_total', volume, 'user'),
  of(cluster, found, 'snapshots_deleted_total', volume, 'user'),
  of(cluster, found, 'snapshots', volume, 'user'),
  of(cluster, found, 'snapshots_removing', volume),
];

const nothing = [undefined, undefined, undefined, undefined];

async function shows(pod: Pod, cluster: Cluster, volume: string, expected: readonly (number | undefined)[]) {
  let last: readonly (number | undefined)[] = [];
  await until(
    async () => {
      last = shown(cluster, await scrape(pod), volume);
      return last.every((value, i) => value === expected[i]);
    },
    15_000,
    `${volume} shows ${expected}`,
  ).catch((error: Error) => assert.deepEqual(last, expected, error.message));
}

const rounds = (pod: Pod) => pod.manager.stats.requests['POST snapshotCRList'] ?? 0;

/** Waits for that many whole sweeps over this many volumes. */
async function sweeps(pod: Pod, volumes: number, count = 2): Promise<void> {
  const before = rounds(pod);
  await until(() => rounds(pod) >= before + count * volumes, 15_000, `${count} sweeps`);
}

const internalErrors = async (pod: Pod) => (await scrape(pod)).get('longhorn_exporter_internal_errors_total');

describe('A sweep', { concurrency: 8 }, () => {
  test('shows created and deleted snapshots, each once', async (t) => {
    const cluster = createCluster({ volumes: 3, snapshotsPerVolume: 2 });
    const pod = await start(t, cluster);
    await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
    const snapshot = createSnapshot(cluster, 'pvc-0001');
    createSnapshot(cluster, 'pvc-0001', { userCreated: false, error: 'waiting for the volume' });
    await shows(pod, cluster, 'pvc-0001', [1, 0, 3, 0]);
    markSnapshotRemoved(cluster, 'pvc-0001', snapshot);
    await shows(pod, cluster, 'pvc-0001', [1, 1, 2, 1]);
    removeSnapshot(cluster, 'pvc-0001', snapshot);
    await shows(pod, cluster, 'pvc-0001', [1, 1, 2, 0]);
    removeSnapshot(cluster, 'pvc-0001', 'snap-pvc-0001-1');
    await shows(pod, cluster, 'pvc-0001', [1, 2, 1, 0]);
    const found = await scrape(pod);
    assert.equal(of(cluster, found, 'snapshots_created_total', 'pvc-0001', 'system'), 1);
    assert.equal(of(cluster, found, 'snapshots_with_error', 'pvc-0001'), 1);
    assert.deepEqual(shown(cluster, found, 'pvc-0002'), [0, 0, 2, 0]);
    assert.equal(await internalErrors(pod), 0);
  });

  test('counts the deletion of the last snapshot only once a list still has the volume', async (t) => {
    const cluster = createCluster({ volumes: 2, snapshotsPerVolume: 1 });
    const pod = await start(t, cluster);
    await shows(pod, cluster, 'pvc-0001', [0, 0, 1, 0]);
    removeSnapshot(cluster, 'pvc-0001', 'snap-pvc-0001-1');
    // The stream is quiet: the list that confirms it comes with the resync, a minute later.
    await shows(pod, cluster, 'pvc-0001', [0, 1, 0, 0]);
  });

  test('counts nothing for a volume that was deleted in the meantime', async (t) => {
    const cluster = createCluster({ volumes: 3 });
    // No resync may come between the sweep and the deletion: its list would confirm that the volume still exists.
    const pod = await start(t, cluster, { environment: { ...SWEEP, SILENCE_LIMIT: '1h' } });
    await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
    // First only the snapshots disappear, as in a sweep before the list.
    cluster.setSnapshots('pvc-0001', []);
    await sweeps(pod, 3, 1);
    assert.deepEqual(shown(cluster, await scrape(pod), 'pvc-0001').slice(0, 2), [0, 0]);
    deleteVolume(cluster, 'pvc-0001');
    await shows(pod, cluster, 'pvc-0001', nothing);
    await sweeps(pod, 2);
  });

  test('starts a recreated volume from a new baseline', async (t) => {
    let ahead = 0;
    const cluster = createCluster({ volumes: 2, now: () => Date.now() + ahead });
    const pod = await start(t, cluster);
    await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
    createSnapshot(cluster, 'pvc-0001');
    await shows(pod, cluster, 'pvc-0001', [1, 0, 3, 0]);
    ahead = 3_600_000;
    recreateVolume(cluster, 'pvc-0001');
    await shows(pod, cluster, 'pvc-0001', [0, 0, 0, 0]);
    createSnapshot(cluster, 'pvc-0001');
    await shows(pod, cluster, 'pvc-0001', [1, 0, 1, 0]);
  });

  test('sees 250 snapshots on each of 100 volumes, and a new one', async (t) => {
    const cluster = createCluster({ volumes: 100, snapshotsPerVolume: 250, backups: 0 });
    const pod = await start(t, cluster, {
      environment: { SNAPSHOT_SWEEP_INTERVAL: '30s', MANAGER_BUDGET: '1' },
    });
    await shows(pod, cluster, 'pvc-0100', [0, 0, 250, 0]);
    const found = await scrape(pod);
    const all = [...found].filter(([series]) => /^longhorn_volume_snapshots\{.*kind="user"/.test(series));
    assert.deepEqual(new Set(all.map(([, value]) => value)), new Set([250]));
    createSnapshot(cluster, 'pvc-0050');
    await shows(pod, cluster, 'pvc-0050', [1, 0, 251, 0]);
  });

  test('that is switched off sends no request and serves no snapshot series', async (t) => {
    const cluster = createCluster({ volumes: 3 });
    const pod = await start(t, cluster, { environment: { SNAPSHOT_SWEEP_INTERVAL: '0' } });
    await until(async () => (await scrape(pod)).get('longhorn_up') === 1);
    await until(() => pod.manager.stats.connects.volumes >= 2, 3_000, 'a resync, a minute later');
    const text = await pod.scrape();
    assert.doesNotMatch(text, /^longhorn_volume_snapshots?(_bytes|_removing|_created_total|_oldest\w+)?\{/m);
    assert.doesNotMatch(text, /^longhorn_exporter_snapshot_sweep_(timestamp|duration)_seconds /m);
    assert.equal(rounds(pod), 0);
  });

  test('reports when it ended and how long it took', async (t) => {
    const cluster = createCluster({ volumes: 5 });
    const pod = await start(t, cluster);
    await sweeps(pod, 5, 3);
    const found = await scrape(pod);
    const duration = found.get('longhorn_exporter_snapshot_sweep_duration_seconds') ?? Number.NaN;
    assert.ok(duration >= 5.9, `${duration} s`);
    const at = found.get('longhorn_exporter_snapshot_sweep_timestamp_seconds') ?? Number.NaN;
    assert.ok(at > Date.now() / 1000 - 60, `ended at ${at}`);
  });
});

describe('Ownership', () => {
  test('moves to another node: no changes counted, the new owner starts from a new baseline', async (t) => {
    const cluster = createCluster({ volumes: 8, nodes: 2 });
    const names = cluster.volumes.list().map(({ name }) => name);
    const [one, two] = await Promise.all(
      ['node-1', 'node-2'].map((node) => start(t, cluster, { node, owned: true })),
    );
    assert.ok(one && two, 'two pods');
    const owners = async (volume: string): Promise<Pod[]> => {
      const found = await Promise.all([one, two].map(async (pod) => [pod, await scrape(pod)] as const));
      return found.filter(([, text]) => shown(cluster, text, volume)[2] !== undefined).map(([pod]) => pod);
    };
    await until(async () => (await Promise.all(names.map(owners))).every(({ length }) => length === 1));
    const own = await Promise.all(names.map(async (name) => [name, (await owners(name))[0]] as const));
    const [mine] = own.find(([, pod]) => pod === one) ?? [];
    const [theirs] = own.find(([, pod]) => pod === two) ?? [];
    assert.ok(mine !== undefined && theirs !== undefined, 'each owns some');

    for (const volume of [mine, theirs]) createSnapshot(cluster, volume);
    await shows(one, cluster, mine, [1, 0, 3, 0]);
    await shows(two, cluster, theirs, [1, 0, 3, 0]);
    setNodeReady(cluster, 'node-2', false);
    await shows(one, cluster, theirs, [0, 0, 3, 0]);
    createSnapshot(cluster, theirs);
    await shows(one, cluster, theirs, [1, 0, 4, 0]);
    await until(async () => shown(cluster, await scrape(two), theirs)[2] === undefined);
    setNodeReady(cluster, 'node-2', true);
    await shows(two, cluster, theirs, [1, 0, 4, 0]);
    await until(async () => shown(cluster, await scrape(one), theirs)[2] === undefined);
    assert.deepEqual(shown(cluster, await scrape(one), mine), [1, 0, 3, 0], 'what stayed went on');
  });

  test('limits the sweep: no exporter sweeps the volumes of another', async (t) => {
    const cluster = createCluster({ volumes: 8, nodes: 2 });
    const asked = new Set<string>();
    let proxy: FaultyProxy | undefined;
    const pod = await start(t, cluster, {
      owned: true,
      async proxy(port) {
        proxy = await startFaultyProxy(t, port, (volume) => void asked.add(volume));
        return proxy.port;
      },
    });
    await until(async () => (await scrape(pod)).get('longhorn_up') === 1);
    const owned = (await scrape(pod)).get('longhorn_exporter_volumes{scope="owned"}') ?? 0;
    assert.ok(owned > 0 && owned < 8, `${owned} of 8 volumes`);
    await sweeps(pod, owned, 3);
    assert.equal(asked.size, owned);
  });
});

describe('A sweep that fails keeps the known snapshots, counts its errors, and continues afterwards', {
  concurrency: 4,
}, () => {
  const list = (...data: unknown[]) =>
    JSON.stringify({ data, resourceType: 'snapshotCR', type: 'collection' });
  const table: [why: string, fault: SweepFault][] = [
    ['with status 500', { status: 500, body: '{"type":"error"}' }],
    ['with status 404', { status: 404, body: list() }],
    ['without a response', 'hang'],
    ['with something that is not a list', { status: 200, body: '{"type":"error","message":"x"}' }],
    ['with a list of something else', { status: 200, body: list().replace('snapshotCR', 'backup') }],
    ['with an invalid snapshot', { status: 200, body: list({ name: 'a' }, { name: 7 }) }],
    ['with too large a body', { status: 200, body: list().padEnd(9 * 1024 * 1024, ' ') }],
    ['with a reset in mid-body', 'reset'],
    ['with a redirect', { status: 302, body: '' }],
  ];
  for (const [why, fault] of table) {
    test(why, async (t) => {
      const cluster = createCluster({ volumes: 2 });
      let proxy: FaultyProxy | undefined;
      const pod = await start(t, cluster, {
        async proxy(port) {
          proxy = await startFaultyProxy(t, port);
          return proxy.port;
        },
      });
      assert.ok(proxy, 'the proxy was not started');
      await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
      createSnapshot(cluster, 'pvc-0001');
      await shows(pod, cluster, 'pvc-0001', [1, 0, 3, 0]);
      proxy.setFault(fault);
      const errors = async () =>
        (await scrape(pod)).get('longhorn_exporter_snapshot_sweep_errors_total') ?? Number.NaN;
      await until(async () => (await errors()) >= 2, 15_000, 'errors are counted');
      const found = await scrape(pod);
      assert.deepEqual(shown(cluster, found, 'pvc-0001'), [1, 0, 3, 0]);
      assert.ok((found.get('longhorn_exporter_scrape_errors_total') ?? 0) >= 2, 'as errors of all reads');
      assert.equal(found.get('longhorn_up'), 1, 'the streams are well');
      createSnapshot(cluster, 'pvc-0001');
      proxy.setFault(undefined);
      await shows(pod, cluster, 'pvc-0001', [2, 0, 4, 0]);
      assert.equal(await internalErrors(pod), 0);
    });
  }

  test('until STALE_AFTER: then they are withdrawn, while the volume stays', async (t) => {
    const cluster = createCluster({ volumes: 2 });
    const pod = await start(t, cluster, { environment: { ...SWEEP, STALE_AFTER: '90s' } });
    await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
    pod.manager.faults.set('status', 500, { on: 'rest' });
    await shows(pod, cluster, 'pvc-0001', nothing);
    const found = await scrape(pod);
    assert.equal(of(cluster, found, 'healthy', 'pvc-0001'), 1);
    pod.manager.faults.clear();
    await shows(pod, cluster, 'pvc-0001', [0, 0, 2, 0]);
  });
});
