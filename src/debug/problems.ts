/** What can be wrong with a volume: a problem is a row, the worst first. */

import type { Time } from '../clock.ts';
import { BACKUP_TABLE } from '../metrics/backup.ts';
import type { Table } from '../metrics/family.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import type { BackupSeries, SnapshotSeries } from '../state/served.ts';
import type { Volume } from '../state/state.ts';

/** What a row may look at. */
export interface Subject {
  readonly volume: Volume;
  /** Undefined when they are not known, or too old to be served. */
  readonly snapshots: SnapshotSeries | undefined;
  readonly backups: readonly BackupSeries[];
  readonly now: Time;
}

interface ProblemRow {
  readonly name: string;
  /** The alert that fires when it lasts; its runbook is docs/runbooks/ALERT.md. */
  readonly alert: string;
  readonly holds: (subject: Subject) => boolean;
}

/** Reads a family of one series from its table, so that a page never disagrees with a scrape. */
function reader<T>(table: Table<T>, name: string): (object: T, now: Time) => number | undefined {
  const family = table.families.find((row) => row.name === name);
  if (family === undefined || !('value' in family)) throw new Error(`no family of one series: ${name}`);
  return family.value;
}

function volumeIs(name: string, value: number): ProblemRow['holds'] {
  const read = reader(VOLUME_TABLE, name);
  return ({ volume, now }) => read(volume, now) === value;
}

const isHealthy = volumeIs('longhorn_volume_healthy', 1);
const lastBackupFailed = reader(BACKUP_TABLE, 'longhorn_backup_last_failed');

/** The share of the snapshot limit that the alert starts at. */
const NEAR_LIMIT = 0.9;

export const PROBLEMS: readonly ProblemRow[] = [
  { name: 'faulted', alert: 'LonghornVolumeFaulted', holds: volumeIs('longhorn_volume_faulted', 1) },
  { name: 'unknown', alert: 'LonghornVolumeUnknown', holds: volumeIs('longhorn_volume_unknown', 1) },
  { name: 'degraded', alert: 'LonghornVolumeDegraded', holds: volumeIs('longhorn_volume_degraded', 1) },
  {
    name: 'replicas missing',
    alert: 'LonghornVolumeReplicasMissing',
    holds(subject) {
      const { replicas, replicasDesired = 0 } = subject.volume.facts;
      const healthy = replicas?.filter(({ status }) => status === 'healthy').length;
      return isHealthy(subject) && healthy !== undefined && healthy < replicasDesired;
    },
  },
  {
    name: 'replica unschedulable',
    alert: 'LonghornReplicaUnschedulable',
    holds: volumeIs('longhorn_volume_scheduled', 0),
  },
  {
    name: 'snapshots near the limit',
    alert: 'LonghornSnapshotsNearLimit',
    holds({ volume, snapshots }) {
      const { user = 0, system = 0 } = snapshots?.summary.count ?? {};
      return user + system >= NEAR_LIMIT * (volume.facts.snapshotLimit ?? Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'last backup failed',
    alert: 'LonghornBackupFailed',
    holds: ({ backups, now }) => backups.some((series) => lastBackupFailed(series, now) === 1),
  },
];

const RANKS: ReadonlyMap<string, number> = new Map(PROBLEMS.map(({ name }, index) => [name, index]));

/** The names of those that hold, the worst first. */
export const problemsOf = (subject: Subject): string[] =>
  PROBLEMS.filter(({ holds }) => holds(subject)).map(({ name }) => name);

/** For sorting: the worst problem decides, then the name; a volume without any comes last. */
export function worstFirst(a: Ranked, b: Ranked): number {
  const difference = rank(a) - rank(b);
  return difference === 0 ? Number(a.name > b.name) - Number(a.name < b.name) : difference;
}

interface Ranked {
  readonly name: string;
  readonly problems: readonly string[];
}

const rank = ({ problems: [worst = ''] }: Ranked): number => RANKS.get(worst) ?? PROBLEMS.length;
