// What the operations do to a cluster, as a client would see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as operations from '../../simulator/index.ts';
import { type Backup, createCluster, type Volume } from '../../simulator/index.ts';
import { robustnessOf } from '../../simulator/robustness.ts';
import { createWire } from '../../simulator/wire.ts';
import { elements, lines, toBackup, type WireBackup } from './fixtures.ts';

const VOLUME = 'pvc-0001';
const cluster = () => createCluster({ volumes: 4, now: () => Date.parse('2026-11-22T06:00:00Z') });
const get = (from: ReturnType<typeof cluster>, name = VOLUME): Volume => {
  const volume = from.volumes.get(name);
  assert.ok(volume);
  return volume;
};
/** `mode/running/failed` of each replica. */
const replicas = (from: ReturnType<typeof cluster>, name = VOLUME): string[] =>
  get(from, name).replicas.map(({ mode, running, failedAt }) => `${mode}/${running}/${failedAt !== ''}`);
const first = (from: ReturnType<typeof cluster>): string => get(from).replicas[0]?.name ?? '';

test('a crash: RW, ERR with failedAt, empty with failedAt', () => {
  const one = cluster();
  operations.failReplica(one, VOLUME, first(one));
  assert.equal(replicas(one)[0], 'ERR/false/true');
  assert.equal(get(one).replicas[0]?.failedAt, '2026-11-22T06:00:00Z');
  assert.equal(get(one).robustness, 'degraded');
  operations.dropReplica(one, VOLUME, first(one));
  assert.equal(replicas(one)[0], '/false/true');
});

test('a rebuild with the old replica: failedAt cleared, then WO, then RW', () => {
  const one = cluster();
  const seen: string[] = [];
  const replica = first(one);
  operations.failReplica(one, VOLUME, replica);
  one.volumes.watch(() => seen.push(`${replicas(one)[0]} ${get(one).rebuildStatus[0]?.progress}`));
  operations.startRebuild(one, VOLUME, { replica });
  operations.setRebuildProgress(one, VOLUME, replica, 60);
  operations.finishRebuild(one, VOLUME, replica);
  assert.deepEqual(seen, [
    '/true/false undefined',
    'WO/true/false 0',
    'WO/true/false 60',
    'RW/true/false undefined',
  ]);
  assert.equal(get(one).robustness, 'healthy');
});

test('a rebuild with a new replica, which fails: error while WO, then empty with failedAt', () => {
  const one = cluster();
  operations.removeReplica(one, VOLUME, first(one));
  const replica = operations.startRebuild(one, VOLUME, { onNode: 'node-1' });
  operations.errorRebuild(one, VOLUME, replica);
  assert.deepEqual(
    get(one).rebuildStatus.map(({ state, isRebuilding }) => [state, isRebuilding]),
    [['error', false]],
  );
  assert.equal(replicas(one)[2], 'WO/true/false');
  operations.failRebuild(one, VOLUME, replica);
  assert.equal(replicas(one)[2], '/false/true');
  assert.deepEqual(get(one).rebuildStatus, []);
  assert.deepEqual(operations.failedReplicas(one, VOLUME), [replica]);
});

test('detaching empties all modes, and only then a replica being rebuilt gets failedAt', () => {
  const one = cluster();
  operations.failReplica(one, VOLUME, first(one));
  operations.startRebuild(one, VOLUME, { replica: first(one) });
  operations.startDetach(one, VOLUME);
  assert.deepEqual(replicas(one), ['/false/false', '/false/false', '/false/false']);
  assert.deepEqual([get(one).state, get(one).robustness], ['detaching', 'unknown']);
  operations.finishDetach(one, VOLUME);
  assert.deepEqual(replicas(one), ['/false/true', '/false/false', '/false/false']);
  operations.attachVolume(one, VOLUME, 'node-3');
  assert.deepEqual([get(one).robustness, operations.engineNode(one, VOLUME)], ['degraded', 'node-3']);
});

test('a new volume is created without replicas, and attaches with three healthy ones', () => {
  const one = cluster();
  operations.createVolume(one, 'pvc-new');
  assert.deepEqual([get(one, 'pvc-new').state, get(one, 'pvc-new').robustness], ['creating', '']);
  operations.attachVolume(one, 'pvc-new', 'node-1');
  assert.deepEqual(replicas(one, 'pvc-new'), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(new Set(get(one, 'pvc-new').replicas.map(({ node }) => node)).size, 3);
  assert.equal(get(one, 'pvc-new').robustness, 'healthy');
});

test('a faulted volume is detached; salvaged, it can be attached', () => {
  const one = cluster();
  operations.faultVolume(one, VOLUME);
  assert.deepEqual([get(one).state, get(one).robustness], ['detached', 'faulted']);
  operations.salvageVolume(one, VOLUME);
  assert.equal(get(one).robustness, 'unknown');
  operations.attachVolume(one, VOLUME, 'node-1');
  assert.equal(get(one).robustness, 'healthy');
});

test('a dead node makes its own volumes unknown and the others degraded', () => {
  const one = cluster();
  operations.nodeDown(one, 'node-1');
  assert.equal(one.nodes.get('node-1')?.ready, false);
  assert.deepEqual([get(one).state, get(one).robustness], ['attached', 'unknown']);
  assert.deepEqual(replicas(one), ['RW/false/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(get(one, 'pvc-0002').robustness, 'degraded');
  assert.ok(replicas(one, 'pvc-0002').includes('ERR/false/true'));
  operations.nodeUp(one, 'node-1');
  assert.deepEqual([get(one).robustness, get(one, 'pvc-0002').robustness], ['healthy', 'degraded']);
});

test('a migration has two engines and twice the replicas, and leaves the second half', () => {
  const one = cluster();
  operations.startMigration(one, VOLUME, 'node-2');
  assert.deepEqual(
    get(one).controllers.map(({ node }) => node),
    ['node-1', 'node-2'],
  );
  assert.deepEqual(replicas(one).slice(3), ['/true/false', '/true/false', '/true/false']);
  assert.equal(get(one).robustness, 'healthy');
  operations.finishMigration(one, VOLUME);
  assert.deepEqual(replicas(one), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
  assert.equal(operations.engineNode(one, VOLUME), 'node-2');
});

test('while no mode is known the robustness stays as it was', () => {
  const one = cluster();
  operations.blankModes(one, VOLUME);
  assert.equal(get(one).robustness, 'healthy');
  operations.restoreModes(one, VOLUME);
  assert.deepEqual(replicas(one), ['RW/true/false', 'RW/true/false', 'RW/true/false']);
});

test('a volume without replicas, as a sharded one, is healthy when attached', () => {
  const one = cluster();
  operations.createVolume(one, 'sharded', { numberOfReplicas: 0, state: 'detached' });
  operations.attachVolume(one, 'sharded', 'node-1');
  assert.equal(get(one, 'sharded').robustness, 'healthy');
});

test('the life of a backup', () => {
  const one = cluster();
  const backup = operations.startBackup(one, VOLUME, { name: 'backup-x' });
  assert.deepEqual(
    [one.backups.get(backup)?.state, one.backups.get(backup)?.snapshotName],
    ['', 'snap-backup-x'],
  );
  operations.setBackupProgress(one, backup, 50);
  assert.equal(one.backups.get(backup)?.state, 'InProgress');
  operations.completeBackup(one, backup);
  assert.deepEqual(
    [one.backups.get(backup)?.state, one.backups.get(backup)?.created],
    ['Completed', '2026-11-22T06:00:00Z'],
  );
  assert.equal(one.backupsOf(VOLUME).length, 4);
  operations.deleteBackup(one, backup);
  assert.equal(one.backupsOf(VOLUME).length, 3);
});

test('backups outlive their volume, snapshots do not', () => {
  const one = cluster();
  operations.createSnapshot(one, VOLUME);
  operations.deleteVolume(one, VOLUME);
  assert.deepEqual([one.backupsOf(VOLUME).length, one.snapshotsOf(VOLUME).length], [3, 0]);
});

test('a snapshot is taken, marked removed, and gone, and no stream wakes for it', () => {
  const one = cluster();
  one.volumes.watch(() => assert.fail('woken'));
  const snapshot = operations.createSnapshot(one, VOLUME);
  operations.markSnapshotRemoved(one, VOLUME, snapshot);
  assert.equal(one.snapshotsOf(VOLUME).at(-1)?.markRemoved, true);
  operations.removeSnapshot(one, VOLUME, snapshot);
  assert.equal(one.snapshotsOf(VOLUME).length, 2);
});

test('a misspelt name is an error', () => {
  const one = cluster();
  assert.throws(() => operations.failReplica(one, 'pvc-9999', 'r'), /nothing called pvc-9999/);
  assert.throws(() => operations.failReplica(one, VOLUME, 'r'), /no replica r/);
  assert.throws(() => operations.startBackup(one, 'pvc-9999'), /no volume pvc-9999/);
});

test('robustness is always what the replicas, the state and the nodes say, whatever happens', () => {
  // A volume that is being created has no replicas yet, so nothing can happen to them.
  const toReplica =
    (step: (one: ReturnType<typeof cluster>, volume: string, replica: string) => void) =>
    (one: ReturnType<typeof cluster>) => {
      if (first(one) !== '') step(one, VOLUME, first(one));
    };
  const steps: ((one: ReturnType<typeof cluster>) => void)[] = [
    toReplica(operations.failReplica),
    toReplica(operations.dropReplica),
    toReplica((one, volume, replica) => operations.startRebuild(one, volume, { replica })),
    toReplica(operations.finishRebuild),
    toReplica(operations.failRebuild),
    (one) => operations.detachVolume(one, VOLUME),
    (one) => operations.attachVolume(one, VOLUME, 'node-2'),
    (one) => operations.faultVolume(one, VOLUME),
    (one) => operations.salvageVolume(one, VOLUME),
    (one) => operations.nodeDown(one, 'node-1'),
    (one) => operations.nodeUp(one, 'node-1'),
    (one) => operations.recreateVolume(one, VOLUME),
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 20 }), (script) => {
      const one = cluster();
      for (const step of script) step(one);
      const isReady = (node: string) => one.nodes.get(node)?.ready ?? true;
      for (const volume of one.volumes.list()) assert.equal(volume.robustness, robustnessOf(volume, isReady));
    }),
    { numRuns: 200, seed: 1 },
  );
});

/** What each phase looks like to a client, in API fields. */
const PHASES: readonly {
  readonly title: string;
  play(one: ReturnType<typeof cluster>): void;
  readonly expected: Record<string, unknown>;
}[] = [
  {
    title: 'attach before the first poll: attached and unknown, the engine runs, no mode is known',
    play(one) {
      operations.detachVolume(one, VOLUME);
      operations.startAttach(one, VOLUME);
      operations.startEngine(one, VOLUME, 'node-2');
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
    title: 'attach after the first poll: healthy',
    play: (one) => operations.moveVolume(one, VOLUME, 'node-2'),
    expected: { state: 'attached', robustness: 'healthy', 'replicas.0.mode': 'RW' },
  },
  {
    title: 'attach that is stuck: attaching and unknown, no engine',
    play(one) {
      operations.detachVolume(one, VOLUME);
      operations.startAttach(one, VOLUME);
    },
    expected: { state: 'attaching', robustness: 'unknown', 'controllers.0.running': false },
  },
  {
    title: "engine's node dies: attached and unknown, the engine does not run, hostId still names the node",
    play: (one) => operations.nodeDown(one, 'node-1'),
    expected: {
      state: 'attached',
      robustness: 'unknown',
      'controllers.0.running': false,
      'controllers.0.hostId': 'node-1',
    },
  },
  {
    title: 'the node returns: healthy, the engine runs',
    play(one) {
      operations.nodeDown(one, 'node-1');
      operations.nodeUp(one, 'node-1');
    },
    expected: { robustness: 'healthy', 'controllers.0.running': true },
  },
  {
    title: 'restore that runs: degraded, though all replicas are RW',
    play(one) {
      operations.startRestore(one, VOLUME, 's3://b/?backup=x&volume=src');
      operations.setRestoreProgress(one, VOLUME, 40);
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
    title: 'restore that fails: the error is reported, restoration stays required',
    play(one) {
      operations.startRestore(one, VOLUME, 's3://b/?backup=x&volume=src');
      operations.failRestore(one, VOLUME);
    },
    expected: {
      robustness: 'degraded',
      restoreRequired: true,
      'restoreStatus.0.isRestoring': false,
      'restoreStatus.0.error': 'failed to restore: RequestTimeout',
    },
  },
  {
    title: 'restore that ends: healthy and ready',
    play(one) {
      operations.startRestore(one, VOLUME, 's3://b/?backup=x&volume=src');
      operations.finishRestore(one, VOLUME, 'x');
    },
    expected: { robustness: 'healthy', ready: true, restoreRequired: false, restoreStatus: [] },
  },
  {
    title: 'standby after a restore: healthy, restoration stays required, the engine names the backup',
    play(one) {
      one.volumes.change(VOLUME, (volume) => ({ ...volume, standby: true }));
      operations.startRestore(one, VOLUME, 's3://b/?backup=x&volume=src');
      operations.finishRestore(one, VOLUME, 'x');
    },
    expected: {
      robustness: 'healthy',
      standby: true,
      restoreRequired: true,
      'controllers.0.lastRestoredBackup': 'x',
    },
  },
  {
    title: 'deep copy that runs: degraded on one replica, not ready',
    play: (one) => operations.startClone(one, VOLUME, 'src', 's'),
    expected: {
      robustness: 'degraded',
      ready: false,
      dataSource: 'vol://src',
      'cloneStatus.state': 'initiated',
      'replicas.length': 1,
    },
  },
  {
    title: 'deep copy that is complete: ready, degraded until the other replicas are built',
    play(one) {
      operations.startClone(one, VOLUME, 'src', 's');
      operations.setCloneState(one, VOLUME, 'copy-completed-awaiting-healthy');
    },
    expected: { robustness: 'degraded', ready: true, 'cloneStatus.state': 'copy-completed-awaiting-healthy' },
  },
  {
    title: 'expansion that runs: the engine is smaller than the volume',
    play: (one) => operations.startExpansion(one, VOLUME, '21474836480'),
    expected: {
      robustness: 'healthy',
      size: '21474836480',
      'controllers.0.size': '10737418240',
      'controllers.0.isExpanding': true,
    },
  },
  {
    title: 'expansion that fails: the error and its time are reported, the engine stays small',
    play(one) {
      operations.startExpansion(one, VOLUME, '21474836480');
      operations.failExpansion(one, VOLUME);
    },
    expected: {
      'controllers.0.size': '10737418240',
      'controllers.0.isExpanding': false,
      'controllers.0.lastExpansionError': 'failed to expand replica: no space left on device',
      'controllers.0.lastExpansionFailedAt': '2026-11-22T06:00:00Z',
    },
  },
  {
    title: 'expansion that ends: both have the new size',
    play(one) {
      operations.startExpansion(one, VOLUME, '21474836480');
      operations.finishExpansion(one, VOLUME);
    },
    expected: { 'controllers.0.size': '21474836480', 'controllers.0.isExpanding': false },
  },
  {
    title: 'share in error: rwx and healthy, without an address',
    play(one) {
      operations.setShareState(one, VOLUME, 'running');
      operations.setShareState(one, VOLUME, 'error');
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
    const one = cluster();
    play(one);
    const volume = JSON.parse(createWire(one, 'http://10.42.1.7:9500').volume(VOLUME) ?? '');
    const shown = Object.fromEntries(Object.keys(expected).map((path) => [path, at(volume, path)]));
    assert.deepEqual(shown, expected);
  });
}

const FAILURES: readonly [
  title: string,
  fail: (one: ReturnType<typeof cluster>, backup: string) => void,
  expected: Partial<Backup>,
][] = [
  [
    'backup that fails early: both its times are empty',
    (one, backup) => operations.failBackupEarly(one, backup, 1),
    {
      state: 'Error',
      error:
        'failed to get the snapshot snap-x before enabling backup monitor: snapshot.longhorn.io not found',
      snapshotCreated: '',
      created: '',
    },
  ],
  [
    'backup that fails late: the time of its snapshot is known',
    (one, backup) => operations.failBackup(one, backup, operations.LATE_FAILURES.bucket),
    {
      state: 'Error',
      error: 'AWS Error:  NoSuchBucket The specified bucket does not exist 404',
      snapshotCreated: '2026-11-22T06:00:00Z',
      created: '',
    },
  ],
  [
    'backup whose deletion fails: Error with its data and without an error of its own',
    (one, backup) => {
      operations.completeBackup(one, backup);
      operations.failBackupDeletion(one, backup);
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
    const one = cluster();
    const backup = operations.startBackup(one, VOLUME, { name: 'x' });
    fail(one, backup);
    const { state, error, messages, snapshotCreated, created } = one.backups.get(backup) ?? assert.fail();
    const shown = { state, error, messages, snapshotCreated, created };
    assert.deepEqual(shown, { ...shown, ...expected });
  });
}

test('the early failures are those of the recording', () => {
  const recorded = elements<WireBackup>(lines('phases-backups.jsonl')[0] ?? '').filter(({ name }) =>
    name.startsWith('early-failure'),
  );
  assert.deepEqual(
    recorded.map(({ error }) => error),
    recorded.map((backup, way) => operations.EARLY_FAILURES[way]?.(toBackup(backup))),
  );
});

test('the late failures are those of the recording', () => {
  const recorded = elements<WireBackup>(lines('phases-backups.jsonl')[0] ?? '').filter(({ name }) =>
    name.startsWith('late-failure'),
  );
  assert.deepEqual(
    Object.fromEntries(recorded.map(({ name, error }) => [name.slice('late-failure-'.length), error])),
    operations.LATE_FAILURES,
  );
});

test('a requested snapshot that is not taken: createSnapshot, no userCreated, no time', () => {
  const one = cluster();
  operations.requestSnapshot(one, VOLUME);
  const { createSnapshot, userCreated, creationTime, size, error } =
    one.snapshotsOf(VOLUME).at(-1) ?? assert.fail();
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
