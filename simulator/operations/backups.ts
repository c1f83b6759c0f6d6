// The life of a backup and of a backup target, as the streams `backups` and `backuptargets` tell it.
import type { Cluster } from '../cluster.ts';
import type { Backup } from '../model.ts';
import { hexSuffix } from '../random.ts';
import { goTimeToRfc3339, rfc3339 } from '../times.ts';
import { getVolume } from './edit.ts';

/** A backup begins in state empty; `details` may give it a name, another target or another state. Returns its name. */
export const startBackup = (cluster: Cluster, volume: string, details: Partial<Backup> = {}): string => {
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
};

/** A backup that Longhorn finds on the target: empty state and empty snapshotName until it is read. */
export const discoverBackup = (cluster: Cluster, volume: string, details: Partial<Backup> = {}): string =>
  startBackup(cluster, volume, { snapshotName: '', snapshotCreated: '', ...details });

/** Any other change, such as Deleting, Unknown, or back to empty after a manager's restart. */
export const changeBackup = (cluster: Cluster, backup: string, changes: Partial<Backup>): void => {
  cluster.backups.change(backup, (before) => ({ ...before, ...changes, name: before.name }));
};

/** Sets the progress in percent; real uploads stop at 95 until they are complete. */
export const setBackupProgress = (cluster: Cluster, backup: string, progress: number): void => {
  changeBackup(cluster, backup, { state: 'InProgress', progress });
};

export const completeBackup = (cluster: Cluster, backup: string, details: Partial<Backup> = {}): void => {
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
};

export const failBackup = (cluster: Cluster, backup: string, error = 'failed to upload: timeout'): void => {
  changeBackup(cluster, backup, { state: 'Error', progress: 0, error });
};

export const deleteBackup = (cluster: Cluster, backup: string): void => {
  changeBackup(cluster, backup, { state: 'Deleting' });
  cluster.backups.remove(backup);
};

export const setTargetAvailable = (
  cluster: Cluster,
  target: string,
  available: boolean,
  message = available ? '' : 'failed to list backup volumes: timeout',
): void => {
  cluster.backuptargets.change(target, (before) => ({ ...before, available, message }));
};
