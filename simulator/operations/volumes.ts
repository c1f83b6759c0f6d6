// Volumes come and go, lose all their replicas, and are salvaged.
import type { Cluster } from '../cluster.ts';
import type { Volume } from '../model.ts';
import { VOLUME_SIZE } from '../population.ts';
import { goTime, rfc3339 } from '../times.ts';
import { attachVolume, engineNode } from './attachment.ts';
import { editReplicas, editVolume, getVolume } from './edit.ts';

/** A new volume in state creating, without replicas yet; `attachVolume` brings it up. */
export const createVolume = (cluster: Cluster, name: string, details: Partial<Volume> = {}): void => {
  cluster.volumes.put({
    created: goTime(cluster.now()),
    size: String(VOLUME_SIZE),
    namespace: 'shop',
    pvcName: `data-${name}`,
    workloads: [],
    lastPodRefAt: '',
    state: 'creating',
    robustness: '',
    controllers: [{ name: `${name}-e-0`, node: '', running: false }],
    replicas: [],
    rebuildStatus: [],
    numberOfReplicas: 3,
    scheduled: 'True',
    standby: false,
    restoreRequired: false,
    accessMode: 'rwo',
    dataEngine: 'v1',
    backupTargetName: 'default',
    snapshotMaxCount: 250,
    ...details,
    name,
  });
};

/** The volume and its snapshots go; its backups stay. Lists being built at this moment fail. */
export const deleteVolume = (cluster: Cluster, volume: string): void => {
  getVolume(cluster, volume);
  cluster.setSnapshots(volume, []);
  cluster.volumes.remove(volume);
};

/** Another volume under the same name: only `created` tells them apart. */
export const recreateVolume = (cluster: Cluster, volume: string): void => {
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
};

/** All replicas fail together; Longhorn then detaches the volume. */
export const faultVolume = (cluster: Cluster, volume: string): void => {
  const failedAt = rfc3339(cluster.now());
  const allFailed = (before: Volume): Volume => ({
    ...editReplicas(before, () => true, { mode: '', running: false, failedAt }),
    rebuildStatus: [],
    state: 'detached',
  });
  // As recorded, the engine's node is still there for one message.
  editVolume(cluster, volume, allFailed);
  editVolume(cluster, volume, (before) => ({
    ...before,
    controllers: before.controllers.map((controller) => ({ ...controller, node: '', running: false })),
  }));
};

/** The replicas of a faulted volume are declared usable again; it stays detached. */
export const salvageVolume = (cluster: Cluster, volume: string): void => {
  editVolume(cluster, volume, (before) =>
    editReplicas(before, () => true, { failedAt: '', wasHealthy: true }),
  );
};

/** Whether a replica finds no disk any more: the condition Scheduled. */
export const setScheduled = (cluster: Cluster, volume: string, scheduled: boolean): void => {
  editVolume(cluster, volume, (before) => ({ ...before, scheduled: scheduled ? 'True' : 'False' }));
};
