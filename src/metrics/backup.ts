/** Metrics of a volume's backups on one target, from the `backups` stream. */

import { type Time, wallOf } from '../clock.ts';
import type { BackupSeries } from '../state/served.ts';
import type { BackupCounts } from '../state/state.ts';
import { type Family, flag, seconds, type Table } from './family.ts';

/** A standby volume has no counters: another cluster makes its backups. */
const counted = ({ volume, counts }: BackupSeries, counter: keyof BackupCounts): number | undefined =>
  volume.facts.standby ? undefined : (counts?.[counter] ?? 0);

const lastFailure = ({ summary }: BackupSeries, now: Time): number | undefined =>
  summary?.failure === undefined ? undefined : seconds(wallOf(summary.failure.at, now));

const families: readonly Family<BackupSeries>[] = [
  {
    name: 'longhorn_backup_last_latency_ms',
    type: 'gauge',
    help: 'Deprecated: use longhorn_backup_last_latency_seconds, which is the same in seconds; DEPRECATED_METRICS=false leaves this out.',
    deprecated: true,
    value: ({ summary }) => summary?.latencyMs,
  },
  {
    name: 'longhorn_backup_last_latency_seconds',
    type: 'gauge',
    help: 'Seconds from snapshotCreated to created of the newest Completed backup; long when an old snapshot is backed up.',
    value: ({ summary }) => seconds(summary?.latencyMs),
  },
  {
    name: 'longhorn_backup_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'created of the newest Completed backup.',
    value: ({ summary }) => seconds(summary?.created),
  },
  {
    name: 'longhorn_backup_last_size_bytes',
    type: 'gauge',
    help: 'size of the newest Completed backup.',
    value: ({ summary }) => summary?.size,
  },
  {
    name: 'longhorn_backup_last_uploaded_bytes',
    type: 'gauge',
    help: 'newlyUploadDataSize plus reUploadedDataSize of the newest Completed backup.',
    value: ({ summary }) => summary?.uploaded,
  },
  {
    name: 'longhorn_backup_last_upload_seconds',
    type: 'gauge',
    help: 'Seconds from state InProgress to created of the newest Completed backup, if the exporter saw it upload.',
    value: ({ summary }) => summary?.uploadSeconds,
  },
  {
    name: 'longhorn_backup_last_failed',
    type: 'gauge',
    help: '1 if the newest finished backup failed (state Error or Unknown), 0 if it is Completed.',
    value: ({ summary }) => flag(summary?.lastFailed),
  },
  {
    name: 'longhorn_backup_last_failure_timestamp_seconds',
    type: 'gauge',
    help: 'When the newest failure was seen, or its snapshotCreated if it was already in the first list.',
    value: lastFailure,
  },
  {
    name: 'longhorn_backup_last_failure_reason',
    type: 'gauge',
    help: 'Always 1, only while longhorn_backup_last_failed is 1; reason is derived from error.',
    labels: ['reason'],
    samples: ({ summary }) =>
      summary?.lastFailed === true && summary.failure !== undefined ? [[1, summary.failure.reason]] : [],
  },
  {
    name: 'longhorn_volume_backups',
    type: 'gauge',
    help: 'Current number of backups by state.',
    labels: ['state'],
    *samples({ summary }) {
      yield [summary?.completed ?? 0, 'completed'];
      yield [summary?.failed ?? 0, 'failed'];
      yield [summary?.inProgress ?? 0, 'in_progress'];
    },
  },
  {
    name: 'longhorn_backup_started_timestamp_seconds',
    type: 'gauge',
    help: 'Only while a backup is in progress: when the oldest was first seen, or its snapshotCreated if it was already in the first list.',
    value: ({ summary }, now) =>
      summary?.startedAt === undefined ? undefined : seconds(wallOf(summary.startedAt, now)),
  },
  {
    name: 'longhorn_backup_progress_ratio',
    type: 'gauge',
    help: 'Only while a backup is in progress: progress of the oldest, 0 to 1.',
    value: ({ summary }) => summary?.progress,
  },
  {
    name: 'longhorn_backup_completions_total',
    type: 'counter',
    help: 'Number of backups that reached state Completed.',
    value: (series) => counted(series, 'completions'),
  },
  {
    name: 'longhorn_backup_failures_total',
    type: 'counter',
    help: 'Number of backups that reached state Error or Unknown.',
    value: (series) => counted(series, 'failures'),
  },
];

export const BACKUP_TABLE: Table<BackupSeries> = {
  title: 'Backups',
  intro:
    'From the streams `backups` and `volumes`. Labels: `volume`, `namespace` (of the PVC), `target` (the backup target) and those listed. A volume has series for its own target and for every target that holds one of its backups.',
  labels: ['volume', 'namespace', 'target'],
  identify: ({ volume, target }) => [volume.facts.name, volume.facts.namespace, target],
  families,
};
