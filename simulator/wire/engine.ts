/** The parts of a volume that its engine reports: controllers, replicas, rebuilds and other lists. */

import { address, condition, digest, diskUuid, instanceManagerName } from '../go.ts';
import type { Backup, Controller, RebuildStatus, Replica, RestoreStatus, Volume } from '../model.ts';
import { isHealthy } from '../robustness.ts';

export const IMAGE = 'longhornio/longhorn-engine:v1.12.1';

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** The engine's data stays the same when its node dies. */
export const renderController = (volume: Volume, { node, ...engine }: Controller) => ({
  actualSize: node === '' ? '0' : '180224000',
  address: node === '' ? '' : '10.42.0.7',
  currentImage: node === '' ? '' : IMAGE,
  endpoint: node === '' ? '' : `/dev/longhorn/${volume.name}`,
  hostId: node,
  image: IMAGE,
  instanceManagerName: node === '' ? '' : instanceManagerName(node),
  isExpanding: engine.isExpanding,
  lastExpansionError: engine.lastExpansionError,
  lastExpansionFailedAt: engine.lastExpansionFailedAt,
  lastRestoredBackup: engine.lastRestoredBackup,
  name: engine.name,
  requestedBackupRestore: '',
  running: engine.running,
  size: engine.size,
  unmapMarkSnapChainRemovedEnabled: false,
});

function renderReplica(volume: Volume, { name, node, mode, running, failedAt }: Replica) {
  // A replica without a disk has no node either.
  const diskPath = node === '' ? '' : '/var/lib/longhorn/';
  const [, suffix = ''] = /-r-([0-9a-f]{8})/.exec(name) ?? [];
  return {
    address: running ? address(name) : '',
    currentImage: running ? IMAGE : '',
    dataEngine: volume.dataEngine,
    dataPath: `${diskPath}replicas/${volume.name}-${suffix}`,
    diskID: node === '' ? '' : diskUuid(node),
    diskPath,
    failedAt,
    hostId: node,
    image: IMAGE,
    instanceManagerName: running ? instanceManagerName(node) : '',
    mode,
    name,
    running,
  };
}

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

export const renderRestore = (status: RestoreStatus) => ({
  actions: null,
  backupURL: status.backupURL,
  error: status.error,
  filename: 'volume-snap-1.img',
  isRestoring: status.isRestoring,
  lastRestored: status.lastRestored,
  links: null,
  progress: status.progress,
  replica: status.replica,
  state: status.state,
});

/** One entry per replica with a disk; null without an engine. */
export function renderPurges(volume: Volume) {
  if (!volume.controllers.some(({ node }) => node !== '')) return null;
  const onDisk = volume.replicas.filter(({ node }) => node !== '');
  return onDisk.sort(byName).map(({ name, running }) => ({
    actions: null,
    error: '',
    isPurging: false,
    links: null,
    progress: 0,
    // A stopped replica has no address, so the engine's address for it matches no name.
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
