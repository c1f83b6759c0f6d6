/** The limits of the rules in `manifests/` that the problems repeat. A test compares each with its rule. */

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
  /** A restore or a purge that gets no further. */
  noFurther: 3 * HOUR,
  noRebuild: 30 * MINUTE,
  failuresWithin: 6 * HOUR,
  failuresSoonWithin: 2 * HOUR,
  failuresSoon: 3,
  failedRebuildsWithin: 2 * HOUR,
  failedRebuildsDegradedWithin: DAY,
  failedRebuilds: 3,
  /** A rebuild or a backup that does not move, that moves and gets no further when it is older, and that is this old. */
  noMove: HOUR,
  noFurtherAfter: 4 * HOUR,
  longest: 72 * HOUR,
  snapshotsNear: 0.8,
  snapshotPending: HOUR,
  snapshotsRemoving: 6 * HOUR,
  backupAge: 50 * HOUR,
  /** The larger of this and this share of the schedule's interval. */
  backupLate: 2 * HOUR,
  backupLateShare: 1 / 2,
  /** A running backup is no excuse when it is this old, or so many began within this time. */
  backupRunning: DAY,
  backupStarts: 3,
  backupStartsWithin: 2 * HOUR,
  standbyBehind: 2 * HOUR,
  standbyEmpty: DAY,
  notCoveredUse: DAY,
} as const;
