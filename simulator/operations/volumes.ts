/** Operations on a volume: create, attach, detach, migrate, fault, salvage and delete, in the steps that a client sees. */

import type { Cluster } from '../cluster.ts';
import { goTime, rfc3339 } from '../go.ts';
import type { Volume } from '../model.ts';
import { DEFAULT_VOLUME, engineOn } from '../population.ts';
import { editReplicas, editVolume, getVolume } from './edit.ts';
import { freshReplica } from './replicas.ts';

/** A new volume in state creating, without replicas; `attachVolume` adds them. */
export function createVolume(cluster: Cluster, name: string, details: Partial<Volume> = {}): void {
  cluster.volumes.put({
    ...DEFAULT_VOLUME,
    created: goTime(cluster.now()),
    namespace: 'shop',
    pvcName: `data-${name}`,
    state: 'creating',
    robustness: '',
    controllers: [engineOn(`${name}-e-0`, '', details.size ?? DEFAULT_VOLUME.size)],
    replicas: [],
    ...details,
    name,
  });
}

/** Deletes the volume and its snapshots, but not its backups. Lists being built now fail. */
export function deleteVolume(cluster: Cluster, volume: string): void {
  getVolume(cluster, volume);
  cluster.setSnapshots(volume, []);
  cluster.volumes.remove(volume);
}

/** Another volume with the same name: only `created` differs. */
export function recreateVolume(cluster: Cluster, volume: string): void {
  const before = getVolume(cluster, volume);
  const node = engineNode(cluster, volume);
  deleteVolume(cluster, volume);
  createVolume(cluster, volume, {
    ...before,
    created: goTime(cluster.now()),
    state: 'creating',
    robustness: '',
    controllers: [],
    replicas: [],
    rebuildStatus: [],
  });
  if (node !== '') attachVolume(cluster, volume, node);
}

/** All replicas fail together; Longhorn then detaches the volume. */
export function faultVolume(cluster: Cluster, volume: string): void {
  const failedAt = rfc3339(cluster.now());
  const allFailed = (before: Volume): Volume => ({
    ...editReplicas(before, () => true, { mode: '', running: false, failedAt }),
    rebuildStatus: [],
    state: 'detached',
  });
  // In the recordings, the engine's node is still there for one message.
  editVolume(cluster, volume, allFailed);
  editVolume(cluster, volume, (before) => ({
    ...before,
    controllers: before.controllers.map((controller) => ({ ...controller, node: '', running: false })),
  }));
}

/** Marks the replicas of a faulted volume as usable again; it stays detached. */
export function salvageVolume(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) =>
    editReplicas(before, () => true, { failedAt: '', wasHealthy: true }),
  );
}

/** Sets the condition Scheduled: whether all replicas have a disk. */
export function setScheduled(cluster: Cluster, volume: string, scheduled: boolean): void {
  editVolume(cluster, volume, (before) => ({ ...before, scheduled: scheduled ? 'True' : 'False' }));
}

const engine = (volume: Volume, node: string): Volume => ({
  ...volume,
  controllers: [
    {
      ...(volume.controllers[0] ?? engineOn('', '', volume.size)),
      name: `${volume.name}-e-0`,
      node,
      running: node !== '',
    },
  ],
});

/** Assigns the new volume's replicas to as many different nodes as possible. */
function withScheduledReplicas(cluster: Cluster, volume: Volume): Volume {
  if (volume.replicas.length > 0) return volume;
  const nodes = cluster.nodes.list().filter(({ ready }) => ready);
  const replicas = Array.from({ length: volume.numberOfReplicas }, (_, index) =>
    freshReplica(cluster, volume.name, nodes[index % nodes.length]?.name ?? ''),
  );
  return { ...volume, replicas };
}

export function startAttach(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) => ({
    ...withScheduledReplicas(cluster, engine(before, '')),
    state: 'attaching',
  }));
}

/** Engine and replicas are running, but until the engine is polled no mode is known, so the volume is unknown. */
export function startEngine(cluster: Cluster, volume: string, node: string): void {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(engine(before, node), ({ failedAt }) => failedAt === '', { running: true }),
    state: 'attached',
  }));
}

/** The first poll of the engine: all replicas that have not failed are healthy. */
export function pollEngine(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) =>
    editReplicas(before, ({ failedAt }) => failedAt === '', { mode: 'RW', wasHealthy: true }),
  );
}

export function finishAttach(cluster: Cluster, volume: string, node: string): void {
  startEngine(cluster, volume, node);
  pollEngine(cluster, volume);
}

export function attachVolume(cluster: Cluster, volume: string, node: string): void {
  startAttach(cluster, volume);
  finishAttach(cluster, volume, node);
}

/** All modes become empty at once, while the engine is still there. */
export function startDetach(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(before, () => true, { mode: '', running: false }),
    rebuildStatus: [],
    state: 'detaching',
  }));
}

/** A replica whose rebuild was interrupted gets failedAt, which is not a failure. */
export function finishDetach(cluster: Cluster, volume: string): void {
  const failedAt = rfc3339(cluster.now());
  editVolume(cluster, volume, (before) => ({
    ...editReplicas(engine(before, ''), (replica) => !replica.wasHealthy && replica.failedAt === '', {
      failedAt,
    }),
    state: 'detached',
  }));
}

export function detachVolume(cluster: Cluster, volume: string): void {
  startDetach(cluster, volume);
  finishDetach(cluster, volume);
}

/** The workload restarts on another node, so the volume is detached and attached there. */
export function moveVolume(cluster: Cluster, volume: string, node: string): void {
  detachVolume(cluster, volume);
  attachVolume(cluster, volume, node);
}

/** The node of the volume's first engine; empty when detached. */
export const engineNode = (cluster: Cluster, volume: string): string =>
  getVolume(cluster, volume).controllers[0]?.node ?? '';

export function startMigration(cluster: Cluster, volume: string, node: string): void {
  const { replicas } = getVolume(cluster, volume);
  // New records for the same data, on the same nodes.
  const newReplicas = replicas.map((replica) => ({
    ...freshReplica(cluster, volume, replica.node),
    running: true,
    wasHealthy: true,
  }));
  editVolume(cluster, volume, (before) => ({
    ...before,
    controllers: [...before.controllers, engineOn(`${volume}-e-1`, node, before.size)],
    replicas: [...before.replicas, ...newReplicas],
  }));
}

/** The new engine takes over, and the first set of replicas is removed. */
export function finishMigration(cluster: Cluster, volume: string): void {
  editVolume(cluster, volume, (before) => {
    const half = before.replicas.length / 2;
    const moved = {
      ...before,
      controllers: before.controllers.slice(-1),
      replicas: before.replicas.slice(half),
    };
    return editReplicas(moved, ({ failedAt }) => failedAt === '', { mode: 'RW' });
  });
}
