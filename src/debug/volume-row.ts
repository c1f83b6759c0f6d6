/** One volume as the debug pages and their JSON show it. Unknown facts are absent. Field names are documented and stable. */

import { type Time, toWall, wallOf } from '../clock.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { replicasOf } from '../state/replicas.ts';
import { type BackupSeries, backupSeries, snapshotSeries, zonesOf } from '../state/served.ts';
import type { ReplicaStatus, State, Volume } from '../state/state.ts';
import type { View } from '../store.ts';
import { listKnownUntil, volumeKnownUntil } from './known-until.ts';
import { reader } from './metrics.ts';
import { type Problem, problemsOf } from './problems.ts';
import { rfc3339, timeOf } from './times.ts';

const scheduledOf = reader(VOLUME_TABLE, 'longhorn_volume_scheduled');
const NO_ZONES: ReadonlyMap<string, string> = new Map();

/** Times are RFC 3339. */
export interface VolumeRow {
  readonly name: string;
  readonly namespace: string;
  readonly pvc: string;
  readonly workload: string;
  readonly state: string | undefined;
  readonly robustness: string | undefined;
  /** When this robustness began, as far as that was seen. */
  readonly robustnessSince: string | undefined;
  /** When the trouble began that it is in, whatever its robustness was meanwhile. */
  readonly troubledSince: string | undefined;
  readonly engineNode: string;
  readonly standby: boolean;
  readonly restoring: boolean | undefined;
  readonly replicasDesired: number | undefined;
  /** Every replica has found a disk. */
  readonly scheduled: boolean | undefined;
  readonly replicas: readonly ReplicaRow[];
  readonly snapshots: SnapshotsRow | undefined;
  /** Absent until the first list of backups. */
  readonly backups: readonly BackupRow[] | undefined;
  /** Worst first. */
  readonly problems: readonly Problem[];
  /** The node whose exporter serves its series, if the nodes are known. */
  readonly owner: string | undefined;
  readonly servedHere: boolean;
  /** When a list or an answer last confirmed what is shown here. */
  readonly confirmed: string | undefined;
  /** Until when it is known to hold: now while Longhorn tells of changes, else as `confirmed`. */
  readonly asOf: string;
}

export interface ReplicaRow {
  readonly name: string;
  readonly node: string;
  readonly status: ReplicaStatus;
  /** 0 to 1, while it is being rebuilt. */
  readonly progress: number | undefined;
}

export interface SnapshotsRow {
  readonly user: number;
  readonly system: number;
  readonly removing: number;
  readonly withError: number;
  readonly limit: number | undefined;
  /** When they were asked for. */
  readonly asked: string;
  /** Whether that is too long ago for them to be served. */
  readonly stale: boolean;
}

export interface BackupRow {
  readonly target: string;
  readonly completed: number;
  readonly failed: number;
  readonly inProgress: number;
  readonly lastSuccess: string | undefined;
  readonly lastLatencySeconds: number | undefined;
  readonly lastFailed: boolean | undefined;
  /** Start and progress (0 to 1) of the oldest and slowest one in progress. */
  readonly started: string | undefined;
  readonly progress: number | undefined;
  /** Until when it is known to hold: now while Longhorn tells of changes, else the time of the last list of backups. */
  readonly asOf: string;
}

/** `servedHere`: whether this exporter serves it now. */
export function volumeRow(volume: Volume, view: View, servedHere: boolean, now: Time): VolumeRow {
  const { facts, health } = volume;
  const scheduled = scheduledOf({ volume, zones: NO_ZONES }, now);
  const { state } = view;
  const [snapshots] = snapshotSeries(state, volume, Number.POSITIVE_INFINITY, now);
  const backups = knownBackups(state, volume);
  const confirmedAt = state.confirmedAt?.get(facts.name);
  const backupsAsOf = timeOf(listKnownUntil('backups', view, now), now);
  const stale =
    snapshots !== undefined && now.monotonic - volume.snapshots.askedAt > view.snapshotsStaleAfter;
  return {
    name: facts.name,
    namespace: facts.namespace,
    pvc: facts.pvc,
    workload: facts.workload,
    state: facts.state,
    robustness: facts.robustness,
    robustnessSince: rfc3339(robustnessSince(volume, now)),
    troubledSince: rfc3339(health.unhealthySince && wallOf(health.unhealthySince, now)),
    engineNode: volume.engineNode,
    standby: facts.standby,
    restoring: facts.restoring,
    replicasDesired: facts.replicasDesired,
    scheduled: scheduled === undefined ? undefined : scheduled === 1,
    replicas: (replicasOf(volume) ?? []).map(({ facts: { name, node, progress }, status }) => ({
      name,
      node,
      status,
      progress,
    })),
    snapshots: snapshots && {
      ...snapshots.summary.count,
      removing: snapshots.summary.removing,
      withError: snapshots.summary.withError,
      limit: facts.snapshotLimit,
      asked: timeOf(volume.snapshots.askedAt, now),
      stale,
    },
    backups: backups?.map((series) => backupRow(series, backupsAsOf, now)),
    problems: problemsOf(
      { volume, zones: zonesOf(state.nodes) },
      stale ? undefined : snapshots,
      backups ?? [],
      now,
    ),
    owner: view.node === undefined ? undefined : state.owners.byName.get(facts.name),
    servedHere,
    confirmed: confirmedAt === undefined ? undefined : timeOf(confirmedAt, now),
    asOf: timeOf(volumeKnownUntil(facts.name, view, now), now),
  };
}

/** What is not known yet is not none. */
export const knownBackups = (state: State, volume: Volume): BackupSeries[] | undefined =>
  state.backups.byName === undefined ? undefined : backupSeries(state, volume);

/** Unix milliseconds; undefined while the volume is in no use, and when its robustness was not seen to begin. */
function robustnessSince({ health }: Volume, now: Time): number | undefined {
  const { shown, shownSince, unhealthySince, sawBegin } = health;
  if (shown === undefined || shown === 'none') return undefined;
  if (sawBegin) return toWall(shownSince, now);
  // At first sight Longhorn itself may say when a trouble began.
  return unhealthySince && wallOf(unhealthySince, now);
}

function backupRow({ target, summary }: BackupSeries, asOf: string, now: Time): BackupRow {
  return {
    target,
    completed: summary?.completed ?? 0,
    failed: summary?.failed ?? 0,
    inProgress: summary?.inProgress ?? 0,
    lastSuccess: rfc3339(summary?.created),
    lastLatencySeconds: summary?.latencyMs === undefined ? undefined : summary.latencyMs / 1000,
    lastFailed: summary?.lastFailed,
    started: rfc3339(summary?.startedAt && wallOf(summary.startedAt, now)),
    progress: summary?.progress,
    asOf,
  };
}
