// A backup and a backup target as 1.12.1 writes them.
import type { Backup, BackupTarget } from '../model.ts';
import { goJson } from './go.ts';

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
    messages: {},
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

export const renderBackupTarget = ({ name, url, available, message }: BackupTarget, base: string): string => {
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
};
