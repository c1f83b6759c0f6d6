/** The thresholds of the alert rules in `manifests/`, as used by the problems. A test compares each with its rule. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Times in milliseconds. */
export const ALERT_LIMITS = {
  attach: 15 * MINUTE,
  create: 15 * MINUTE,
  detach: 30 * MINUTE,
  delete: 30 * MINUTE,
  migrate: HOUR,
  expand: HOUR,
  clone: DAY,
  /** A restore or purge without progress. */
  stalled: 3 * HOUR,
  noRebuild: 30 * MINUTE,
  failuresWithin: 6 * HOUR,
  failuresSoonWithin: 2 * HOUR,
  failuresSoon: 3,
  failedRebuildsWithin: 2 * HOUR,
  failedRebuildsDegradedWithin: DAY,
  failedRebuilds: 3,
  /** A rebuild or backup whose progress does not change; one older than this without a new high; one that is this old. */
  unchanged: HOUR,
  stalledAfter: 4 * HOUR,
  longest: 72 * HOUR,
  snapshotsNear: 0.8,
  snapshotPending: HOUR,
  snapshotsRemoving: 6 * HOUR,
  backupAge: 50 * HOUR,
  /** Whichever is larger: this time, or this share of the schedule's interval. */
  backupLate: 2 * HOUR,
  backupLateShare: 1 / 2,
  /** A running backup excuses an overdue one unless it is this old, or this many started within this time. */
  backupRunning: DAY,
  backupStarts: 3,
  backupStartsWithin: 2 * HOUR,
  standbyBehind: 2 * HOUR,
  standbyEmpty: DAY,
  notCoveredUse: DAY,
} as const;
