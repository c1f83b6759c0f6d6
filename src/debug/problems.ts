/** What can be wrong with a volume: a problem is a row, the worst first. */

import type { Time } from '../clock.ts';
import { BACKUP_TABLE } from '../metrics/backup.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { OPERATIONS, shareUp } from '../state/operations.ts';
import { replicasOf } from '../state/replicas.ts';
import { type BackupSeries, redundancyNodes, type SnapshotSeries } from '../state/served.ts';
import type { Volume } from '../state/state.ts';
import { reader } from './series.ts';

/** What a row may look at. */
export interface Subject {
  readonly volume: Volume;
  /** Undefined when they are not known, or too old to be served. */
  readonly snapshots: SnapshotSeries | undefined;
  readonly backups: readonly BackupSeries[];
  readonly readyNodes: number;
  readonly now: Time;
}

interface ProblemRow {
  readonly name: string;
  /** The alert that fires when it lasts; its runbook has the same name. */
  readonly alert: string;
  readonly holds: (subject: Subject) => boolean;
}

const NO_ZONES: ReadonlyMap<string, string> = new Map();

function shows(name: string, value: number): ProblemRow['holds'] {
  const read = reader(VOLUME_TABLE, name);
  return ({ volume, now }) => read({ volume, zones: NO_ZONES }, now) === value;
}

const isHealthy = shows('longhorn_volume_healthy', 1);
const isFaulted = shows('longhorn_volume_faulted', 1);
const lastBackupFailed = reader(BACKUP_TABLE, 'longhorn_backup_last_failed');

/** The share of the snapshots that a volume may have from which on the alert fires. */
const NEAR_LIMIT = 0.8;

/** How long an operation may take, in minutes. A restore and a purge are judged by their progress, by the alert alone. */
const MINUTES: ReadonlyMap<string, number> = new Map([
  ['create', 15],
  ['attach', 15],
  ['detach', 30],
  ['delete', 30],
  ['migrate', 60],
  ['expand', 60],
  ['clone', 24 * 60],
]);

export const PROBLEMS: readonly ProblemRow[] = [
  { name: 'faulted', alert: 'LonghornVolumeFaulted', holds: isFaulted },
  { name: 'unknown', alert: 'LonghornVolumeUnknown', holds: shows('longhorn_volume_unknown', 1) },
  {
    name: 'share down',
    alert: 'LonghornShareDown',
    holds: ({ volume }) => shareUp(volume.facts) === false,
  },
  {
    name: 'last copy',
    alert: 'LonghornVolumeLastCopy',
    holds(subject) {
      const { volume } = subject;
      // Where there is but one node, all copies are on it.
      const onOneNode = subject.readyNodes > 1 && redundancyNodes(volume)?.size === 1;
      return (volume.facts.replicasDesired ?? 0) > 1 && (onOneNode || usable(subject) === 1);
    },
  },
  { name: 'degraded', alert: 'LonghornVolumeDegraded', holds: shows('longhorn_volume_degraded', 1) },
  {
    name: 'operation failed',
    alert: 'LonghornOperationFailed',
    holds: ({ volume }) => OPERATIONS.some(({ error }) => (error?.(volume.facts) ?? '') !== ''),
  },
  {
    name: 'operation stuck',
    alert: 'LonghornOperationStuck',
    holds: ({ volume, now }) =>
      [...volume.operations].some(
        ([name, { startedAt, pausedAt }]) =>
          pausedAt === undefined &&
          now.monotonic - startedAt > 60_000 * (MINUTES.get(name) ?? Number.POSITIVE_INFINITY),
      ),
  },
  {
    name: 'replicas missing',
    alert: 'LonghornVolumeReplicasMissing',
    holds(subject) {
      const { facts } = subject.volume;
      const healthy = replicasOf(subject.volume)?.filter(({ status }) => status === 'healthy').length;
      return isHealthy(subject) && healthy !== undefined && healthy < (facts.replicasDesired ?? 0);
    },
  },
  {
    name: 'replicas missing while detached',
    alert: 'LonghornVolumeReplicasMissingDetached',
    holds(subject) {
      const { facts } = subject.volume;
      const short = (usable(subject) ?? Number.POSITIVE_INFINITY) < (facts.replicasDesired ?? 0);
      return facts.state === 'detached' && !isFaulted(subject) && short;
    },
  },
  {
    name: 'replicas on too few nodes',
    alert: 'LonghornVolumePlacement',
    holds(subject) {
      const { volume } = subject;
      const nodes = redundancyNodes(volume)?.size ?? Number.POSITIVE_INFINITY;
      return isHealthy(subject) && nodes < Math.min(volume.facts.replicasDesired ?? 0, subject.readyNodes);
    },
  },
  {
    name: 'replica unschedulable',
    alert: 'LonghornReplicaUnschedulable',
    holds: shows('longhorn_volume_scheduled', 0),
  },
  {
    name: 'snapshots near the limit',
    alert: 'LonghornSnapshotsNearLimit',
    holds({ volume, snapshots }) {
      const { user = 0, system = 0 } = snapshots?.summary.count ?? {};
      return user + system > NEAR_LIMIT * (volume.facts.snapshotLimit ?? Number.POSITIVE_INFINITY);
    },
  },
  {
    name: 'last backup failed',
    alert: 'LonghornBackupFailed',
    holds: ({ backups, now }) => backups.some((series) => lastBackupFailed(series, now) === 1),
  },
];

/** Replicas that could serve the volume now; undefined when Longhorn lists none. */
function usable({ volume }: Subject): number | undefined {
  const replicas = replicasOf(volume);
  return replicas?.length ? replicas.filter((replica) => replica.usable).length : undefined;
}

/** The names of those that hold, the worst first. */
export const problemsOf = (subject: Subject): string[] =>
  PROBLEMS.filter(({ holds }) => holds(subject)).map(({ name }) => name);

const RANKS: ReadonlyMap<string, number> = new Map(PROBLEMS.map(({ name }, index) => [name, index]));

interface Ranked {
  readonly name: string;
  readonly problems: readonly string[];
}

/** For sorting: the worst problem decides, then the name; a volume without any comes last. */
export function worstFirst(a: Ranked, b: Ranked): number {
  const difference = rank(a) - rank(b);
  return difference === 0 ? Number(a.name > b.name) - Number(a.name < b.name) : difference;
}

const rank = ({ problems: [worst = ''] }: Ranked): number => RANKS.get(worst) ?? PROBLEMS.length;
