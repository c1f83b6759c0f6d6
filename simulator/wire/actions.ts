// The actions a volume offers: they depend on its state, and they are half of its bytes.
import type { Volume } from '../model.ts';

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

export const volumeActions = (volume: Volume, self: string): Record<string, string> => {
  const names = SETS[volume.robustness === 'faulted' ? 'faulted' : volume.state];
  return Object.fromEntries(names.map((name) => [name, `${self}?action=${name}`]));
};
