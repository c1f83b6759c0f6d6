/** The one way in which operations change a volume, so that its robustness always follows from the rest. */

import type { Cluster } from '../cluster.ts';
import type { Replica, Volume } from '../model.ts';
import { robustnessOf } from '../robustness.ts';

export function editVolume(cluster: Cluster, name: string, edit: (volume: Volume) => Volume): void {
  // A node nobody knows counts as ready: tests name nodes freely.
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

/** Changes all replicas of a volume for which `which` holds. */
export const editReplicas = (
  volume: Volume,
  which: (replica: Replica) => boolean,
  changes: Partial<Replica>,
): Volume => ({
  ...volume,
  replicas: volume.replicas.map((replica) => (which(replica) ? { ...replica, ...changes } : replica)),
});

/** Changes one replica, and throws when the volume has none of that name. */
export function editReplica(volume: Volume, name: string, changes: Partial<Replica>): Volume {
  if (!volume.replicas.some((replica) => replica.name === name)) {
    throw new Error(`volume ${volume.name} has no replica ${name}`);
  }
  return editReplicas(volume, (replica) => replica.name === name, changes);
}

/** Without the rebuild of this replica: the engine lists only replicas in mode WO. */
export const withoutRebuild = (volume: Volume, replica: string): Volume => ({
  ...volume,
  rebuildStatus: volume.rebuildStatus.filter((status) => status.replica !== replica),
});
