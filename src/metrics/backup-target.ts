/** The families of a backup target; source: the `backuptargets` stream. */

import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import { flag, type Table } from './family.ts';

export const BACKUP_TARGET_TABLE: Table<BackupTargetFacts> = {
  title: 'Backup targets',
  intro: 'From the stream `backuptargets`; a target without a URL is not served.',
  labels: ['target', 'scheme'],
  identify: ({ name, scheme }) => [name, scheme ?? ''],
  families: [
    {
      name: 'longhorn_backup_target_available',
      type: 'gauge',
      help: '1 if the backup target is available, else 0. scheme: that of backupTargetURL (s3, nfs, cifs, azblob).',
      value: ({ available }) => flag(available),
    },
  ],
};
