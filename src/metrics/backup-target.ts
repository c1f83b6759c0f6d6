/** Metrics of a backup target, from the `backuptargets` stream. */

import type { Target } from '../state/state.ts';
import { flag, type Table, timestamp } from './family.ts';

export const BACKUP_TARGET_TABLE: Table<Target> = {
  title: 'Backup targets',
  intro: 'From the stream `backuptargets`. A target without a URL has no series.',
  labels: ['target', 'scheme'],
  identify: ({ facts: { name, scheme } }) => [name, scheme ?? ''],
  families: [
    {
      name: 'longhorn_backup_target_available',
      type: 'gauge',
      help: '1 if available, else 0; scheme is that of backupTargetURL.',
      value: ({ facts }) => flag(facts.available),
    },
    {
      name: 'longhorn_backup_target_available_since_timestamp_seconds',
      type: 'gauge',
      help: 'Only while available: when the exporter first saw it available.',
      value: ({ facts, since }, now) => (facts.available === true ? timestamp(since, now) : undefined),
    },
    {
      name: 'longhorn_backup_target_unavailable_since_timestamp_seconds',
      type: 'gauge',
      help: 'Only while unavailable: when the exporter first saw it unavailable.',
      value: ({ facts, since }, now) => (facts.available === false ? timestamp(since, now) : undefined),
    },
    {
      name: 'longhorn_backup_target_unavailable_reason',
      type: 'gauge',
      help: 'Always 1, only while unavailable; reason is derived from message.',
      labels: ['reason'],
      samples: ({ facts }) => (facts.available === false ? [[1, facts.reason]] : []),
    },
  ],
};
