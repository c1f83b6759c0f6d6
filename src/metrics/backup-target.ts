/** The families of a backup target; source: the `backuptargets` stream. */

import type { Target } from '../state/state.ts';
import { flag, type Table, timestamp } from './family.ts';

export const BACKUP_TARGET_TABLE: Table<Target> = {
  title: 'Backup targets',
  intro: 'From the stream `backuptargets`; a target without a URL is not served.',
  labels: ['target', 'scheme'],
  identify: ({ facts: { name, scheme } }) => [name, scheme ?? ''],
  families: [
    {
      name: 'longhorn_backup_target_available',
      type: 'gauge',
      help: '1 if the backup target is available, else 0; scheme: that of backupTargetURL.',
      value: ({ facts }) => flag(facts.available),
    },
    {
      name: 'longhorn_backup_target_available_since_timestamp_seconds',
      type: 'gauge',
      help: 'Only while available: when it was first seen so.',
      value: ({ facts, since }, now) => (facts.available === true ? timestamp(since, now) : undefined),
    },
    {
      name: 'longhorn_backup_target_unavailable_since_timestamp_seconds',
      type: 'gauge',
      help: 'Only while not available: when it was first seen so.',
      value: ({ facts, since }, now) => (facts.available === false ? timestamp(since, now) : undefined),
    },
    {
      name: 'longhorn_backup_target_unavailable_reason',
      type: 'gauge',
      help: 'Always 1, only while not available: why, from message.',
      labels: ['reason'],
      samples: ({ facts }) => (facts.available === false ? [[1, facts.reason]] : []),
    },
  ],
};
