// Attaching and detaching, in the steps a client can see; the functions without `start` and `finish` do both at once.
import type { Cluster } from '../cluster.ts';
import type { Volume } from '../model.ts';
import { rfc3339 } from '../times.ts';
import { editReplicas, editVolume, getVolume } from './edit.ts';
import { freshReplica } from './replicas.ts';

const engine = (volume: Volume, node: string): Volume => ({
  ...volume,
  controllers: [{ name: `${volume.name}-e-0`, node, running: node !== '' }],
});

/** The new volume's replicas get their nodes, as many different ones as there are. */
const withScheduledReplicas = (cluster: Cluster, volume: Volume): Volume => {
  if (volume.replicas.length > 0) return volume;
  const nodes = cluster.nodes.list().filter(({ ready }) => ready);
  const replicas = Array.from({ length: volume.numberOfReplicas }, (_, index) =>
    freshReplica(cluster, volume.name, nodes[index % nodes.length]?.name ?? ''),
  );
  return { ...volume, replicas };
};

export const startAttach = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...withScheduledReplicas(cluster, engine(before, '')),
    state: 'attaching',
  }));
};

/** All replicas that are not failed come up healthy. */
export const finishAttach = (cluster: Cluster, volume: string, node: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(engine(before, node), ({ failedAt }) => failedAt === '', {
      mode: 'RW',
      running: true,
      wasHealthy: true,
    }),
    state: 'attached',
  }));
};

export const attachVolume = (cluster: Cluster, volume: string, node: string): void => {
  startAttach(cluster, volume);
  finishAttach(cluster, volume, node);
};

/** All modes turn empty at once, while the engine is still there. */
export const startDetach = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(before, () => true, { mode: '', running: false }),
    rebuildStatus: [],
    state: 'detaching',
  }));
};

/** A replica whose rebuild was cut short gets failedAt, which is no failure. */
export const finishDetach = (cluster: Cluster, volume: string): void => {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(engine(before, ''), (replica) => !replica.wasHealthy && replica.failedAt === '', {
      failedAt,
    }),
    state: 'detached',
  }));
};

export const detachVolume = (cluster: Cluster, volume: string): void => {
  startDetach(cluster, volume);
  finishDetach(cluster, volume);
};

/** The workload restarts on another node, so the volume is detached and attached there. */
export const moveVolume = (cluster: Cluster, volume: string, node: string): void => {
  detachVolume(cluster, volume);
  attachVolume(cluster, volume, node);
};

/** The node of the volume's first engine; empty when detached. */
export const engineNode = (cluster: Cluster, volume: string): string =>
  getVolume(cluster, volume).controllers[0]?.node ?? '';
