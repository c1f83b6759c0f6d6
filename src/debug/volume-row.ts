/** One volume as shown on the debug pages and in their JSON. Unknown fields are absent. Field names are documented and stable. */

import { type Time, toWall, wallOf } from '../clock.ts';
import type { Robustness } from '../events.ts';
import type { JobTask } from '../longhorn/recurring-job.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { OPERATIONS } from '../state/operations.ts';
import { replicasOf } from '../state/replicas.ts';
import {
  type BackupSeries,
  backupSeries,
  redundancyNodes,
  scheduleSeries,
  snapshotSeries,
} from '../state/served.ts';
import type { ReplicaStatus, State, Volume, VolumeSchedule } from '../state/state.ts';
import type { View } from '../store.ts';
import type { NodesInput } from './problem.ts';
import { optInProblemsOf, problemsOf } from './problems.ts';
import { reader } from './series.ts';
import { listKnownUntil, volumeKnownUntil } from './streams.ts';

/** Times are Unix milliseconds here and RFC 3339 in the JSON. */
export interface VolumeRow {
  readonly name: string;
  readonly namespace: string;
  readonly pvc: string;
  readonly workload: string;
  readonly state: string | undefined;
  /** As reported by Longhorn. */
  readonly robustness: string | undefined;
  /** Which of the four gauges is 1; undefined if none is. */
  readonly condition: Robustness | undefined;
  /** When this condition began, if known. */
  readonly robustnessSince: number | undefined;
  /** Since when it has not been healthy, whatever its robustness was in between. */
  readonly troubledSince: number | undefined;
  readonly engineNode: string;
  readonly standby: boolean;
  readonly restoring: boolean | undefined;
  readonly replicasDesired: number | undefined;
  /** Number of nodes with a replica that could serve it now. */
  readonly redundancyNodes: number | undefined;
  /** Whether enough replicas have a disk. */
  readonly scheduled: boolean | undefined;
  readonly replicas: readonly ReplicaRow[];
  readonly operations: readonly OperationRow[];
  readonly snapshots: SnapshotsRow | undefined;
  /** Absent until the first list of backups. */
  readonly backups: readonly BackupRow[] | undefined;
  /** Absent until this exporter, as the owner's, has requested its recurring jobs. */
  readonly schedule: ScheduleRow | undefined;
  /** Standby volumes: the time of the data it holds. */
  readonly restoredUntil: number | undefined;
  /** Standby volumes: Longhorn's error text, while its last restore failed. */
  readonly restoreError: string | undefined;
  /** Worst first. */
  readonly problems: readonly string[];
  /** Problems that count only if `rules-never-backed-up.yaml` is applied. */
  readonly optInProblems: readonly string[];
  /** The node whose exporter serves its series; undefined while the nodes are unknown. */
  readonly owner: string | undefined;
  readonly servedHere: boolean;
  /** When a list or response last confirmed this data. */
  readonly confirmed: number | undefined;
  /** Until when this data is known to be current: now while Longhorn reports changes, else `confirmed`. */
  readonly asOf: number;
}

export interface ReplicaRow {
  readonly name: string;
  readonly node: string;
  readonly status: ReplicaStatus;
  /** Whether it could serve the volume now. */
  readonly usable: boolean;
  /** 0 to 1, while rebuilding. */
  readonly progress: number | undefined;
}

/** An operation in progress, or one that Longhorn reports as failed. */
export interface OperationRow {
  readonly operation: string;
  /** When it was first seen; undefined after it stopped. */
  readonly since: number | undefined;
  /** 0 to 1, if Longhorn reports it. */
  readonly progress: number | undefined;
  /** Longhorn's error text, if it failed. */
  readonly error: string | undefined;
}

export interface SnapshotsRow {
  readonly user: number;
  readonly system: number;
  readonly removing: number;
  readonly withError: number;
  readonly limit: number | undefined;
  /** When they were requested. */
  readonly asked: number;
  /** Whether they are too old to be served. */
  readonly stale: boolean;
}

/** The recurring jobs that apply to it. */
export interface ScheduleRow {
  readonly backupJobs: number;
  readonly snapshotJobs: number;
  /** The longest gap between upcoming runs of its backup jobs; absent without a backup job. */
  readonly intervalSeconds: number | undefined;
  /** When the next backup is, or was, due; absent without a backup job. */
  readonly due: number | undefined;
}

export interface BackupRow {
  readonly target: string;
  readonly completed: number;
  readonly failed: number;
  readonly inProgress: number;
  readonly lastSuccess: number | undefined;
  readonly lastLatencySeconds: number | undefined;
  readonly lastFailed: boolean | undefined;
  /** Of the newest failure, until a newer backup succeeds. */
  readonly lastError: string | undefined;
  /** Start and progress (0 to 1) of the oldest backup in progress. */
  readonly started: number | undefined;
  readonly progress: number | undefined;
  /** Until when this data is known to be current: now while Longhorn reports changes, else the time of the last list of backups. */
  readonly asOf: number;
}

const scheduledOf = reader(VOLUME_TABLE, 'longhorn_volume_scheduled');

/** The input shared by the rows of all volumes. */
export interface RowContext {
  readonly view: View;
  readonly now: Time;
  /** Volumes that this exporter serves now. */
  readonly servedHere: ReadonlySet<Volume>;
  readonly nodes: NodesInput;
  readonly backupsAsOf: number;
}

export const rowContext = (view: View, now: Time): RowContext => ({
  view,
  now,
  servedHere: new Set(view.served.volumes.map(({ volume }) => volume)),
  nodes: {
    listed: view.state.nodes?.size ?? 0,
    ready: [...(view.state.nodes?.values() ?? [])].filter(({ ready }) => ready).length,
    allReadySince: view.state.allReadySince,
  },
  backupsAsOf: toWall(listKnownUntil('backups', view, now), now),
});

export function volumeRow(volume: Volume, context: RowContext): VolumeRow {
  const { view, now, servedHere, nodes, backupsAsOf } = context;
  const { facts, health } = volume;
  const { state } = view;
  const [snapshots] = snapshotSeries(state, volume, Number.POSITIVE_INFINITY, now);
  const [schedule] = scheduleSeries(state, volume, true);
  const backups = knownBackups(state, volume);
  const confirmedAt = state.confirmedAt?.get(facts.name);
  const scheduled = scheduledOf({ volume, zones: new Map() }, now);
  const stale =
    snapshots !== undefined && now.monotonic - volume.snapshots.requestedAt > view.snapshotsStaleAfter;
  const knownUntil = volumeKnownUntil(facts.name, view, now);
  const input = {
    volume,
    snapshots: stale ? undefined : snapshots,
    schedule,
    backups,
    hadBackups: state.backups.newest.has(facts.name),
    events: view.timeline.byVolume.get(facts.name) ?? [],
    nodes,
    // While Longhorn does not respond, nothing is known to hang for longer.
    now: { monotonic: knownUntil, wall: toWall(knownUntil, now) },
  };
  return {
    name: facts.name,
    namespace: facts.namespace,
    pvc: facts.pvc,
    workload: facts.workload,
    state: facts.state,
    robustness: facts.robustness,
    condition: health.shown === 'none' ? undefined : health.shown,
    robustnessSince: conditionSince(volume, now),
    troubledSince: health.unhealthySince && wallOf(health.unhealthySince, now),
    engineNode: volume.engineNode,
    standby: facts.standby,
    restoring: facts.restoring,
    replicasDesired: facts.replicasDesired,
    redundancyNodes: redundancyNodes(volume)?.size,
    scheduled: scheduled === undefined ? undefined : scheduled === 1,
    replicas: (replicasOf(volume) ?? []).map(({ facts: { name, node, progress }, status, usable }) => ({
      name,
      node,
      status,
      usable,
      progress,
    })),
    operations: operationRows(volume, now),
    snapshots: snapshots && {
      ...snapshots.summary.count,
      removing: snapshots.summary.removing,
      withError: snapshots.summary.withError,
      limit: facts.snapshotLimit,
      asked: toWall(volume.snapshots.requestedAt, now),
      stale,
    },
    backups: backups?.map((series) => backupRow(series, backupsAsOf, now)),
    schedule: schedule?.schedule && {
      backupJobs: countJobs(schedule.schedule, 'backup'),
      snapshotJobs: countJobs(schedule.schedule, 'snapshot'),
      intervalSeconds: inSeconds(schedule.schedule.interval),
      due: schedule.schedule.due,
    },
    restoredUntil: schedule?.restoredUntil,
    restoreError: facts.standby ? facts.restore.error || undefined : undefined,
    problems: problemsOf(input),
    optInProblems: optInProblemsOf(input),
    owner: view.node === undefined ? undefined : state.owners.byName.get(facts.name),
    servedHere: servedHere.has(volume),
    confirmed: confirmedAt === undefined ? undefined : toWall(confirmedAt, now),
    asOf: toWall(knownUntil, now),
  };
}

const countJobs = ({ jobs }: VolumeSchedule, task: JobTask): number =>
  [...jobs.values()].filter((job) => job.task === task).length;

const inSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

/** Undefined until the first list of backups: unknown is not the same as none. */
export const knownBackups = (state: State, volume: Volume): BackupSeries[] | undefined =>
  state.backups.byName === undefined ? undefined : backupSeries(state, volume);

/** Undefined while the volume has no condition, and if the start of its condition was not seen. */
function conditionSince({ health }: Volume, now: Time): number | undefined {
  const { shown, shownSince, unhealthySince, sawStart } = health;
  if (shown === undefined || shown === 'none') return undefined;
  if (sawStart) return toWall(shownSince, now);
  // At first sight, Longhorn may report when the volume became unhealthy.
  return unhealthySince && wallOf(unhealthySince, now);
}

function operationRows({ facts, operations }: Volume, now: Time): OperationRow[] {
  return OPERATIONS.flatMap(({ name, progress, error }) => {
    const known = operations.get(name);
    const since = known?.pausedAt === undefined ? known?.startedAt : undefined;
    const text = error?.(facts) || undefined;
    if (since === undefined && text === undefined) return [];
    return [
      {
        operation: name,
        since: since === undefined ? undefined : toWall(since, now),
        progress: progress?.(facts),
        error: text,
      },
    ];
  });
}

function backupRow({ target, summary }: BackupSeries, asOf: number, now: Time): BackupRow {
  return {
    target,
    completed: summary?.completed ?? 0,
    failed: summary?.failed ?? 0,
    inProgress: summary?.inProgress ?? 0,
    lastSuccess: summary?.created,
    lastLatencySeconds: inSeconds(summary?.latencyMs),
    lastFailed: summary?.lastFailed,
    lastError: summary?.lastFailed === true ? summary.failure?.error || undefined : undefined,
    started: summary?.startedAt && wallOf(summary.startedAt, now),
    progress: summary?.progress,
    asOf,
  };
}
