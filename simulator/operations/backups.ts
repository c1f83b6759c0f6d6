/** Operations on snapshots, backups, backup targets and recurring jobs. */

import type { Cluster } from '../cluster.ts';
import { goTimeToRfc3339, rfc3339 } from '../go.ts';
import type { Backup, RecurringJob, Snapshot } from '../model.ts';
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
    createSnapshot: details.userCreated ?? true,
    userCreated: true,
    markRemoved: false,
    labels: {},
    size: 4_194_304,
    error: '',
    ...details,
    name,
  };
  cluster.setSnapshots(volume, [...cluster.snapshotsOf(volume), snapshot]);
  return name;
}

/** A snapshot that is requested but not taken: the only visible sign of a recurring backup that fails at its snapshot. */
export const requestSnapshot = (
  cluster: Cluster,
  volume: string,
  error = 'failed to take snapshot: engine is not running',
): string =>
  createSnapshot(cluster, volume, {
    creationTime: '',
    createSnapshot: true,
    userCreated: false,
    size: 0,
    error,
  });

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

/** Removal, first step: marked for removal but still listed, until the engine has merged its data. */
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

/** A backup starts with an empty state; `details` can set its name, target or state. Returns its name. */
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
    messages: {},
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

/** For changes that have no operation, such as Deleting, Unknown, or an empty state after a restart of the manager. */
export function changeBackup(cluster: Cluster, backup: string, changes: Partial<Backup>): void {
  cluster.backups.change(backup, (before) => ({ ...before, ...changes, name: before.name }));
}

/** Sets the progress in percent; real uploads stay at 95 until they are complete. */
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

/** Longhorn's errors for failures before the time of the snapshot is known. */
export const EARLY_FAILURES: readonly ((backup: Backup) => string)[] = [
  ({ volume }) => `failed waiting for the engine ${volume}-e-0 to be running before enabling backup monitor`,
  ({ snapshotName }) =>
    `failed to get the snapshot ${snapshotName} before enabling backup monitor: snapshot.longhorn.io not found`,
  ({ snapshotName }) =>
    `failed waiting for the snapshot ${snapshotName} to be ready before enabling backup monitor`,
];

/** Errors of an upload, as written by the S3, NFS and lock code. */
export const LATE_FAILURES = {
  bucket: 'AWS Error:  NoSuchBucket The specified bucket does not exist 404',
  credentials:
    'failed to execute: AWS Error:  InvalidAccessKeyId The AWS Access Key Id you provided does not exist in our records. 403',
  timeout: 'AWS Error:  RequestTimeout send request failed: dial tcp 10.9.9.9:443: i/o timeout',
  tls: 'x509: certificate signed by unknown authority',
  space: 'write /backupstore/x: no space left on device',
  lock: 'failed lock backupstore/volumes/aa/bb/locks type 1 acquisition',
} as const;

/** The upload fails. */
export function failBackup(cluster: Cluster, backup: string, error: string = LATE_FAILURES.timeout): void {
  changeBackup(cluster, backup, { state: 'Error', progress: 0, error });
}

/** Fails before anything is uploaded, so that both times stay empty. `reason`: an index in EARLY_FAILURES. */
export function failBackupEarly(cluster: Cluster, backup: string, reason = 0): void {
  cluster.backups.change(backup, (before) => ({
    ...before,
    state: 'Error',
    progress: 0,
    error: EARLY_FAILURES[reason]?.(before) ?? '',
    snapshotCreated: '',
    created: '',
  }));
}

/** The deletion of a completed backup fails: it is in state Error although its data is valid. */
export function failBackupDeletion(
  cluster: Cluster,
  backup: string,
  error = 'failed to delete the backup: AccessDenied: object is WORM protected',
): void {
  changeBackup(cluster, backup, { state: 'Deleting' });
  changeBackup(cluster, backup, { state: 'Error', messages: { error } });
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

/** Adds a recurring job, or replaces the one with this name. */
export function putRecurringJob(
  cluster: Cluster,
  job: Pick<RecurringJob, 'name' | 'task' | 'cron'> & Partial<RecurringJob>,
): void {
  cluster.recurringjobs.put({ groups: [], retain: 7, concurrency: 2, executionCount: 0, ...job });
}
