/** Backups, backup targets, nodes, snapshots and recurring jobs as 1.12.1 writes them. */

import { condition, conditions, diskName, diskUuid, goJson } from '../go.ts';
import type { Backup, BackupTarget, JobLabel, Node, RecurringJob, Snapshot } from '../model.ts';

export const renderBackup = (backup: Backup, base: string): string =>
  goJson({
    actions: {},
    backupMode: backup.mode,
    backupTargetName: backup.target,
    blockSize: '2097152',
    compressionMethod: 'lz4',
    created: backup.created,
    error: backup.error,
    id: backup.name,
    labels: backup.labels,
    links: { self: `${base}/v1/backups/${backup.name}` },
    messages: backup.messages,
    name: backup.name,
    newlyUploadDataSize: backup.newlyUploadDataSize,
    progress: backup.progress,
    reUploadedDataSize: backup.reUploadedDataSize,
    size: backup.size,
    snapshotCreated: backup.snapshotCreated,
    snapshotName: backup.snapshotName,
    state: backup.state,
    type: 'backup',
    url: backup.url,
    volumeBackingImageName: '',
    volumeCreated: backup.volumeCreated,
    volumeName: backup.volume,
    volumeSize: backup.volumeSize,
  });

export function renderBackupTarget({ name, url, available, message }: BackupTarget, base: string): string {
  const self = `${base}/v1/backuptargets/${name}`;
  return goJson({
    actions: {
      backupTargetSync: `${self}?action=backupTargetSync`,
      backupTargetUpdate: `${self}?action=backupTargetUpdate`,
    },
    available,
    backupTargetURL: url,
    credentialSecret: 's3-credentials',
    id: name,
    links: { self },
    message,
    name,
    pollInterval: '5m0s',
    type: 'backupTarget',
  });
}

const renderDisk = (node: string) => ({
  allowScheduling: true,
  conditions: conditions(condition('Ready', 'True'), condition('Schedulable', 'True')),
  diskDriver: '',
  diskType: 'filesystem',
  diskUUID: diskUuid(node),
  evictionRequested: false,
  healthDataLastCollectedAt: '0001-01-01 00:00:00 +0000 UTC',
  path: '/var/lib/longhorn/',
  scheduledBackingImage: {},
  scheduledReplica: {},
  storageAvailable: 800_000_000_000,
  storageMaximum: 1_000_000_000_000,
  storageReserved: 32_212_254_720,
  storageScheduled: 300_000_000_000,
  tags: [],
});

export function renderNode({ name, ready, reason, zone, region }: Node, base: string): string {
  const self = `${base}/v1/nodes/${name}`;
  return goJson({
    actions: { diskUpdate: `${self}?action=diskUpdate` },
    address: '',
    allowScheduling: true,
    autoEvicting: false,
    conditions: conditions(
      condition('KernelModulesLoaded', 'True'),
      condition('MountPropagation', 'True'),
      condition('MultipathD', 'True'),
      condition('NFSClientInstalled', 'True'),
      condition('Ready', ready ? 'True' : 'False', reason),
      condition('RequiredPackages', 'True'),
      condition('Schedulable', 'True'),
    ),
    disks: { [diskName(name)]: renderDisk(name) },
    evictionRequested: false,
    id: name,
    instanceManagerCPURequest: 0,
    links: { self },
    name,
    region,
    tags: [],
    type: 'node',
    zone,
  });
}

export type SnapshotContext = Readonly<{ base: string; volume: string; volumeSize: number; owner: string }>;

export function renderSnapshot(snapshot: Snapshot, context: SnapshotContext): string {
  const {
    name,
    createSnapshot,
    creationTime,
    crCreationTime,
    error,
    labels,
    markRemoved,
    size,
    userCreated,
  } = snapshot;
  return goJson({
    actions: {},
    checksum: '',
    children: { 'volume-head': true },
    crCreationTime,
    createSnapshot,
    creationTime,
    // Omitted if empty, the only such key in the API.
    ...(error === '' ? {} : { error }),
    id: name,
    labels,
    links: { self: `${context.base}/v1/snapshotcrs/${name}` },
    markRemoved,
    name,
    ownerID: context.owner,
    parent: '',
    readyToUse: creationTime !== '' && !markRemoved,
    restoreSize: context.volumeSize,
    size,
    type: 'snapshotCR',
    userCreated,
    volume: context.volume,
  });
}

export const renderRecurringJob = ({ name, groups, ...job }: RecurringJob, base: string): string =>
  goJson({
    actions: {},
    concurrency: job.concurrency,
    cron: job.cron,
    executionCount: job.executionCount,
    // Omitted if empty.
    ...(groups.length === 0 ? {} : { groups }),
    id: name,
    links: { self: `${base}/v1/recurringjobs/${name}` },
    name,
    ownerID: '',
    retain: job.retain,
    task: job.task,
    type: 'recurringJob',
  });

export const renderJobLabel = ({ name, isGroup }: JobLabel, base: string): string =>
  goJson({
    actions: {},
    id: name,
    isGroup,
    links: { self: `${base}/v1/volumerecurringjobs/${name}` },
    name,
    type: 'volumeRecurringJob',
  });
