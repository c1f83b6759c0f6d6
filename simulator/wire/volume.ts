/** A volume as 1.12.1 writes it, with the keys in alphabetical order as recorded. */

import { condition, conditions, goJson } from '../go.ts';
import type { Backup, Volume } from '../model.ts';
import {
  IMAGE,
  renderAttachment,
  renderBackupStatus,
  renderController,
  renderPurges,
  renderRebuild,
  renderReplicas,
  renderRestore,
} from './engine.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const ALWAYS = words(`
  attach detach snapshotBackup snapshotCRCreate snapshotCRDelete snapshotCRGet snapshotCRList
`);
const SINCE_ATTACHING = words(`
  cancelExpansion offlineReplicaRebuilding recurringJobAdd recurringJobDelete recurringJobList
`);
const WHEN_SETTLED = words(`
  activate engineUpgrade expand pvCreate pvcCreate replicaRemove updateBackupCompressionMethod
  updateBackupTargetName updateDataLocality updateFreezeFilesystemForSnapshot updateRebuildConcurrentSyncLimit
  updateReplicaAutoBalance updateReplicaDiskSoftAntiAffinity updateReplicaRebuildingBandwidthLimit
  updateReplicaSoftAntiAffinity updateReplicaZoneSoftAntiAffinity updateSnapshotDataIntegrity
  updateSnapshotMaxCount updateSnapshotMaxSize updateUnmapMarkSnapChainRemoved
`);
const ATTACHED_ONLY = words(`
  snapshotCreate snapshotDelete snapshotGet snapshotList snapshotPurge snapshotRevert trimFilesystem
  updateReplicaCount
`);
const DETACHED_ONLY = words('updateAccessMode updateUblkNumberOfQueue updateUblkQueueDepth');

const SETS = {
  faulted: words('attach detach salvage'),
  attached: [...ALWAYS, ...SINCE_ATTACHING, ...WHEN_SETTLED, ...ATTACHED_ONLY].sort(),
  detached: [...ALWAYS, ...SINCE_ATTACHING, ...WHEN_SETTLED, ...DETACHED_ONLY].sort(),
  attaching: [...ALWAYS, ...SINCE_ATTACHING].sort(),
  creating: ALWAYS,
  detaching: ALWAYS,
  deleting: ALWAYS,
};

export function volumeActions(volume: Volume, self: string): Record<string, string> {
  const names = SETS[volume.robustness === 'faulted' ? 'faulted' : volume.state];
  return Object.fromEntries(names.map((name) => [name, `${self}?action=${name}`]));
}

const volumeConditions = ({ scheduled, scheduledReason, tooManySnapshots }: Volume) =>
  conditions(
    condition('OfflineRebuilding', 'False'),
    condition('Restore', 'False'),
    ...(scheduled === 'True' ? [condition('Scheduled', 'True')] : []),
    ...(scheduled === 'False'
      ? [
          condition(
            'Scheduled',
            'False',
            scheduledReason || 'ReplicaSchedulingFailure',
            'insufficient storage',
          ),
        ]
      : []),
    tooManySnapshots === ''
      ? condition('TooManySnapshots', 'False')
      : condition('TooManySnapshots', 'True', 'TooManySnapshots', tooManySnapshots),
    condition('WaitForBackingImage', 'False'),
  );

/** A volume whose PVC was deleted keeps the PVC's name, but is no longer bound. */
const kubernetesStatus = ({ name, pvcName, lastPVCRefAt, workloads, ...volume }: Volume) => ({
  lastPVCRefAt,
  lastPodRefAt: volume.lastPodRefAt,
  namespace: volume.namespace,
  pvName: lastPVCRefAt === '' ? name : '',
  pvStatus: pvcName === '' || lastPVCRefAt !== '' ? '' : 'Bound',
  pvcName,
  workloadsStatus: workloads.map(({ podName, podStatus, workloadName, workloadType }) => ({
    podName,
    podStatus,
    workloadName,
    workloadType,
  })),
});

function notReadyMessage({ robustness, state, restoreRequired, cloneStatus }: Volume): string {
  if (robustness === 'faulted') return 'volume is faulted';
  if (restoreRequired) return 'volume requires restoration';
  if (cloneStatus.state === 'initiated' || cloneStatus.state === 'failed') {
    return 'volume request cloning data but has not finished copying data';
  }
  if (state === 'attached' || state === 'detached') return '';
  return `waiting for the volume to fully detach. current state: ${state}`;
}

const newestCompleted = (backups: readonly Backup[]): Backup | undefined =>
  backups
    .filter(({ state }) => state === 'Completed')
    .reduce<Backup | undefined>(
      (newest, backup) => (newest && newest.created >= backup.created ? newest : backup),
      undefined,
    );

export function renderVolume(volume: Volume, backups: readonly Backup[], base: string): string {
  const self = `${base}/v1/volumes/${volume.name}`;
  const lastBackup = newestCompleted(backups);
  const message = notReadyMessage(volume);
  const clone = volume.cloneStatus;
  return goJson({
    accessMode: volume.accessMode,
    actions: volumeActions(volume, self),
    backingImage: '',
    backupBlockSize: '2097152',
    backupCompressionMethod: 'lz4',
    backupStatus: renderBackupStatus(volume, backups),
    backupTargetName: volume.backupTargetName,
    cloneMode: '',
    cloneStatus: {
      attemptCount: 0,
      nextAllowedAttemptAt: '',
      snapshot: clone.snapshot,
      sourceVolume: clone.sourceVolume,
      state: clone.state,
    },
    conditions: volumeConditions(volume),
    controllers: volume.controllers.map((controller) => renderController(volume, controller)),
    created: volume.created,
    currentImage: IMAGE,
    dataEngine: volume.dataEngine,
    dataLayout: { mode: '', type: '' },
    dataLocality: volume.dataLocality,
    dataSource: clone.sourceVolume === '' ? '' : `vol://${clone.sourceVolume}`,
    disableFrontend: false,
    diskSelector: [],
    encrypted: false,
    freezeFilesystemForSnapshot: 'ignored',
    fromBackup: volume.fromBackup,
    frontend: 'blockdev',
    id: volume.name,
    image: IMAGE,
    kubernetesStatus: kubernetesStatus(volume),
    lastAttachedBy: '',
    lastBackup: lastBackup?.name ?? '',
    lastBackupAt: lastBackup?.created ?? '',
    links: { self },
    migratable: volume.migratable,
    name: volume.name,
    nodeSelector: [],
    notReadyMessage: message,
    numberOfReplicas: volume.numberOfReplicas,
    offlineRebuilding: 'ignored',
    purgeStatus: renderPurges(volume),
    ready: message === '',
    rebuildConcurrentSyncLimit: 0,
    rebuildStatus: volume.rebuildStatus.map(renderRebuild),
    recurringJobSelector: null,
    replicaAutoBalance: 'ignored',
    replicaDiskSoftAntiAffinity: 'ignored',
    replicaRebuildingBandwidthLimit: 0,
    replicaSoftAntiAffinity: 'ignored',
    replicaZoneSoftAntiAffinity: 'ignored',
    replicas: renderReplicas(volume),
    restoreInitiated: volume.restoreRequired,
    restoreRequired: volume.restoreRequired,
    restoreStatus: volume.restoreStatus.map(renderRestore),
    restoreVolumeRecurringJob: 'ignored',
    revisionCounterDisabled: true,
    robustness: volume.robustness,
    shareEndpoint: volume.shareEndpoint,
    shareState: volume.shareState,
    size: volume.size,
    snapshotDataIntegrity: 'ignored',
    snapshotMaxCount: volume.snapshotMaxCount,
    snapshotMaxSize: '0',
    staleReplicaTimeout: 30,
    standby: volume.standby,
    state: volume.state,
    type: 'volume',
    ublkNumberOfQueue: 0,
    ublkQueueDepth: 0,
    unmapMarkSnapChainRemoved: 'ignored',
    volumeAttachment: renderAttachment(volume),
  });
}
