/** All that the exporter knows: plain data, replaced as a whole by each fold and never changed in place. */

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

/** What a fold knows beside the state and the facts. */
export interface FoldContext {
  readonly now: Time;
  /** When the facts were asked for, in monotonic milliseconds: for a volume, older ones never overwrite newer ones. */
  readonly askedAt: number;
  /** How much of the time between two sights of a volume its time counters are credited at most, in milliseconds. */
  readonly longestGap: number;
  /** The node whose volumes are served here; undefined: all are. */
  readonly node: string | undefined;
  /** SCHEDULE_TIME_ZONE: of schedules that name none. */
  readonly timeZone: string;
}

export interface State {
  readonly volumes: ReadonlyMap<string, Volume>;
  /** By volume: when its facts were asked for, in monotonic milliseconds. Undefined until the first list. */
  readonly confirmedAt: ReadonlyMap<string, number> | undefined;
  /** By volume: when it was found to be gone, for as long as an older list could bring it back. */
  readonly goneAt: ReadonlyMap<string, number>;
  readonly backups: Backups;
  /** Undefined until the first list. */
  readonly nodes: ReadonlyMap<string, NodeFacts> | undefined;
  /** Since when all nodes have been seen Ready, in monotonic milliseconds; undefined while one is not. */
  readonly allReadySince: number | undefined;
  /** Undefined until the first list. */
  readonly targets: ReadonlyMap<string, Target> | undefined;
  /** Undefined until the first list. */
  readonly jobs: ReadonlyMap<string, RecurringJob> | undefined;
  readonly owners: Owners;
}

/** One volume: its last good facts and what was seen to happen to it. The same reference while nothing changes. */
export interface Volume {
  readonly facts: VolumeFacts;
  /** The last `created` that could be read: with the name it is the volume's identity. */
  readonly created: number | undefined;
  /** When the facts of its first sight were asked for, in monotonic milliseconds. */
  readonly since: number;
  /** When it was first seen in its `state`, in monotonic milliseconds. */
  readonly stateSince: number;
  readonly engineNode: string;
  /** The last sight of it in use, in monotonic milliseconds; undefined when it never was seen so. */
  readonly lastUsedAt: number | undefined;
  readonly health: Health;
  readonly replicas: ReplicaHistory;
  /** By name of the operation: those that go on, and those that may come back as the same. */
  readonly operations: ReadonlyMap<string, Operation>;
  readonly snapshots: SnapshotHistory;
  /** By target; kept here so that they begin and end with the volume. */
  readonly backupCounts: ReadonlyMap<string, BackupCounts>;
  /** What it was last said to have of jobs and groups, and when that was asked for, in monotonic milliseconds. */
  readonly jobLabels: { readonly labels: JobLabels; readonly askedAt: number } | undefined;
  /** Undefined until its labels, the jobs and the backups are known. */
  readonly schedule: VolumeSchedule | undefined;
  /** Of a standby volume: the last backup restored whose record was known. */
  readonly restored: RestoredBackup | undefined;
}

/** A recurring job that applies to a volume, by its name or by a group. */
export interface AppliedJob {
  readonly task: JobTask;
  readonly cron: string;
  readonly schedule: Schedule;
  /** When it was first seen to apply with this schedule, in monotonic milliseconds. */
  readonly since: number;
  /** False when it applied already at our first sight. */
  readonly sawBegin: boolean;
}

export interface VolumeSchedule {
  /** What it follows from; while that is the same, so is this. */
  readonly from: readonly unknown[];
  /** By name: those that make backups or snapshots. */
  readonly jobs: ReadonlyMap<string, AppliedJob>;
  /** The longest gap between two coming runs of its backup jobs, in milliseconds; undefined without one. */
  readonly interval: number | undefined;
  /** When the next backup is due, or was; Unix milliseconds; undefined without a backup job. */
  readonly due: number | undefined;
}

export interface RestoredBackup {
  readonly backup: string;
  /** Its `snapshotCreated`, Unix milliseconds: what the volume holds is of this time. */
  readonly until: number;
}

export interface RecurringJob {
  readonly facts: RecurringJobFacts;
  readonly schedule: Schedule;
}

export interface Health {
  /** What the four gauges show; `none`: none of them, as for a detached volume; undefined: not known. */
  readonly shown: Robustness | 'none' | undefined;
  /** When `shown` was first seen, in monotonic milliseconds. */
  readonly shownSince: number;
  /** False when it was so already at our first sight of the volume. */
  readonly sawBegin: boolean;
  /** The last of the four that was seen; a detached volume keeps it. */
  readonly robustness: Robustness | undefined;
  /** When the running episode of trouble began. */
  readonly unhealthySince: Moment | undefined;
  /** Monotonic milliseconds of the last sight of it being healthy before these facts. */
  readonly lastHealthyAt: number | undefined;
  readonly changes: number;
  readonly degradedMs: number;
  readonly faultedMs: number;
}

export const REPLICA_STATUSES = ['healthy', 'rebuilding', 'failed', 'stopped', 'waiting'] as const;
export type ReplicaStatus = (typeof REPLICA_STATUSES)[number];

/** How far something has got, and when it last moved; times are monotonic milliseconds. */
export interface Progress {
  /** The last one known, 0 to 1; undefined until one was. */
  readonly value: number | undefined;
  /** The highest so far. */
  readonly best: number | undefined;
  /** When it last changed, or when it was first seen. */
  readonly movedAt: number;
  /** When it last got further than ever, or when it was first seen. */
  readonly furtherAt: number;
}

/** A rebuild that has not ended, also while the replica shows no mode for a moment. */
export interface Rebuild {
  /** Monotonic milliseconds of its first sight. */
  readonly startedAt: number;
  /** False when it was already running at our first sight of the volume: its duration is not known. */
  readonly seenFromStart: boolean;
  readonly progressed: Progress;
}

/** One replica and what is remembered of it. */
export interface Replica {
  readonly facts: ReplicaFacts;
  readonly status: ReplicaStatus;
  /** Whether it could serve the volume now. */
  readonly usable: boolean;
  readonly healthySinceFailure: boolean;
  /** Whether an engine was ever seen to have taken it in. */
  readonly hadMode: boolean;
  /** Whether it was ever seen while an engine told of its replicas: if not, Longhorn's record is all there is. */
  readonly seenInEngine: boolean;
  readonly rebuild: Rebuild | undefined;
}

export interface ReplicaHistory {
  /** Undefined when Longhorn does not list replicas. */
  readonly byName: ReadonlyMap<string, Replica> | undefined;
  readonly failures: number;
  readonly rebuilds: Readonly<Record<RebuildResult, number>>;
  /** Of the last rebuild seen from its start to success. */
  readonly lastRebuildSeconds: number | undefined;
}

/** One operation that should end. */
export interface Operation {
  /** Monotonic milliseconds of its first sight. */
  readonly startedAt: number;
  /** When it was last seen to stop without having succeeded; undefined while it goes on. */
  readonly pausedAt: number | undefined;
  readonly progressed: Progress;
}

export type PerKind = Readonly<Record<SnapshotKind, number>>;

/** What a volume's snapshots are by the last response that counts. */
export interface SnapshotSummary {
  /** Of those that are taken, without those being removed. */
  readonly count: PerKind;
  readonly bytes: PerKind;
  readonly removing: number;
  readonly withError: number;
  /** User snapshots that are requested and not taken. */
  readonly pending: number;
  /** Unix milliseconds: the request of the oldest one that is pending. */
  readonly pendingSince: number | undefined;
  /** Unix milliseconds; of those that are not being removed. */
  readonly oldest: number | undefined;
  /** Unix milliseconds. */
  readonly newest: number | undefined;
}

export interface SnapshotHistory {
  /** By name: what the next response is compared with. Undefined: the next response is a new baseline. */
  readonly byName: ReadonlyMap<string, SnapshotFacts> | undefined;
  readonly summary: SnapshotSummary | undefined;
  /** When the last response that counts was asked for, in monotonic milliseconds. */
  readonly askedAt: number;
  /**
   * When the response was asked for that would empty the volume. It waits until the volume is seen to be there
   * still, because a volume that is not there has no snapshots either.
   */
  readonly emptyAt: number | undefined;
  /** Since when several have been marked removed and are still there, in monotonic milliseconds. */
  readonly removingSince: number | undefined;
  readonly created: PerKind;
  readonly deleted: PerKind;
}

/** Backups of one volume on one target that were seen to end. */
export interface BackupCounts {
  readonly completions: number;
  readonly failures: number;
}

/** One backup and what is remembered of it. */
export interface Backup {
  readonly facts: BackupFacts;
  /** `absent` for good once it was seen being deleted, unless the deletion fails and the backup is good. */
  readonly phase: BackupPhase;
  /** When it was first seen at all, in monotonic milliseconds. */
  readonly seenAt: number;
  /** When the last list was asked for that did not have it, in monotonic milliseconds. */
  readonly lackedAt: number;
  /** When it was first seen in progress; undefined when it never was. */
  readonly startedAt: Moment | undefined;
  /** When it was first seen uploading, in monotonic milliseconds. */
  readonly uploadingAt: number | undefined;
  /** While it is in progress. */
  readonly progressed: Progress | undefined;
  /** Whether it was in progress in our first list, so that its start is only known from its snapshot. */
  readonly runningAtStartup: boolean;
  /** When it was seen to fail; when it had failed in our first list, its snapshot's time if that is known. */
  readonly failedAt: Moment | undefined;
  /** Of a completed one that was seen from its upload's start. */
  readonly uploadSeconds: number | undefined;
}

/** The newest failure of a volume on a target. It is remembered when Longhorn has deleted its record. */
export interface BackupFailure {
  readonly backup: string;
  readonly snapshot: string;
  /** Its place among the final backups; see `orderOf` in backup-failures.ts. */
  readonly order: Moment;
  readonly at: Moment;
  readonly reason: FailureReason;
  readonly error: string;
  /** Whether a younger backup, or one of the same snapshot, has succeeded since. */
  readonly resolved: boolean;
}

/** The backups of one volume on one target. Times are Unix milliseconds, as Longhorn wrote them, unless told otherwise. */
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
  /** Whether the newest final backup failed; undefined when none is final and no failure is remembered. */
  readonly lastFailed: boolean | undefined;
  readonly failure: BackupFailure | undefined;
  /** The start of the oldest one in progress, and its progress, 0 to 1. */
  readonly startedAt: Moment | undefined;
  readonly progress: number | undefined;
  readonly progressed: Progress | undefined;
}

/** By volume, then by target. */
export type Pairs<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

export interface Backups {
  /** Undefined until the first list. */
  readonly byName: ReadonlyMap<string, Backup> | undefined;
  /** When the last list was asked for, in monotonic milliseconds. */
  readonly listedAt: number;
  /** Names that were seen being deleted, the latest ones: also a record that comes back never counts again. */
  readonly deleted: ReadonlySet<string>;
  readonly summaries: Pairs<BackupSummary>;
  readonly failures: Pairs<BackupFailure>;
  /** The latest `created` ever seen of a Completed backup, Unix milliseconds. */
  readonly newest: Pairs<number>;
  /** The latest `created` in our first list, or the time of that list when it has none: what comes from before is old. */
  readonly startupWatermark: number;
}

export interface Target {
  readonly facts: BackupTargetFacts;
  /** When it was first seen as available, or as unavailable, as it is; monotonic milliseconds. */
  readonly since: number;
}

/** Owners by volume name, for the nodes they were chosen among. */
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
  owners: NO_OWNERS,
};
