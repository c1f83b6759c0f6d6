// Snapshots are taken, marked removed, and gone; no stream tells of it, only snapshotCRList.
import type { Cluster } from '../cluster.ts';
import type { Snapshot } from '../model.ts';
import { hexSuffix } from '../random.ts';
import { rfc3339 } from '../times.ts';
import { getVolume } from './edit.ts';

/** Returns the snapshot's name. */
export const createSnapshot = (cluster: Cluster, volume: string, details: Partial<Snapshot> = {}): string => {
  getVolume(cluster, volume);
  const name = details.name ?? `snap-${hexSuffix(cluster.random)}`;
  const now = rfc3339(cluster.now());
  const snapshot: Snapshot = {
    crCreationTime: now,
    creationTime: now,
    userCreated: true,
    markRemoved: false,
    size: 4_194_304,
    error: '',
    ...details,
    name,
  };
  cluster.setSnapshots(volume, [...cluster.snapshotsOf(volume), snapshot]);
  return name;
};

export const changeSnapshot = (
  cluster: Cluster,
  volume: string,
  snapshot: string,
  changes: Partial<Snapshot>,
): void => {
  const snapshots = cluster.snapshotsOf(volume);
  if (!snapshots.some(({ name }) => name === snapshot)) {
    throw new Error(`volume ${volume} has no snapshot ${snapshot}`);
  }
  cluster.setSnapshots(
    volume,
    snapshots.map((before) =>
      before.name === snapshot ? { ...before, ...changes, name: snapshot } : before,
    ),
  );
};

/** Removal, first step: marked removed but still there, until the engine has merged its data. */
export const markSnapshotRemoved = (cluster: Cluster, volume: string, snapshot: string): void => {
  changeSnapshot(cluster, volume, snapshot, { markRemoved: true });
};

/** Removal, second step: gone. */
export const removeSnapshot = (cluster: Cluster, volume: string, snapshot: string): void => {
  changeSnapshot(cluster, volume, snapshot, { markRemoved: true });
  cluster.setSnapshots(
    volume,
    cluster.snapshotsOf(volume).filter(({ name }) => name !== snapshot),
  );
};
