/** Operations on a volume's data: restore, standby, clone, expansion, share. */

import type { Cluster } from '../cluster.ts';
import { rfc3339 } from '../go.ts';
import type { Controller, RestoreStatus, Volume } from '../model.ts';
import { editVolume, getVolume } from './edit.ts';

const withController = (volume: Volume, changes: Partial<Controller>): Volume => ({
  ...volume,
  controllers: volume.controllers.map((controller) => ({ ...controller, ...changes })),
});

function editRestore(cluster: Cluster, volume: string, changes: Partial<RestoreStatus>): void {
  editVolume(cluster, volume, (before) => ({
    ...before,
    restoreStatus: before.restoreStatus.map((status) => ({ ...status, ...changes })),
  }));
}

/** Restores an attached volume from this backup, on each of its replicas. */
export function startRestore(cluster: Cluster, volume: string, backupURL: string): void {
  editVolume(cluster, volume, (before) => ({
    ...before,
    fromBackup: before.fromBackup === '' ? backupURL : before.fromBackup,
    restoreRequired: true,
    restoreStatus: before.replicas.map(({ name }) => ({
      replica: name,
      backupURL,
      isRestoring: true,
      progress: 0,
      lastRestored: before.controllers[0]?.lastRestoredBackup ?? '',
      state: 'in_progress',
      error: '',
    })),
  }));
}

/** In percent. */
export const setRestoreProgress = (cluster: Cluster, volume: string, progress: number): void =>
  editRestore(cluster, volume, { progress });

export const failRestore = (
  cluster: Cluster,
  volume: string,
  error = 'failed to restore: RequestTimeout',
): void => editRestore(cluster, volume, { isRestoring: false, state: 'error', error });

/** The restore is complete. A standby volume keeps requiring restoration until it is activated. */
export function finishRestore(cluster: Cluster, volume: string, backup: string): void {
  editVolume(cluster, volume, (before) => ({
    ...(before.standby ? withController(before, { lastRestoredBackup: backup }) : before),
    restoreRequired: before.standby,
    restoreStatus: [],
  }));
}

/** Starts a deep copy of `source` on one replica; the others are built when it is complete. */
export function startClone(cluster: Cluster, volume: string, source: string, snapshot: string): void {
  editVolume(cluster, volume, (before) => ({
    ...before,
    replicas: before.replicas.slice(0, 1),
    cloneStatus: { sourceVolume: source, snapshot, state: 'initiated' },
  }));
}

export function setCloneState(cluster: Cluster, volume: string, state: Volume['cloneStatus']['state']): void {
  editVolume(cluster, volume, (before) => ({ ...before, cloneStatus: { ...before.cloneStatus, state } }));
}

/** The volume has its new size immediately, the engine only when the expansion is complete. */
export function startExpansion(cluster: Cluster, volume: string, size: string): void {
  editVolume(cluster, volume, (before) => ({
    ...withController(before, { isExpanding: true, lastExpansionError: '', lastExpansionFailedAt: '' }),
    size,
  }));
}

export function failExpansion(
  cluster: Cluster,
  volume: string,
  lastExpansionError = 'failed to expand replica: no space left on device',
): void {
  const lastExpansionFailedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) =>
    withController(before, { isExpanding: false, lastExpansionError, lastExpansionFailedAt }),
  );
}

export function finishExpansion(cluster: Cluster, volume: string): void {
  const { size } = getVolume(cluster, volume);
  editVolume(cluster, volume, (before) => withController(before, { isExpanding: false, size }));
}

/** Sets the state of the volume's NFS server; only a running one has an address. */
export function setShareState(cluster: Cluster, volume: string, shareState: Volume['shareState']): void {
  editVolume(cluster, volume, (before) => ({
    ...before,
    accessMode: 'rwx',
    shareState,
    shareEndpoint: shareState === 'running' ? `nfs://10.43.0.9/${volume}` : '',
  }));
}
