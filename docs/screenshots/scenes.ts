// What the screenshots show, step by step: an evening on which all is well, and what can go wrong by three in the morning.
import {
  addReplica,
  completeBackup,
  createSnapshot,
  deleteBackup,
  dropReplica,
  failBackup,
  failRebuild,
  failReplica,
  finishRebuild,
  markSnapshotRemoved,
  removeReplica,
  removeSnapshot,
  setBackupProgress,
  setRebuildProgress,
  setScheduled,
  startBackup,
  startRebuild,
} from '../../simulator/index.ts';
import type { Stage } from './stage.ts';

/** Its rebuild fails repeatedly. */
export const FLAPPING = 'pvc-0007';

const replicaOn = ({ cluster }: Stage, volume: string, node: string): string => {
  const replica = cluster.volumes.get(volume)?.replicas.find((each) => each.node === node);
  if (replica === undefined) throw new Error(`${volume} has no replica on ${node}`);
  return replica.name;
};

const lose = (stage: Stage, volume: string, node: string): string => {
  const replica = replicaOn(stage, volume, node);
  failReplica(stage.cluster, volume, replica);
  return replica;
};

/** From nine in the evening to three: a replica is lost and replaced, and everything is backed up at one. */
export const evening = async (stage: Stage): Promise<void> => {
  const { cluster, later } = stage;
  await later(35);
  const lost = lose(stage, 'pvc-0003', 'node-2');
  await later(10);
  dropReplica(cluster, 'pvc-0003', lost);
  const snapshot = createSnapshot(cluster, 'pvc-0003', { userCreated: false });
  startRebuild(cluster, 'pvc-0003', { replica: lost });
  await later(9);
  setRebuildProgress(cluster, 'pvc-0003', lost, 71);
  await later(5);
  finishRebuild(cluster, 'pvc-0003', lost);
  removeSnapshot(cluster, 'pvc-0003', snapshot);
  await later(181);

  const all = cluster.volumes.list().map(({ name }) => name);
  const backups = all.map((volume) => {
    const snapshotName = createSnapshot(cluster, volume);
    return startBackup(cluster, volume, { snapshotName });
  });
  await later(2);
  for (const backup of backups) setBackupProgress(cluster, backup, 60);
  await later(3);
  for (const backup of backups) completeBackup(cluster, backup);
  await later(120);
};

/** One volume is being rebuilt, one cannot be rebuilt, and the rebuild of another fails repeatedly. */
export const rebuilding = async (stage: Stage): Promise<void> => {
  const { cluster, later } = stage;
  const flapping = lose(stage, FLAPPING, 'node-3');
  await later(4);
  dropReplica(cluster, FLAPPING, flapping);
  for (const progress of [12, 31]) {
    startRebuild(cluster, FLAPPING, { replica: flapping });
    await later(3);
    setRebuildProgress(cluster, FLAPPING, flapping, progress);
    await later(2);
    failRebuild(cluster, FLAPPING, flapping);
    await later(3);
  }
  const gone = lose(stage, 'pvc-0011', 'node-1');
  const lost = lose(stage, 'pvc-0004', 'node-2');
  await later(11);
  removeReplica(cluster, 'pvc-0011', gone);
  addReplica(cluster, 'pvc-0011', '');
  setScheduled(cluster, 'pvc-0011', false);
  dropReplica(cluster, 'pvc-0004', lost);
  createSnapshot(cluster, 'pvc-0004', { userCreated: false });
  startRebuild(cluster, 'pvc-0004', { replica: lost });
  startRebuild(cluster, FLAPPING, { replica: flapping });
  await later(6);
  setRebuildProgress(cluster, 'pvc-0004', lost, 42);
  setRebuildProgress(cluster, FLAPPING, flapping, 8);
  await later(1);
};

/** One backup hangs, one failed, and one volume has none since the day before yesterday. */
export const stuckBackup = async (stage: Stage): Promise<void> => {
  const { cluster, later } = stage;
  const ofToday = (name: string) => Date.parse(name) > cluster.now() - 12 * 3_600_000;
  for (const { name, volume, created } of cluster.backups.list()) {
    if (volume === 'pvc-0010' && ofToday(created)) deleteBackup(cluster, name);
  }
  const stuck = startBackup(cluster, 'pvc-0005', { snapshotName: createSnapshot(cluster, 'pvc-0005') });
  const failed = startBackup(cluster, 'pvc-0009', { snapshotName: createSnapshot(cluster, 'pvc-0009') });
  const old = cluster.snapshotsOf('pvc-0005')[0]?.name ?? '';
  await later(6);
  setBackupProgress(cluster, stuck, 37);
  setBackupProgress(cluster, failed, 15);
  markSnapshotRemoved(cluster, 'pvc-0005', old);
  await later(20);
  failBackup(cluster, failed);
  await later(118);
};

/** The manager drops its connections and refuses new ones. */
export const unreachable = async ({ manager, laterWithout }: Stage): Promise<void> => {
  manager.faults.refuse();
  manager.faults.drop();
  await laterWithout(3, ({ streams }) => streams.every(({ live, errors }) => !live && errors.connect > 1));
};
