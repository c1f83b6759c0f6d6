/** What is wrong with a volume, worst first, judged by its metrics alone. */

import type { Time } from '../clock.ts';
import { BACKUP_TABLE } from '../metrics/backup.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { replicasOf } from '../state/replicas.ts';
import type { BackupSeries, SnapshotSeries, VolumeSeries } from '../state/served.ts';
import { reader } from './metrics.ts';

/** Worst first; the pages sort by it. */
export const PROBLEMS = [
  'faulted',
  'unknown',
  'degraded',
  'replicas missing',
  'replica unschedulable',
  'snapshots near the limit',
  'last backup failed',
] as const;
export type Problem = (typeof PROBLEMS)[number];

const isFaulted = reader(VOLUME_TABLE, 'longhorn_volume_faulted');
const isUnknown = reader(VOLUME_TABLE, 'longhorn_volume_unknown');
const isDegraded = reader(VOLUME_TABLE, 'longhorn_volume_degraded');
const isHealthy = reader(VOLUME_TABLE, 'longhorn_volume_healthy');
const isScheduled = reader(VOLUME_TABLE, 'longhorn_volume_scheduled');
const desired = reader(VOLUME_TABLE, 'longhorn_volume_replicas_desired');
const snapshotLimit = reader(VOLUME_TABLE, 'longhorn_volume_snapshot_limit');
const hasFailed = reader(BACKUP_TABLE, 'longhorn_backup_last_failed');

/** The share of the limit from which on there is reason to act. */
const NEAR_LIMIT = 0.9;

export function problemsOf(
  series: VolumeSeries,
  snapshots: SnapshotSeries | undefined,
  backups: readonly BackupSeries[],
  now: Time,
): Problem[] {
  const { volume } = series;
  const healthyReplicas = replicasOf(volume)?.filter(({ status }) => status === 'healthy').length;
  const { user = 0, system = 0 } = snapshots?.summary.count ?? {};
  const holds: Readonly<Record<Problem, boolean>> = {
    faulted: isFaulted(series, now) === 1,
    unknown: isUnknown(series, now) === 1,
    degraded: isDegraded(series, now) === 1,
    'replicas missing':
      isHealthy(series, now) === 1 &&
      healthyReplicas !== undefined &&
      healthyReplicas < (desired(series, now) ?? 0),
    'replica unschedulable': isScheduled(series, now) === 0,
    'snapshots near the limit':
      user + system >= NEAR_LIMIT * (snapshotLimit(series, now) ?? Number.POSITIVE_INFINITY),
    'last backup failed': backups.some((backup) => hasFailed(backup, now) === 1),
  };
  return PROBLEMS.filter((problem) => holds[problem]);
}
