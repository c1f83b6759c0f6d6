/** The exporter's whole state: plain data, replaced by each fold and never changed in place. */

import type { Moment, Time } from '../clock.ts';
import type { NamedEvent, RebuildResult, Robustness } from '../events.ts';
import type { LimitName } from '../limits.ts';
import type { BackupFacts, BackupPhase } from '../longhorn/backup.ts';
import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import type { Schedule } from '../longhorn/cron.ts';
import type { FailureReason } from '../longhorn/failure-reason.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { JobLabels, JobTask, RecurringJobFacts } from '../longhorn/recurring-job.ts';
import type { ReplicaFacts } from '../longhorn/replica.ts';
import type { SnapshotFacts, SnapshotKind } from '../longhorn/snapshot.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';

/** What a fold returns. */
export interface Folded {
  readonly state: State;
  readonly events: readonly NamedEvent[];
  /** The limits that the list exceeds. */
  readonly limits?: readonly LimitName[];
}

/** What a fold needs besides the state and the facts. */
export interface FoldContext {
  readonly now: Time;
  /** When the facts were requested, in monotonic milliseconds. For a volume, older facts never overwrite newer ones. */
  readonly requestedAt: number;
  /** The most time between two sights of a volume that is added to its time counters, in milliseconds. */
  readonly longestGap: number;
  /** The node whose volumes are served here; undefined: all volumes. */
  readonly node: string | undefined;
  /** SCHEDULE_TIME_ZONE, for schedules without a time zone. */
  readonly timeZone: string;
}

export interface State {
  readonly volumes: ReadonlyMap<string, Volume>;
  /** By volume: when its facts were requested, in monotonic milliseconds. Undefined until the first list. */
  readonly confirmedAt: ReadonlyMap<string, number> | undefined;
  /** By volume: when it was found to be gone; kept for as long as an older list could bring it back. */
  readonly goneAt: ReadonlyMap<string, number>;
  readonly backups: Backups;
  /** Undefined until the first list. */
  readonly nodes: ReadonlyMap<string, NodeFacts> | undefined;
  /** Since when all nodes have been Ready, in monotonic milliseconds; undefined while one is not. */
  readonly allReadySince: number | undefined;
  /** Undefined until the first list. */
  readonly targets: ReadonlyMap<string, Target> | undefined;
  /** Undefined until the first list. */
  readonly jobs: ReadonlyMap<string, RecurringJob> | undefined;
  readonly intervals: Intervals;
  readonly owners: Owners;
}

/** The longest gaps between the runs of jobs. Computing one can take 200 ms, so it is kept for the rest of the day. */
export interface Intervals {
  /** Days since 1970, UTC. */
  readonly day: number;
  /** By set of schedules, in milliseconds; undefined if they run less than twice. */
  readonly byCrons: ReadonlyMap<string, number | undefined>;
}

/** One volume: its last valid facts and its history. The same reference while nothing changes. */
export interface Volume {
  readonly facts: VolumeFacts;
  /** The last valid `created`: together with the name it identifies the volume. */
  readonly created: number | undefined;
  /** When its first facts were requested, in monotonic milliseconds. */
  readonly since: number;
  /** When it was first seen in its `state`, in monotonic milliseconds. */
  readonly stateSince: number;
  readonly engineNode: string;
  /** When it was last seen in use, in monotonic milliseconds; undefined if never. */
  readonly lastUsedAt: number | undefined;
  readonly health: Health;
  readonly replicas: ReplicaHistory;
  /** By name: operations in progress, and paused ones that may resume. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly snapshots: SnapshotHistory;
  /** By target. Kept here so that they start and end with the volume. */
  readonly backupCounts: ReadonlyMap<string, BackupCounts>;
  /** Its jobs and groups as last reported, and when they were requested, in monotonic milliseconds. */
  readonly jobLabels: { readonly labels: JobLabels; readonly requestedAt: number } | undefined;
  /** Undefined until the volume's labels, the jobs and the backups are known. */
  readonly schedule: VolumeSchedule | undefined;
  /** Standby volumes: the last restored backup whose record was known. */
  readonly restored: RestoredBackup | undefined;
}

/** A recurring job that applies to a volume, by its name or by a group. */
export interface AppliedJob {
  readonly task: JobTask;
  readonly cron: string;
  readonly schedule: Schedule;
  /** When it was first seen to apply with this schedule, in monotonic milliseconds. */
  readonly since: number;
  /** False if it already applied at first sight of the volume. */
  readonly sawStart: boolean;
}

export interface VolumeSchedule {
  /** The inputs it was computed from; it is reused while they are the same. */
  readonly from: readonly unknown[];
  /** By name: jobs that create backups or snapshots. */
  readonly jobs: ReadonlyMap<string, AppliedJob>;
  /** The longest gap between upcoming runs of its backup jobs, in milliseconds; undefined without a backup job. */
  readonly interval: number | undefined;
  /** When the next backup is, or was, due, Unix milliseconds; undefined without a backup job. */
  readonly due: number | undefined;
}

export interface RestoredBackup {
  readonly backup: string;
  /** Its `snapshotCreated`, Unix milliseconds: the time of the data in the volume. */
  readonly until: number;
}

export interface RecurringJob {
  readonly facts: RecurringJobFacts;
  readonly schedule: Schedule;
}

export interface Health {
  /** Which of the four gauges is 1; `none`: none of them, as for a detached volume; undefined: unknown. */
  readonly shown: Robustness | 'none' | undefined;
  /** When `shown` was first seen, in monotonic milliseconds. */
  readonly shownSince: number;
  /** Whether `shown` has changed since first sight of the volume, so that its start was seen. */
  readonly sawStart: boolean;
  /** The last robustness seen; a detached volume keeps it. */
  readonly robustness: Robustness | undefined;
  /** When the current unhealthy episode began. */
  readonly unhealthySince: Moment | undefined;
  /** When it was last seen healthy before these facts, in monotonic milliseconds. */
  readonly lastHealthyAt: number | undefined;
  readonly changes: number;
  readonly degradedMs: number;
  readonly faultedMs: number;
}

export const REPLICA_STATUSES = ['healthy', 'rebuilding', 'failed', 'stopped', 'waiting'] as const;
export type ReplicaStatus = (typeof REPLICA_STATUSES)[number];

/** How far an operation has got and when it last progressed; times are monotonic milliseconds. */
export interface Progress {
  /** The last known value, 0 to 1. */
  readonly value: number | undefined;
  /** The highest value so far. */
  readonly best: number | undefined;
  /** When the value last changed, or was first seen. */
  readonly changedAt: number;
  /** When the value last reached a new high, or was first seen. */
  readonly advancedAt: number;
}

/** A rebuild that has not ended, even while the replica briefly shows no mode. */
export interface Rebuild {
  /** When it was first seen, in monotonic milliseconds. */
  readonly startedAt: number;
  /** False if it was already running at first sight of the volume, so that its duration is unknown. */
  readonly seenFromStart: boolean;
  readonly progressed: Progress;
}

/** One replica and its history. */
export interface Replica {
  readonly facts: ReplicaFacts;
  readonly status: ReplicaStatus;
  /** Whether it could serve the volume now. */
  readonly usable: boolean;
  readonly healthySinceFailure: boolean;
  /** Whether an engine ever reported a mode for it. */
  readonly hadMode: boolean;
  /** Whether it was ever seen while an engine reported modes. If not, only Longhorn's record is known. */
  readonly seenInEngine: boolean;
  readonly rebuild: Rebuild | undefined;
}

export interface ReplicaHistory {
  /** Undefined when Longhorn does not list replicas. */
  readonly byName: ReadonlyMap<string, Replica> | undefined;
  readonly failures: number;
  readonly rebuilds: Readonly<Record<RebuildResult, number>>;
  /** Of the last successful rebuild that was seen from its start. */
  readonly lastRebuildSeconds: number | undefined;
}

/** One operation in progress, or paused. */
export interface Operation {
  /** When it was first seen, in monotonic milliseconds. */
  readonly startedAt: number;
  /** When it stopped without success; undefined while in progress. */
  readonly pausedAt: number | undefined;
  readonly progressed: Progress;
}

export type PerKind = Readonly<Record<SnapshotKind, number>>;

/** A volume's snapshots according to the last accepted response. */
export interface SnapshotSummary {
  /** Snapshots that are taken and not being removed. */
  readonly count: PerKind;
  readonly bytes: PerKind;
  readonly removing: number;
  readonly withError: number;
  /** User snapshots that are requested but not taken yet. */
  readonly pending: number;
  /** When the oldest pending snapshot was requested, Unix milliseconds. */
  readonly pendingSince: number | undefined;
  /** Unix milliseconds; without snapshots being removed. */
  readonly oldest: number | undefined;
  /** Unix milliseconds. */
  readonly newest: number | undefined;
}

export interface SnapshotHistory {
  /** By name: the baseline for the next response. Undefined: the next response becomes the baseline. */
  readonly byName: ReadonlyMap<string, SnapshotFacts> | undefined;
  readonly summary: SnapshotSummary | undefined;
  /** When the last accepted response was requested, in monotonic milliseconds. */
  readonly requestedAt: number;
  /**
   * When an empty response for a volume with snapshots was requested. It is accepted only once the volume is seen to
   * still exist, because the response for a deleted volume is empty too.
   */
  readonly emptyAt: number | undefined;
  /** Since when several snapshots have been marked for removal but still exist, in monotonic milliseconds. */
  readonly removingSince: number | undefined;
  readonly created: PerKind;
  readonly deleted: PerKind;
}

/** Backups of one volume on one target that were seen to end. */
export interface BackupCounts {
  readonly completions: number;
  readonly failures: number;
}

/** One backup and its history. */
export interface Backup {
  readonly facts: BackupFacts;
  /** Permanently `absent` once it was seen being deleted, unless the deletion fails and the backup is still valid. */
  readonly phase: BackupPhase;
  /** When it was first seen, in monotonic milliseconds. */
  readonly seenAt: number;
  /** When the last list without it was requested, in monotonic milliseconds. */
  readonly lastAbsentAt: number;
  /** When it was first seen in progress; undefined if never. */
  readonly startedAt: Moment | undefined;
  /** When it was first seen uploading, in monotonic milliseconds. */
  readonly uploadingAt: number | undefined;
  /** Only while in progress. */
  readonly progressed: Progress | undefined;
  /** Whether it was in progress in the first list, so that its start is known only from its snapshot. */
  readonly runningAtStartup: boolean;
  /** When it was seen to fail. If it had already failed in the first list: its snapshot's time, if known. */
  readonly failedAt: Moment | undefined;
  /** Of a completed backup whose upload was seen from its start. */
  readonly uploadSeconds: number | undefined;
}

/** The newest failure of a volume on a target. It is kept even if Longhorn deletes its record. */
export interface BackupFailure {
  readonly backup: string;
  readonly snapshot: string;
  /** Its place among the finished backups; see `orderOf` in backup-failures.ts. */
  readonly order: Moment;
  readonly at: Moment;
  readonly reason: FailureReason;
  readonly error: string;
  /** Whether a newer backup, or one of the same snapshot, has succeeded since. */
  readonly resolved: boolean;
}

/** The backups of one volume on one target. Times are Unix milliseconds as Longhorn reports them, unless noted otherwise. */
export interface BackupSummary {
  readonly completed: number;
  readonly failed: number;
  readonly inProgress: number;
  /** Of the Completed backup with the latest `created`. */
  readonly created: number | undefined;
  readonly snapshotCreated: number | undefined;
  readonly latencyMs: number | undefined;
  readonly size: number | undefined;
  readonly uploaded: number | undefined;
  readonly uploadSeconds: number | undefined;
  /** Whether the newest finished backup failed; undefined if none has finished and no failure is remembered. */
  readonly lastFailed: boolean | undefined;
  readonly failure: BackupFailure | undefined;
  /** The start and the progress, 0 to 1, of the oldest backup in progress. */
  readonly startedAt: Moment | undefined;
  readonly progress: number | undefined;
  readonly progressed: Progress | undefined;
}

/** By volume, then by target. */
export type ByVolumeAndTarget<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

export interface Backups {
  /** Undefined until the first list. */
  readonly byName: ReadonlyMap<string, Backup> | undefined;
  /** When the last list was requested, in monotonic milliseconds. */
  readonly listedAt: number;
  /** The latest names seen being deleted: a record that reappears is not counted again. */
  readonly deleted: ReadonlySet<string>;
  readonly summaries: ByVolumeAndTarget<BackupSummary>;
  readonly failures: ByVolumeAndTarget<BackupFailure>;
  /** The latest `created` ever seen of a Completed backup, Unix milliseconds. */
  readonly newest: ByVolumeAndTarget<number>;
  /** The latest `created` in the first list, or else the time of that list: earlier backups are not new. */
  readonly startupWatermark: number;
}

export interface Target {
  readonly facts: BackupTargetFacts;
  /** When its current availability was first seen, in monotonic milliseconds. */
  readonly since: number;
}

/** Owners by volume name, and the nodes they were chosen from. */
export interface Owners {
  readonly candidates: readonly string[];
  readonly byName: ReadonlyMap<string, string>;
}

export const NO_OWNERS: Owners = { candidates: [], byName: new Map() };

export const NO_BACKUPS: Backups = {
  byName: undefined,
  listedAt: Number.NEGATIVE_INFINITY,
  deleted: new Set(),
  summaries: new Map(),
  failures: new Map(),
  newest: new Map(),
  startupWatermark: Number.NEGATIVE_INFINITY,
};

export const EMPTY_STATE: State = {
  volumes: new Map(),
  confirmedAt: undefined,
  goneAt: new Map(),
  backups: NO_BACKUPS,
  nodes: undefined,
  allReadySince: undefined,
  targets: undefined,
  jobs: undefined,
  intervals: { day: 0, byCrons: new Map() },
  owners: NO_OWNERS,
};
