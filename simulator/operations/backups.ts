/** Snapshots, the backups made of them, and the targets that hold the backups. */

import type { Cluster } from '../cluster.ts';
import { goTimeToRfc3339, rfc3339 } from '../go.ts';
import type { Backup, Snapshot } from '../model.ts';
import { hexSuffix } from '../random.ts';
import { getVolume } from './edit.ts';

/** Returns the snapshot's name. */
export function createSnapshot(cluster: Cluster, volume: string, details: Partial<Snapshot> = {}): string {
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
}

export function changeSnapshot(
  cluster: Cluster,
  volume: string,
  snapshot: string,
  changes: Partial<Snapshot>,
): void {
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
}

/** Removal, first step: marked removed but still there, until the engine has merged its data. */
export function markSnapshotRemoved(cluster: Cluster, volume: string, snapshot: string): void {
  changeSnapshot(cluster, volume, snapshot, { markRemoved: true });
}

/** Removal, second step: gone. */
export function removeSnapshot(cluster: Cluster, volume: string, snapshot: string): void {
  changeSnapshot(cluster, volume, snapshot, { markRemoved: true });
  cluster.setSnapshots(
    volume,
    cluster.snapshotsOf(volume).filter(({ name }) => name !== snapshot),
  );
}

/** A backup begins in state empty; `details` may give it a name, another target or another state. Returns its name. */
export function startBackup(cluster: Cluster, volume: string, details: Partial<Backup> = {}): string {
  const { backupTargetName, created, size } = getVolume(cluster, volume);
  const name = details.name ?? `backup-${hexSuffix(cluster.random)}`;
  const now = rfc3339(cluster.now());
  cluster.backups.put({
    volume,
    target: backupTargetName,
    state: '',
    progress: 0,
    error: '',
    snapshotName: `snap-${name}`,
    snapshotCreated: now,
    created: '',
    size: '',
    newlyUploadDataSize: '',
    reUploadedDataSize: '',
    mode: 'incremental',
    labels: {},
    url: '',
    volumeCreated: goTimeToRfc3339(created),
    volumeSize: size,
    ...details,
    name,
  });
  return name;
}

/** Any other change, such as Deleting, Unknown, or back to empty after a manager's restart. */
export function changeBackup(cluster: Cluster, backup: string, changes: Partial<Backup>): void {
  cluster.backups.change(backup, (before) => ({ ...before, ...changes, name: before.name }));
}

/** Sets the progress in percent; real uploads stop at 95 until they are complete. */
export function setBackupProgress(cluster: Cluster, backup: string, progress: number): void {
  changeBackup(cluster, backup, { state: 'InProgress', progress });
}

export function completeBackup(cluster: Cluster, backup: string, details: Partial<Backup> = {}): void {
  cluster.backups.change(backup, (before) => ({
    ...before,
    state: 'Completed',
    progress: 100,
    error: '',
    created: rfc3339(cluster.now()),
    size: '104857600',
    newlyUploadDataSize: '20971520',
    reUploadedDataSize: '0',
    url: `${cluster.backuptargets.get(before.target)?.url ?? ''}?backup=${before.name}&volume=${before.volume}`,
    ...details,
    name: before.name,
  }));
}

export function failBackup(cluster: Cluster, backup: string, error = 'failed to upload: timeout'): void {
  changeBackup(cluster, backup, { state: 'Error', progress: 0, error });
}

export function deleteBackup(cluster: Cluster, backup: string): void {
  changeBackup(cluster, backup, { state: 'Deleting' });
  cluster.backups.remove(backup);
}

export function setTargetAvailable(
  cluster: Cluster,
  target: string,
  available: boolean,
  message = available ? '' : 'failed to list backup volumes: timeout',
): void {
  cluster.backuptargets.change(target, (before) => ({ ...before, available, message }));
}
