// A live migration: for a while there are two engines and twice the replicas, the second set without modes.
import type { Cluster } from '../cluster.ts';
import { editReplicas, editVolume, getVolume } from './edit.ts';
import { freshReplica } from './replicas.ts';

export const startMigration = (cluster: Cluster, volume: string, node: string): void => {
  const { replicas } = getVolume(cluster, volume);
  // The second set are new records for the same data, on the same nodes.
  const second = replicas.map((replica) => ({
    ...freshReplica(cluster, volume, replica.node),
    running: true,
    wasHealthy: true,
  }));
  editVolume(cluster, volume, (before) => ({
    ...before,
    controllers: [...before.controllers, { name: `${volume}-e-1`, node, running: true }],
    replicas: [...before.replicas, ...second],
  }));
};

/** The new engine takes over, and the first set of replicas goes. */
export const finishMigration = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) => {
    const half = before.replicas.length / 2;
    const moved = {
      ...before,
      controllers: before.controllers.slice(-1),
      replicas: before.replicas.slice(half),
    };
    return editReplicas(moved, ({ failedAt }) => failedAt === '', { mode: 'RW' });
  });
};

/** The migration is given up: everything is as before. */
export const cancelMigration = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...before,
    controllers: before.controllers.slice(0, 1),
    replicas: before.replicas.slice(0, before.replicas.length / 2),
  }));
};
