// What happens to replicas apart from rebuilding: they fail, they go, and for moments nobody knows their mode.
import type { Cluster } from '../cluster.ts';
import type { Replica } from '../model.ts';
import { hexSuffix } from '../random.ts';
import { rfc3339 } from '../times.ts';
import { editReplica, editReplicas, editVolume, withoutRebuild } from './edit.ts';

/** A new replica that holds nothing yet and that the engine does not know yet. */
export const freshReplica = (cluster: Cluster, volume: string, node: string): Replica => ({
  name: `${volume}-r-${hexSuffix(cluster.random)}`,
  node,
  mode: '',
  running: false,
  failedAt: '',
  wasHealthy: false,
});

/** Crash, first step: ERR and failedAt. */
export const failReplica = (cluster: Cluster, volume: string, replica: string): void => {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) =>
    withoutRebuild(editReplica(before, replica, { mode: 'ERR', running: false, failedAt }), replica),
  );
};

/** Crash, second step: the engine has dropped the replica, so its mode is empty; failedAt stays. */
export const dropReplica = (cluster: Cluster, volume: string, replica: string): void => {
  editVolume(cluster, volume, (before) => editReplica(before, replica, { mode: '', running: false }));
};

/** The replica's record goes. */
export const removeReplica = (cluster: Cluster, volume: string, replica: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...withoutRebuild(before, replica),
    replicas: before.replicas.filter(({ name }) => name !== replica),
  }));
};

/** Adds an empty replica, as a larger replica count or an eviction does, and returns its name. */
export const addReplica = (cluster: Cluster, volume: string, node: string): string => {
  const replica = freshReplica(cluster, volume, node);
  editVolume(cluster, volume, (before) => ({ ...before, replicas: [...before.replicas, replica] }));
  return replica.name;
};

/** The engine crashed, its monitor restarted, or a live upgrade runs: for a moment no mode is known. */
export const blankModes = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(before, () => true, { mode: '' }),
    rebuildStatus: [],
  }));
};

/** The modes are known again: everything whose data is complete reads RW. */
export const restoreModes = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) =>
    editReplicas(before, ({ failedAt, wasHealthy }) => failedAt === '' && wasHealthy, { mode: 'RW' }),
  );
};

export const setNumberOfReplicas = (cluster: Cluster, volume: string, numberOfReplicas: number): void => {
  editVolume(cluster, volume, (before) => ({ ...before, numberOfReplicas }));
};
