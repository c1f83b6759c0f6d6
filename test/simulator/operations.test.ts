/** What the operations change in a cluster, as a client would see it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as operations from '../../simulator/index.ts';
import { type Backup, type Cluster, createCluster, type Volume } from '../../simulator/index.ts';
import { robustnessOf } from '../../simulator/robustness.ts';
import { createWire } from '../../simulator/wire.ts';
import { elements, lines, toBackup, type WireBackup } from './fixtures.ts';

const VOLUME = 'pvc-0001';
const newCluster = () => createCluster({ volumes: 4, now: () => Date.parse('2026-11-22T06:00:00Z') });
const get = (cluster: Cluster, name = VOLUME): Volume => {
  const volume = cluster.volumes.get(name);
  assert.ok(volume);
  return volume;
};
/** `mode/running/failed` of each replica. */
const replicas = (cluster: Cluster, name = VOLUME): string[] =>
  get(cluster, name).replicas.map(({ mode, running, failedAt }) => `${mode}/${running}/${failedAt !== ''}`);
const firstReplica = (cluster: Cluster): string => get(cluster).replicas[0]?.name ?? '';

test('replica fails and is dropped: ERR with failedAt, then no mode with failedAt', () => {
  const cluster = newCluster();
  operations.failReplica(cluster, VOLUME, firstReplica(cluster));
  assert.equal(replicas(cluster)[0], 'ERR/false/true');
  assert.equal(get(cluster).replicas[0]?.failedAt, '2026-11-22T06:00:00Z');
  assert.equal(get(cluster).robustness, 'degraded');
  operations.dropReplica(cluster, VOLUME, firstReplica(cluster));
  assert.equal(replicas(cluster)[0], '/false/true');
});

test('rebuild of a failed replica: failedAt cleared, then WO, then RW', () => {
  const cluster = newCluster();
  const seen: string[] = [];
  const replica = firstReplica(cluster);
  operations.failReplica(cluster, VOLUME, replica);
  cluster.volumes.watch(() =>
    seen.push(`${replicas(cluster)[0]} ${get(cluster).rebuildStatus[0]?.progress}`),
  );
  operations.startRebuild(cluster, VOLUME, { replica });
  operations.setRebuildProgress(cluster, VOLUME, replica, 60);
  operations.finishRebuild(cluster, VOLUME, replica);
  assert.deepEqual(seen, [
    '/true/false undefined',
    'WO/true/false 0',
    'WO/true/false 60',
    'RW/true/false undefined',
  ]);
  assert.equal(get(cluster).robustness, 'healthy');
});

test('rebuild of a new replica fails: error while WO, then no mode with failedAt', () => {
  const cluster = newCluster();
  operations.removeReplica(cluster, VOLUME, firstReplica(cluster));
  const replica = operations.startRebuild(cluster, VOLUME, { onNode: 'node-1' });
  operations.errorRebuild(cluster, VOLUME, replica);
  assert.deepEqual(
    get(cluster).rebuildStatus.map(({ state, isRebuilding }) => [state, isRebuilding]),
    [['error', false]],
  );
  assert.equal(replicas(cluster)[2], 'WO/true/false');
  operations.failRebuild(cluster, VOLUME, replica);
  assert.equal(replicas(cluster)[2], '/false/true');
  assert.deepEqual(get(cluster).rebuildStatus, []);
  assert.deepEqual(operations.failedReplicas(cluster, VOLUME), [replica]);
});

test('detach during a rebuild: modes are emptied, and the rebuilt replica gets failedAt once detached', () => {
  const cluster = newCluster();
  operations.failReplica(cluster, VOLUME, firstReplica(cluster));
  operations.startRebuild(cluster, VOLUME, { replica: firstReplica(cluster) });
  operations.startDetach(cluster, VOLUME);
  assert.deepEqual(replicas(cluster), ['/false/false', '/false/false', '/false/false']);
  assert.deepEqual([get(cluster).state, get(cluster).robustness], ['detaching', 'unknown']);
  operations.finishDetach(cluster, VOLUME);
  assert.deepEqual(replicas(cluster), ['/false/true', '/false/false', '/false/false']);
  operations.attachVolume(cluster, VOLUME, 'node-3');
  assert.deepEqual([get(cluster).robustness, operations.engineNode(cluster, VOLUME)], ['degraded', 'node-3']);
});

test('new volume: created without replicas, attached with three healthy ones', () => {
  const cluster = newCluster();
  operations.createVolume(cluster, 'pvc-new');
  assert.deepEqual([get(cluster, 'pvc-new').state, get(cluster, 'pvc-new').robustness], ['creating', '']);
  operations.attachVolume(cluster, 'pvc-new', 'node-1');
  assert.deepEqual(replicas(cluster, 'pvc-new'), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(new Set(get(cluster, 'pvc-new').replicas.map(({ node }) => node)).size, 3);
  assert.equal(get(cluster, 'pvc-new').robustness, 'healthy');
});

test('faulted volume: detached; healthy after salvage and attach', () => {
  const cluster = newCluster();
  operations.faultVolume(cluster, VOLUME);
  assert.deepEqual([get(cluster).state, get(cluster).robustness], ['detached', 'faulted']);
  operations.salvageVolume(cluster, VOLUME);
  assert.equal(get(cluster).robustness, 'unknown');
  operations.attachVolume(cluster, VOLUME, 'node-1');
  assert.equal(get(cluster).robustness, 'healthy');
});

test('node down: volumes attached there are unknown, others degraded', () => {
  const cluster = newCluster();
  operations.nodeDown(cluster, 'node-1');
  assert.equal(cluster.nodes.get('node-1')?.ready, false);
  assert.deepEqual([get(cluster).state, get(cluster).robustness], ['attached', 'unknown']);
  assert.deepEqual(replicas(cluster), ['RW/false/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(get(cluster, 'pvc-0002').robustness, 'degraded');
  assert.ok(replicas(cluster, 'pvc-0002').includes('ERR/false/true'));
  operations.nodeUp(cluster, 'node-1');
  assert.deepEqual([get(cluster).robustness, get(cluster, 'pvc-0002').robustness], ['healthy', 'degraded']);
});

test('migration: two engines and twice the replicas, then only those of the new engine', () => {
  const cluster = newCluster();
  operations.startMigration(cluster, VOLUME, 'node-2');
  assert.deepEqual(
    get(cluster).controllers.map(({ node }) => node),
    ['node-1', 'node-2'],
  );
  assert.deepEqual(replicas(cluster).slice(3), ['/true/false', '/true/false', '/true/false']);
  assert.equal(get(cluster).robustness, 'healthy');
  operations.finishMigration(cluster, VOLUME);
  assert.deepEqual(replicas(cluster), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(operations.engineNode(cluster, VOLUME), 'node-2');
});

test('no modes known for a while: robustness unchanged', () => {
  const cluster = newCluster();
  operations.blankModes(cluster, VOLUME);
  assert.equal(get(cluster).robustness, 'healthy');
  operations.restoreModes(cluster, VOLUME);
  assert.deepEqual(replicas(cluster), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
});

test('volume without replicas, such as a sharded one: healthy when attached', () => {
  const cluster = newCluster();
  operations.createVolume(cluster, 'sharded', { numberOfReplicas: 0, state: 'detached' });
  operations.attachVolume(cluster, 'sharded', 'node-1');
  assert.equal(get(cluster, 'sharded').robustness, 'healthy');
});

test('backup: starts without a state, is completed with its time, is deleted', () => {
  const cluster = newCluster();
  const backup = operations.startBackup(cluster, VOLUME, { name: 'backup-x' });
  assert.deepEqual(
    [cluster.backups.get(backup)?.state, cluster.backups.get(backup)?.snapshotName],
    ['', 'snap-backup-x'],
  );
  operations.setBackupProgress(cluster, backup, 50);
  assert.equal(cluster.backups.get(backup)?.state, 'InProgress');
  operations.completeBackup(cluster, backup);
  assert.deepEqual(
    [cluster.backups.get(backup)?.state, cluster.backups.get(backup)?.created],
    ['Completed', '2026-11-22T06:00:00Z'],
  );
  assert.equal(cluster.backupsOf(VOLUME).length, 4);
  operations.deleteBackup(cluster, backup);
  assert.equal(cluster.backupsOf(VOLUME).length, 3);
});

test('volume deleted: its backups stay, its snapshots do not', () => {
  const cluster = newCluster();
  operations.createSnapshot(cluster, VOLUME);
  operations.deleteVolume(cluster, VOLUME);
  assert.deepEqual([cluster.backupsOf(VOLUME).length, cluster.snapshotsOf(VOLUME).length], [3, 0]);
});

test('snapshot: taken, marked as removed, then removed, without waking a stream', () => {
  const cluster = newCluster();
  cluster.volumes.watch(() => assert.fail('the stream was woken'));
  const snapshot = operations.createSnapshot(cluster, VOLUME);
  operations.markSnapshotRemoved(cluster, VOLUME, snapshot);
  assert.equal(cluster.snapshotsOf(VOLUME).at(-1)?.markRemoved, true);
  operations.removeSnapshot(cluster, VOLUME, snapshot);
  assert.equal(cluster.snapshotsOf(VOLUME).length, 2);
});

test('unknown name of a volume or replica: throws', () => {
  const cluster = newCluster();
  assert.throws(() => operations.failReplica(cluster, 'pvc-9999', 'r'), /nothing called pvc-9999/);
  assert.throws(() => operations.failReplica(cluster, VOLUME, 'r'), /no replica r/);
  assert.throws(() => operations.startBackup(cluster, 'pvc-9999'), /no volume pvc-9999/);
});

test('any operations: robustness always follows from replicas, state and nodes', () => {
  // A volume that is being created has no replicas yet, so nothing can happen to them.
  const onFirstReplica =
    (step: (cluster: Cluster, volume: string, replica: string) => void) => (cluster: Cluster) => {
      if (firstReplica(cluster) !== '') step(cluster, VOLUME, firstReplica(cluster));
    };
  const steps: ((cluster: Cluster) => void)[] = [
    onFirstReplica(operations.failReplica),
    onFirstReplica(operations.dropReplica),
    onFirstReplica((cluster, volume, replica) => operations.startRebuild(cluster, volume, { replica })),
    onFirstReplica(operations.finishRebuild),
    onFirstReplica(operations.failRebuild),
    (cluster) => operations.detachVolume(cluster, VOLUME),
    (cluster) => operations.attachVolume(cluster, VOLUME, 'node-2'),
    (cluster) => operations.faultVolume(cluster, VOLUME),
    (cluster) => operations.salvageVolume(cluster, VOLUME),
    (cluster) => operations.nodeDown(cluster, 'node-1'),
    (cluster) => operations.nodeUp(cluster, 'node-1'),
    (cluster) => operations.recreateVolume(cluster, VOLUME),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 20 }), (script) => {
      const cluster = newCluster();
      for (const step of script) step(cluster);
      const isReady = (node: string) => cluster.nodes.get(node)?.ready ?? true;
      for (const volume of cluster.volumes.list())
        assert.equal(volume.robustness, robustnessOf(volume, isReady));
    }),
    { numRuns: 200, seed: 1 },
  );
});

/** The API fields of a volume in each phase. */
const PHASES: readonly {
  readonly title: string;
  play(cluster: Cluster): void;
  readonly expected: Record<string, unknown>;
}[] = [
  {
    title: 'attached, before the first poll: robustness unknown, the engine runs, no mode is known',
    play(cluster) {
      operations.detachVolume(cluster, VOLUME);
      operations.startAttach(cluster, VOLUME);
      operations.startEngine(cluster, VOLUME, 'node-2');
    },
    expected: {
      state: 'attached',
      robustness: 'unknown',
      'controllers.0.running': true,
      'controllers.0.hostId': 'node-2',
      'replicas.0.mode': '',
      'replicas.0.running': true,
    },
  },
  {
    title: 'attached, after the first poll: healthy',
    play: (cluster) => operations.moveVolume(cluster, VOLUME, 'node-2'),
    expected: { state: 'attached', robustness: 'healthy', 'replicas.0.mode': 'RW' },
  },
  {
    title: 'stuck attach: state attaching, robustness unknown, no engine',
    play(cluster) {
      operations.detachVolume(cluster, VOLUME);
      operations.startAttach(cluster, VOLUME);
    },
    expected: { state: 'attaching', robustness: 'unknown', 'controllers.0.running': false },
  },
  {
    title:
      "engine's node goes down: state attached, robustness unknown, engine not running, hostId still names the node",
    play: (cluster) => operations.nodeDown(cluster, 'node-1'),
    expected: {
      state: 'attached',
      robustness: 'unknown',
      'controllers.0.running': false,
      'controllers.0.hostId': 'node-1',
    },
  },
  {
    title: "engine's node comes back: healthy, the engine runs",
    play(cluster) {
      operations.nodeDown(cluster, 'node-1');
      operations.nodeUp(cluster, 'node-1');
    },
    expected: { robustness: 'healthy', 'controllers.0.running': true },
  },
  {
    title: 'running restore: degraded, not ready, restoreRequired',
    play(cluster) {
      operations.startRestore(cluster, VOLUME, 's3://b/?backup=x&volume=src');
      operations.setRestoreProgress(cluster, VOLUME, 40);
    },
    expected: {
      robustness: 'degraded',
      ready: false,
      restoreRequired: true,
      fromBackup: 's3://b/?backup=x&volume=src',
      'restoreStatus.0.isRestoring': true,
      'restoreStatus.0.progress': 40,
    },
  },
  {
    title: 'failed restore: error in restoreStatus, restoreRequired stays',
    play(cluster) {
      operations.startRestore(cluster, VOLUME, 's3://b/?backup=x&volume=src');
      operations.failRestore(cluster, VOLUME);
    },
    expected: {
      robustness: 'degraded',
      restoreRequired: true,
      'restoreStatus.0.isRestoring': false,
      'restoreStatus.0.error': 'failed to restore: RequestTimeout',
    },
  },
  {
    title: 'finished restore: healthy and ready',
    play(cluster) {
      operations.startRestore(cluster, VOLUME, 's3://b/?backup=x&volume=src');
      operations.finishRestore(cluster, VOLUME, 'x');
    },
    expected: { robustness: 'healthy', ready: true, restoreRequired: false, restoreStatus: [] },
  },
  {
    title: 'standby after a restore: healthy, restoreRequired stays, the engine names the backup',
    play(cluster) {
      cluster.volumes.change(VOLUME, (volume) => ({ ...volume, standby: true }));
      operations.startRestore(cluster, VOLUME, 's3://b/?backup=x&volume=src');
      operations.finishRestore(cluster, VOLUME, 'x');
    },
    expected: {
      robustness: 'healthy',
      standby: true,
      restoreRequired: true,
      'controllers.0.lastRestoredBackup': 'x',
    },
  },
  {
    title: 'running deep copy: degraded with one replica, not ready',
    play: (cluster) => operations.startClone(cluster, VOLUME, 'src', 's'),
    expected: {
      robustness: 'degraded',
      ready: false,
      dataSource: 'vol://src',
      'cloneStatus.state': 'initiated',
      'replicas.length': 1,
    },
  },
  {
    title: 'completed deep copy: ready, degraded until the other replicas are built',
    play(cluster) {
      operations.startClone(cluster, VOLUME, 'src', 's');
      operations.setCloneState(cluster, VOLUME, 'copy-completed-awaiting-healthy');
    },
    expected: { robustness: 'degraded', ready: true, 'cloneStatus.state': 'copy-completed-awaiting-healthy' },
  },
  {
    title: 'running expansion: the engine is smaller than the volume',
    play: (cluster) => operations.startExpansion(cluster, VOLUME, '21474836480'),
    expected: {
      robustness: 'healthy',
      size: '21474836480',
      'controllers.0.size': '10737418240',
      'controllers.0.isExpanding': true,
    },
  },
  {
    title: 'failed expansion: the engine has the error with its time, and its old size',
    play(cluster) {
      operations.startExpansion(cluster, VOLUME, '21474836480');
      operations.failExpansion(cluster, VOLUME);
    },
    expected: {
      'controllers.0.size': '10737418240',
      'controllers.0.isExpanding': false,
      'controllers.0.lastExpansionError': 'failed to expand replica: no space left on device',
      'controllers.0.lastExpansionFailedAt': '2026-11-22T06:00:00Z',
    },
  },
  {
    title: 'finished expansion: the engine has the new size',
    play(cluster) {
      operations.startExpansion(cluster, VOLUME, '21474836480');
      operations.finishExpansion(cluster, VOLUME);
    },
    expected: { 'controllers.0.size': '21474836480', 'controllers.0.isExpanding': false },
  },
  {
    title: 'share in error: rwx and healthy, without an endpoint',
    play(cluster) {
      operations.setShareState(cluster, VOLUME, 'running');
      operations.setShareState(cluster, VOLUME, 'error');
    },
    expected: { accessMode: 'rwx', robustness: 'healthy', shareState: 'error', shareEndpoint: '' },
  },
];

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value);

for (const { title, play, expected } of PHASES) {
  test(title, () => {
    const cluster = newCluster();
    play(cluster);
    const volume = JSON.parse(createWire(cluster, 'http://10.42.1.7:9500').volume(VOLUME) ?? '');
    const shown = Object.fromEntries(Object.keys(expected).map((path) => [path, at(volume, path)]));
    assert.deepEqual(shown, expected);
  });
}

const FAILURES: readonly [
  title: string,
  fail: (cluster: Cluster, backup: string) => void,
  expected: Partial<Backup>,
][] = [
  [
    'backup that fails early: no time of its snapshot, no time of its own',
    (cluster, backup) => operations.failBackupEarly(cluster, backup, 1),
    {
      state: 'Error',
      error:
        'failed to get the snapshot snap-x before enabling backup monitor: snapshot.longhorn.io not found',
      snapshotCreated: '',
      created: '',
    },
  ],
  [
    'backup that fails late: only the time of its snapshot',
    (cluster, backup) => operations.failBackup(cluster, backup, operations.LATE_FAILURES.bucket),
    {
      state: 'Error',
      error: 'AWS Error:  NoSuchBucket The specified bucket does not exist 404',
      snapshotCreated: '2026-11-22T06:00:00Z',
      created: '',
    },
  ],
  [
    'backup whose deletion fails: state Error, the reason in messages, its time kept',
    (cluster, backup) => {
      operations.completeBackup(cluster, backup);
      operations.failBackupDeletion(cluster, backup);
    },
    {
      state: 'Error',
      error: '',
      messages: { error: 'failed to delete the backup: AccessDenied: object is WORM protected' },
      created: '2026-11-22T06:00:00Z',
    },
  ],
];

for (const [title, fail, expected] of FAILURES) {
  test(title, () => {
    const cluster = newCluster();
    const backup = operations.startBackup(cluster, VOLUME, { name: 'x' });
    fail(cluster, backup);
    const { state, error, messages, snapshotCreated, created } = cluster.backups.get(backup) ?? assert.fail();
    const shown = { state, error, messages, snapshotCreated, created };
    assert.deepEqual(shown, { ...shown, ...expected });
  });
}

test('errors of EARLY_FAILURES: as recorded', () => {
  const recorded = elements<WireBackup>(lines('phases-backups.jsonl')[0] ?? '').filter(({ name }) =>
    name.startsWith('early-failure'),
  );
  assert.deepEqual(
    recorded.map(({ error }) => error),
    recorded.map((backup, i) => operations.EARLY_FAILURES[i]?.(toBackup(backup))),
  );
});

test('errors of LATE_FAILURES: as recorded', () => {
  const recorded = elements<WireBackup>(lines('phases-backups.jsonl')[0] ?? '').filter(({ name }) =>
    name.startsWith('late-failure'),
  );
  assert.deepEqual(
    Object.fromEntries(recorded.map(({ name, error }) => [name.slice('late-failure-'.length), error])),
    operations.LATE_FAILURES,
  );
});

test('snapshot requested but not taken: createSnapshot, not userCreated, no time, an error', () => {
  const cluster = newCluster();
  operations.requestSnapshot(cluster, VOLUME);
  const { createSnapshot, userCreated, creationTime, size, error } =
    cluster.snapshotsOf(VOLUME).at(-1) ?? assert.fail();
  assert.deepEqual(
    { createSnapshot, userCreated, creationTime, size, error },
    {
      createSnapshot: true,
      userCreated: false,
      creationTime: '',
      size: 0,
      error: 'failed to take snapshot: engine is not running',
    },
  );
});
