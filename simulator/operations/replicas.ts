/** A replica fails and is removed or rebuilt: empty, then WO with growing progress, then RW, or an error and failed again. */

import type { Cluster } from '../cluster.ts';
import { rfc3339 } from '../go.ts';
import type { RebuildStatus, Replica, Volume } from '../model.ts';
import { hexSuffix } from '../random.ts';
import { isHealthy } from '../robustness.ts';
import { editReplica, editReplicas, editVolume, getVolume, withoutRebuild } from './edit.ts';

/** A new, empty replica that the engine does not know yet. */
export const freshReplica = (cluster: Cluster, volume: string, node: string): Replica => ({
  name: `${volume}-r-${hexSuffix(cluster.random)}`,
  node,
  mode: '',
  running: false,
  failedAt: '',
  wasHealthy: false,
});

/** Crash, first step: ERR and failedAt. */
export function failReplica(cluster: Cluster, volume: string, replica: string): void {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: 'ERR', running: false, failedAt }), replica),
  );
}

/** Crash, second step: the engine has dropped the replica, so its mode is empty; failedAt stays. */
export function dropReplica(cluster: Cluster, volume: string, replica: string): void {
  editVolume(cluster, volume, (before) => editReplica(before, replica, { mode: '', running: false }));
}

/** The replica's record is deleted. */
export function removeReplica(cluster: Cluster, volume: string, replica: string): void {
  editVolume(cluster, volume, (before) => ({
    ...withoutRebuild(before, replica),
    replicas: before.replicas.filter(({ name }) => name !== replica),
  }));
}

/** Adds an empty replica, like a larger replica count or an eviction does, and returns its name. */
export function addReplica(cluster: Cluster, volume: string, node: string): string {
  const replica = freshReplica(cluster, volume, node);
  editVolume(cluster, volume, (before) => ({ ...before, replicas: [...before.replicas, replica] }));
  return replica.name;
}

/** The engine crashed, its monitor restarted, or a live upgrade is running: for a moment no mode is known. */
export function blankModes(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(before, () => true, { mode: '' }),
    rebuildStatus: [],
  }));
}

/** The modes are known again: replicas with complete data read RW. */
export function restoreModes(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) =>
    editReplicas(before, ({ failedAt, wasHealthy }) => failedAt === '' && wasHealthy, { mode: 'RW' }),
  );
}

function withRebuild(volume: Volume, replica: string, changes: Partial<RebuildStatus>): Volume {
  const source = volume.replicas.find(isHealthy);
  const status: RebuildStatus = {
    replica,
    isRebuilding: true,
    progress: 0,
    state: 'in_progress',
    error: '',
    fromReplicaList: source === undefined ? [] : [source.name],
    ...volume.rebuildStatus.find((entry) => entry.replica === replica),
    ...changes,
  };
  return { ...volume, rebuildStatus: [...withoutRebuild(volume, replica).rebuildStatus, status] };
}

/** A failed replica is reused: failedAt is cleared first, the mode stays empty. */
function reuseReplica(cluster: Cluster, volume: string, replica: string): void {
  editVolume(cluster, volume, (before) =>
    editReplica(before, replica, { mode: '', running: true, failedAt: '', wasHealthy: false }),
  );
}

/** Rebuilds a failed replica, or a new one on `onNode`; returns its name. */
export function startRebuild(
  cluster: Cluster,
  volume: string,
  target: { replica: string } | { onNode: string },
): string {
  const replica = 'replica' in target ? target.replica : addReplica(cluster, volume, target.onNode);
  reuseReplica(cluster, volume, replica);
  editVolume(cluster, volume, (before) =>
    withRebuild(editReplica(before, replica, { mode: 'WO' }), replica, {
      isRebuilding: true,
      progress: 0,
      state: 'in_progress',
      error: '',
    }),
  );
  return replica;
}

/** Sets the progress in percent; it may decrease. */
export function setRebuildProgress(
  cluster: Cluster,
  volume: string,
  replica: string,
  progress: number,
): void {
  editVolume(cluster, volume, (before) =>
    withRebuild(before, replica, { isRebuilding: true, progress, state: 'in_progress', error: '' }),
  );
}

export function finishRebuild(cluster: Cluster, volume: string, replica: string): void {
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: 'RW', running: true, wasHealthy: true }), replica),
  );
}

/** A rebuild fails, first step: it reports an error, the replica is still WO. */
export function errorRebuild(
  cluster: Cluster,
  volume: string,
  replica: string,
  error = 'context deadline exceeded',
): void {
  editVolume(cluster, volume, (before) =>
    withRebuild(before, replica, { isRebuilding: false, state: 'error', error }),
  );
}

/** A rebuild fails, second step: the engine has dropped the replica, which is failed again. */
export function failRebuild(cluster: Cluster, volume: string, replica: string): void {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: '', running: false, failedAt }), replica),
  );
}

/** Whether this rebuild is still running; a caller that waits between steps must check it before the next one. */
export const isRebuilding = (cluster: Cluster, volume: string, replica: string): boolean =>
  cluster.volumes.get(volume)?.replicas.find(({ name }) => name === replica)?.mode === 'WO';

/** All currently failed replicas of the volume. */
export const failedReplicas = (cluster: Cluster, volume: string): readonly string[] =>
  getVolume(cluster, volume)
    .replicas.filter(({ failedAt }) => failedAt !== '')
    .map(({ name }) => name);
