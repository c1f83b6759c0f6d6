/** What can be wrong with a volume: a problem is a row, the worst first, with the alert that fires when it lasts. */

import { type Time, wallOf } from '../clock.ts';
import type { NamedEvent, Timestamped } from '../events.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { OPERATIONS, shareUp } from '../state/operations.ts';
import { replicasOf } from '../state/replicas.ts';
import {
  type BackupSeries,
  redundancyNodes,
  type ScheduleSeries,
  type SnapshotSeries,
} from '../state/served.ts';
import type { Volume } from '../state/state.ts';
import { lastUse } from '../state/volumes.ts';
import { byName } from './format.ts';
import { reader } from './series.ts';

/** What a row may look at. */
export interface ProblemInput {
  readonly volume: Volume;
  /** Undefined when they are not known, or too old to be served. */
  readonly snapshots: SnapshotSeries | undefined;
  readonly schedule: ScheduleSeries | undefined;
  /** Undefined until the first list of backups. */
  readonly backups: readonly BackupSeries[] | undefined;
  /** Whether it was ever seen to have a completed backup. */
  readonly hadBackups: boolean;
  /** What was seen to happen to it, the oldest first. */
  readonly events: readonly Timestamped<NamedEvent>[];
  readonly nodes: { readonly listed: number; readonly ready: number };
  readonly now: Time;
}

interface ProblemRow {
  readonly name: string;
  /** Its runbook has the same name. */
  readonly alert: string;
  readonly holds: (input: ProblemInput) => boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The share of a limit on snapshots from which on the alert fires. */
const NEAR_LIMIT = 0.8;

const NO_ZONES: ReadonlyMap<string, string> = new Map();

/** Whether a gauge of the volume has this value. */
function gauge(name: string, value: number): ProblemRow['holds'] {
  const read = reader(VOLUME_TABLE, name);
  return ({ volume, now }) => read({ volume, zones: NO_ZONES }, now) === value;
}

const isHealthy = gauge('longhorn_volume_healthy', 1);
const isDegraded = gauge('longhorn_volume_degraded', 1);
const isFaulted = gauge('longhorn_volume_faulted', 1);

const desiredOf = ({ volume }: ProblemInput): number => volume.facts.replicasDesired ?? 0;

/** Undefined when Longhorn lists no replicas. */
const nodesOf = ({ volume }: ProblemInput): number | undefined => redundancyNodes(volume)?.size;

/** For how long an operation has gone on, in milliseconds; 0 when it does not. */
function runningFor(name: string, { volume, now }: ProblemInput): number {
  const operation = volume.operations.get(name);
  return operation === undefined || operation.pausedAt !== undefined
    ? 0
    : now.monotonic - operation.startedAt;
}

/** How many such events there were in so many milliseconds. */
const countEvents = (
  { events, now }: ProblemInput,
  within: number,
  counts: (event: NamedEvent) => boolean,
): number => events.filter((event) => now.monotonic - event.at <= within && counts(event)).length;

/** What may take how long. A restore and a purge are judged by their progress, which only the alert can do. */
const LONGEST: Readonly<Record<string, number>> = {
  create: 15 * MINUTE,
  detach: 30 * MINUTE,
  delete: 30 * MINUTE,
  migrate: HOUR,
  expand: HOUR,
  clone: 24 * HOUR,
};

export const PROBLEMS: readonly ProblemRow[] = [
  { name: 'faulted', alert: 'LonghornVolumeFaulted', holds: isFaulted },
  { name: 'unknown', alert: 'LonghornVolumeUnknown', holds: gauge('longhorn_volume_unknown', 1) },
  {
    name: 'share down',
    alert: 'LonghornVolumeShareDown',
    holds: ({ volume }) => shareUp(volume.facts) === false,
  },
  {
    name: 'last copy',
    alert: 'LonghornVolumeLastCopy',
    holds(input) {
      const onlyNode = isHealthy(input) && input.nodes.listed <= 1;
      const copying = runningFor('clone', input) > 0;
      return nodesOf(input) === 1 && desiredOf(input) > 1 && !onlyNode && !copying;
    },
  },
  {
    name: 'attach stuck',
    alert: 'LonghornVolumeAttachStuck',
    holds: (input) => runningFor('attach', input) > 15 * MINUTE,
  },
  { name: 'degraded', alert: 'LonghornVolumeDegraded', holds: isDegraded },
  {
    name: 'no rebuild',
    alert: 'LonghornVolumeNoRebuild',
    holds(input) {
      const { volume, now } = input;
      if (!isDegraded(input) || now.monotonic - volume.health.shownSince < 30 * MINUTE) return false;
      if (['expand', 'clone', 'restore'].some((name) => runningFor(name, input) > 0)) return false;
      const rebuilding = replicasOf(volume)?.some(({ status }) => status === 'rebuilding') === true;
      return !rebuilding && countEvents(input, 30 * MINUTE, ({ type }) => type === 'rebuild_ended') === 0;
    },
  },
  {
    name: 'operation failed',
    alert: 'LonghornVolumeOperationFailed',
    holds: ({ volume }) => OPERATIONS.some(({ error }) => (error?.(volume.facts) ?? '') !== ''),
  },
  {
    name: 'operation stuck',
    alert: 'LonghornVolumeOperationStuck',
    holds: (input) => Object.entries(LONGEST).some(([name, most]) => runningFor(name, input) > most),
  },
  {
    name: 'replicas missing',
    alert: 'LonghornVolumeReplicasMissing',
    holds(input) {
      const healthy = replicasOf(input.volume)?.filter(({ status }) => status === 'healthy').length;
      return isHealthy(input) && healthy !== undefined && healthy < desiredOf(input);
    },
  },
  {
    name: 'replicas missing while detached',
    alert: 'LonghornVolumeDetachedShortOfReplicas',
    holds(input) {
      const replicas = replicasOf(input.volume) ?? [];
      const left = replicas.filter(({ status }) => status !== 'failed').length;
      const detached = input.volume.facts.state === 'detached' && !isFaulted(input);
      return detached && replicas.length > 0 && left < desiredOf(input);
    },
  },
  {
    name: 'replicas keep failing',
    alert: 'LonghornReplicasKeepFailing',
    holds(input) {
      const desired = desiredOf(input);
      const count = (counts: (event: NamedEvent) => boolean) => countEvents(input, 6 * HOUR, counts);
      return (
        count(({ type }) => type === 'replica_failed') > desired ||
        count(({ type }) => type === 'rebuild_ended') > 2 * desired ||
        count((event) => event.type === 'robustness_changed' && event.from === 'degraded') > 2 * desired
      );
    },
  },
  {
    name: 'rebuilds failing',
    alert: 'LonghornRebuildsFailing',
    holds: (input) =>
      countEvents(input, 2 * HOUR, (event) => event.type === 'rebuild_ended' && event.result === 'failed') >=
      3,
  },
  {
    name: 'replicas share a node',
    alert: 'LonghornVolumeReplicasColocated',
    holds(input) {
      const nodes = nodesOf(input) ?? Number.POSITIVE_INFINITY;
      return isHealthy(input) && nodes < desiredOf(input) && nodes < input.nodes.ready;
    },
  },
  {
    name: 'replica unschedulable',
    alert: 'LonghornReplicaUnschedulable',
    holds: gauge('longhorn_volume_scheduled', 0),
  },
  {
    name: 'snapshots near the limit',
    alert: 'LonghornSnapshotsNearLimit',
    holds({ volume: { facts }, snapshots }) {
      const { count, bytes } = snapshots?.summary ?? {};
      const isNear = (kinds = { user: 0, system: 0 }, limit = Number.POSITIVE_INFINITY) =>
        kinds.user + kinds.system > NEAR_LIMIT * limit;
      return (
        facts.tooManySnapshots ||
        isNear(count, facts.snapshotLimit) ||
        isNear(bytes, facts.snapshotLimitBytes)
      );
    },
  },
  {
    name: 'snapshot pending',
    alert: 'LonghornSnapshotPending',
    holds({ volume, snapshots, now }) {
      const since = snapshots?.summary.pendingSince;
      return volume.facts.state === 'attached' && since !== undefined && now.wall - since > HOUR;
    },
  },
  {
    name: 'last backup failed',
    alert: 'LonghornBackupFailed',
    holds({ volume, backups = [], now }) {
      if (volume.facts.standby) return false;
      // A later success anywhere shows that the volume is backed up again.
      const isLater = (at: number) => backups.some(({ summary }) => (summary?.created ?? 0) > at);
      return backups.some(
        ({ summary }) =>
          summary?.lastFailed === true &&
          !(summary.failure !== undefined && isLater(wallOf(summary.failure.at, now))),
      );
    },
  },
  {
    name: 'backup overdue',
    alert: 'LonghornBackupOverdue',
    holds({ volume, schedule, backups = [], now }) {
      const { due, interval = 0 } = schedule?.schedule ?? {};
      if (due === undefined || now.wall - due <= Math.max(interval / 2, 2 * HOUR)) return false;
      const running = backups.some(({ summary }) => summary?.startedAt !== undefined);
      const lastSuccess = Math.max(0, ...backups.map(({ summary }) => summary?.created ?? 0));
      const used = volume.facts.state === 'attached' || (lastUse(volume, now) ?? 0) > lastSuccess;
      return used && !running;
    },
  },
  {
    name: 'backups gone',
    alert: 'LonghornVolumeBackupsGone',
    holds: ({ backups, hadBackups }) =>
      hadBackups && backups?.every(({ summary }) => (summary?.completed ?? 0) === 0) === true,
  },
  {
    name: 'standby behind',
    alert: 'LonghornStandbyBehind',
    holds({ volume, schedule, backups = [], now }) {
      const until = schedule?.restoredUntil;
      if (!volume.facts.standby || until === undefined) return false;
      return backups.some(
        ({ summary: { snapshotCreated = 0, created = 0 } = {} }) =>
          snapshotCreated > until && now.wall - created > 2 * HOUR,
      );
    },
  },
];

/** The names of those that hold, the worst first. */
export const problemsOf = (input: ProblemInput): string[] =>
  PROBLEMS.filter(({ holds }) => holds(input)).map(({ name }) => name);

const RANKS: ReadonlyMap<string, number> = new Map(PROBLEMS.map(({ name }, index) => [name, index]));

interface Ranked {
  readonly name: string;
  readonly problems: readonly string[];
}

/** For sorting: the worst problem decides, then the name; a volume without any comes last. */
export function worstFirst(a: Ranked, b: Ranked): number {
  return rank(a) - rank(b) || byName(a, b);
}

const rank = ({ problems: [worst = ''] }: Ranked): number => RANKS.get(worst) ?? PROBLEMS.length;
