/** The parts of a volume that its engine reports: controllers, replicas, rebuilds and the rest of its lists. */

import { address, condition, digest, diskUuid, instanceManagerName } from '../go.ts';
import type { Backup, Controller, RebuildStatus, Replica, Volume } from '../model.ts';
import { isHealthy } from '../robustness.ts';

export const IMAGE = 'longhornio/longhorn-engine:v1.12.1';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

export const renderController = (volume: Volume, { name, node, running }: Controller) => ({
  actualSize: running ? '180224000' : '0',
  address: running ? '10.42.0.7' : '',
  currentImage: running ? IMAGE : '',
  endpoint: running ? `/dev/longhorn/${volume.name}` : '',
  hostId: node,
  image: IMAGE,
  instanceManagerName: running ? instanceManagerName(node) : '',
  isExpanding: false,
  lastExpansionError: '',
  lastExpansionFailedAt: '',
  lastRestoredBackup: '',
  name,
  requestedBackupRestore: '',
  running,
  size: volume.size,
  unmapMarkSnapChainRemovedEnabled: false,
});

const renderReplica = (volume: Volume, { name, node, mode, running, failedAt }: Replica) => ({
  address: running ? address(name) : '',
  currentImage: running ? IMAGE : '',
  dataEngine: volume.dataEngine,
  dataPath: `/var/lib/longhorn/replicas/${volume.name}-${name.slice(-8)}`,
  diskID: diskUuid(node),
  diskPath: '/var/lib/longhorn/',
  failedAt,
  hostId: node,
  image: IMAGE,
  instanceManagerName: running ? instanceManagerName(node) : '',
  mode,
  name,
  running,
});

export const renderReplicas = (volume: Volume) =>
  [...volume.replicas].sort(byName).map((replica) => renderReplica(volume, replica));

export const renderRebuild = (status: RebuildStatus) => ({
  actions: null,
  error: status.error,
  fromReplicaList: status.fromReplicaList,
  isRebuilding: status.isRebuilding,
  links: null,
  progress: status.progress,
  replica: status.replica,
  state: status.state,
});

/** One entry for each replica; null without a running engine. */
export function renderPurges(volume: Volume) {
  if (!volume.controllers.some(({ running }) => running)) return null;
  return [...volume.replicas].sort(byName).map(({ name, running }) => ({
    actions: null,
    error: '',
    isPurging: false,
    links: null,
    progress: 0,
    // A stopped replica has no address, so the one the engine knows it by matches no name.
    replica: running ? name : `tcp://${address(name)}:10520`,
    state: '',
  }));
}

/** The backups of the volume on its own target. */
export const renderBackupStatus = (volume: Volume, backups: readonly Backup[]) =>
  backups
    .filter(({ target }) => target === volume.backupTargetName)
    .map((backup) => ({
      actions: null,
      backupURL: backup.url,
      error: backup.error,
      id: backup.name,
      links: null,
      progress: backup.progress,
      replica: backup.state === 'Completed' ? '' : (volume.replicas.find(isHealthy)?.name ?? ''),
      size: backup.size,
      snapshot: backup.snapshotName,
      state: backup.state,
    }));

export const renderAttachment = (volume: Volume) => ({
  actions: null,
  attachments: Object.fromEntries(
    volume.controllers
      .filter(({ node }) => node !== '')
      .map(({ node }, index) => {
        const attachmentID = `csi-${digest(index === 0 ? volume.name : `${volume.name} ${node}`)}`;
        return {
          attachmentID,
          attachmentType: 'csi-attacher',
          conditions: [condition('Satisfied', 'True')],
          nodeID: node,
          parameters: { disableFrontend: 'false', lastAttachedBy: '' },
          satisfied: true,
        };
      })
      .sort((a, b) => (a.attachmentID < b.attachmentID ? -1 : 1))
      .map((attachment) => [attachment.attachmentID, attachment]),
  ),
  links: null,
  volume: volume.name,
});
