/** The only way for operations to change a volume, so that its robustness is always recomputed. */

import type { Cluster } from '../cluster.ts';
import type { Replica, Volume } from '../model.ts';
import { robustnessOf } from '../robustness.ts';

export function editVolume(cluster: Cluster, name: string, edit: (volume: Volume) => Volume): void {
  // An unknown node counts as ready, because tests use arbitrary node names.
  const isReady = (node: string) => cluster.nodes.get(node)?.ready ?? true;
  cluster.volumes.change(name, (volume) => {
    const edited = edit(volume);
    return { ...edited, robustness: robustnessOf(edited, isReady) };
  });
}

export function getVolume(cluster: Cluster, name: string): Volume {
  const volume = cluster.volumes.get(name);
  if (volume === undefined) throw new Error(`the cluster has no volume ${name}`);
  return volume;
}

/** Changes all replicas of a volume that match `which`. */
export const editReplicas = (
  volume: Volume,
  which: (replica: Replica) => boolean,
  changes: Partial<Replica>,
): Volume => ({
  ...volume,
  replicas: volume.replicas.map((replica) => (which(replica) ? { ...replica, ...changes } : replica)),
});

/** Changes one replica; throws if the volume has none with this name. */
export function editReplica(volume: Volume, name: string, changes: Partial<Replica>): Volume {
  if (!volume.replicas.some((replica) => replica.name === name)) {
    throw new Error(`volume ${volume.name} has no replica ${name}`);
  }
  return editReplicas(volume, (replica) => replica.name === name, changes);
}

/** Removes the rebuild of this replica: the engine lists only replicas in mode WO. */
export const withoutRebuild = (volume: Volume, replica: string): Volume => ({
  ...volume,
  rebuildStatus: volume.rebuildStatus.filter((status) => status.replica !== replica),
});
