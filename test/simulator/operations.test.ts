// What the operations do to a cluster, as a client would see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as operations from '../../simulator/index.ts';
import { createCluster, type Volume } from '../../simulator/index.ts';
import { robustnessOf } from '../../simulator/robustness.ts';

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
