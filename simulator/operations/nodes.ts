/** A node dies and returns, with the effects on its volumes and replicas. */

import type { Cluster } from '../cluster.ts';
import { rfc3339 } from '../go.ts';
import type { Replica, Volume } from '../model.ts';
import { editReplicas, editVolume } from './edit.ts';
import { failReplica } from './replicas.ts';

const engineIsOn = (volume: Volume, node: string): boolean =>
  volume.controllers.some((controller) => controller.node === node);

const withEngines = (volume: Volume, node: string, running: boolean): Volume => ({
  ...volume,
  controllers: volume.controllers.map((controller) =>
    controller.node === node ? { ...controller, running } : controller,
  ),
});

/** Attached volumes with an engine or a replica on this node. */
const volumesOn = (cluster: Cluster, node: string): readonly Volume[] =>
  cluster.volumes
    .list()
    .filter(
      (volume) =>
        volume.state === 'attached' &&
        (engineIsOn(volume, node) || volume.replicas.some((replica) => replica.node === node)),
    );

export function setNodeReady(cluster: Cluster, node: string, ready: boolean, reason = ''): void {
  cluster.nodes.change(node, (before) => ({ ...before, ready, reason }));
}

/**
 * The node dies. Volumes with their engine there stay attached and become unknown: the engine is not running, and the
 * replicas' modes are no longer updated, so those on the node read RW with running false. Other volumes lose a replica.
 */
export function nodeDown(cluster: Cluster, node: string): void {
  setNodeReady(cluster, node, false, 'ManagerPodDown');
  for (const volume of volumesOn(cluster, node)) {
    if (engineIsOn(volume, node)) {
      editVolume(cluster, volume.name, (before) =>
        editReplicas(withEngines(before, node, false), (replica) => replica.node === node, {
          running: false,
        }),
      );
      continue;
    }
    for (const replica of volume.replicas) {
      if (replica.node === node && replica.failedAt === '') failReplica(cluster, volume.name, replica.name);
    }
  }
}

/**
 * The node returns. Replicas that failed stay failed until they are rebuilt, and so does a replica whose rebuild was
 * interrupted because the engine died.
 */
export function nodeUp(cluster: Cluster, node: string): void {
  setNodeReady(cluster, node, true);
  const failedAt = rfc3339(cluster.now());
  for (const volume of volumesOn(cluster, node)) {
    editVolume(cluster, volume.name, (before) => {
      const restarted = editReplicas(
        withEngines(before, node, true),
        (replica) => replica.node === node && replica.failedAt === '',
        {
          running: true,
        },
      );
      if (!engineIsOn(volume, node)) return restarted;
      const wasInterrupted = (replica: Replica) => !replica.wasHealthy && replica.failedAt === '';
      return {
        ...editReplicas(restarted, wasInterrupted, { mode: '', running: false, failedAt }),
        rebuildStatus: [],
      };
    });
  }
}
