// A rebuild, step by step: empty, then WO with a growing progress, then RW, or an error and failed again.
import type { Cluster } from '../cluster.ts';
import type { RebuildStatus, Volume } from '../model.ts';
import { isHealthy } from '../robustness.ts';
import { rfc3339 } from '../times.ts';
import { editReplica, editVolume, getVolume, withoutRebuild } from './edit.ts';
import { addReplica } from './replicas.ts';

const withRebuild = (volume: Volume, replica: string, changes: Partial<RebuildStatus>): Volume => {
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
};

/** A failed replica gets another try: failedAt is cleared first, the mode stays empty. */
export const reuseReplica = (cluster: Cluster, volume: string, replica: string): void => {
  editVolume(cluster, volume, (before) =>
    editReplica(before, replica, { mode: '', running: true, failedAt: '', wasHealthy: false }),
  );
};

/** Rebuilds a failed replica, or a new one on `onNode` when none is named; returns its name. */
export const startRebuild = (
  cluster: Cluster,
  volume: string,
  target: { replica: string } | { onNode: string },
): string => {
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
};

/** Sets the progress in percent; it may fall. */
export const setRebuildProgress = (
  cluster: Cluster,
  volume: string,
  replica: string,
  progress: number,
): void => {
  editVolume(cluster, volume, (before) =>
    withRebuild(before, replica, { isRebuilding: true, progress, state: 'in_progress', error: '' }),
  );
};

export const finishRebuild = (cluster: Cluster, volume: string, replica: string): void => {
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: 'RW', running: true, wasHealthy: true }), replica),
  );
};

/** The rebuild reports an error, first step: the replica is still WO. */
export const errorRebuild = (
  cluster: Cluster,
  volume: string,
  replica: string,
  error = 'context deadline exceeded',
): void => {
  editVolume(cluster, volume, (before) =>
    withRebuild(before, replica, { isRebuilding: false, state: 'error', error }),
  );
};

/** The rebuild failed, second step: the engine dropped the replica, which is failed again. */
export const failRebuild = (cluster: Cluster, volume: string, replica: string): void => {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: '', running: false, failedAt }), replica),
  );
};

/** The engine is in back-off: WO turns empty without a failure, and `startRebuild` makes it WO again. */
export const pauseRebuild = (cluster: Cluster, volume: string, replica: string): void => {
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: '' }), replica),
  );
};

/** Whether this rebuild still runs: a script that waits between its steps must ask before the next one. */
export const isRebuilding = (cluster: Cluster, volume: string, replica: string): boolean =>
  cluster.volumes.get(volume)?.replicas.find(({ name }) => name === replica)?.mode === 'WO';

/** All replicas of the volume that are failed now. */
export const failedReplicas = (cluster: Cluster, volume: string): readonly string[] =>
  getVolume(cluster, volume)
    .replicas.filter(({ failedAt }) => failedAt !== '')
    .map(({ name }) => name);
