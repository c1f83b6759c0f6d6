/** Problems of a volume's snapshots and backups, worst first. */

import { wallOf } from '../clock.ts';
import type { PerKind } from '../state/state.ts';
import { isInUse, lastUse } from '../state/volumes.ts';
import { ALERT_LIMITS } from './alert-limits.ts';
import { countEvents, hangs, type ProblemInput, type ProblemRow } from './problem.ts';

/** When the newest completed backup on any target ended, Unix milliseconds; undefined if there is none. */
function lastSuccess({ backups = [] }: ProblemInput): number | undefined {
  const ends = backups.flatMap(({ summary }) => summary?.created ?? []);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Whether the volume was in use since its last backup. */
function isUsedSince(input: ProblemInput, success: number): boolean {
  const { volume, now } = input;
  return isInUse(volume.facts) || (lastUse(volume, now) ?? 0) > success;
}

const countBackupJobs = ({ schedule }: ProblemInput): number | undefined =>
  schedule?.schedule && [...schedule.schedule.jobs.values()].filter(({ task }) => task === 'backup').length;

function isBackupRunning(input: ProblemInput): boolean {
  const { backups = [], now } = input;
  const { backupRunning, backupStarts, backupStartsWithin } = ALERT_LIMITS;
  const runs = backups.some(
    ({ summary }) =>
      summary?.startedAt !== undefined && now.wall - wallOf(summary.startedAt, now) < backupRunning,
  );
  const starts = countEvents(input, backupStartsWithin, ({ type }) => type === 'backup_started');
  return runs && starts < backupStarts;
}

const hasCompleted = ({ backups = [] }: ProblemInput): boolean =>
  backups.some(({ summary }) => (summary?.completed ?? 0) > 0);

export const BACKUP_PROBLEMS: readonly ProblemRow[] = [
  {
    name: 'snapshots near the limit',
    alert: 'LonghornSnapshotsNearLimit',
    holds({ volume: { facts }, snapshots }) {
      const { count, bytes } = snapshots?.summary ?? {};
      const isNear = (kinds: PerKind = { user: 0, system: 0 }, limit = Number.POSITIVE_INFINITY) =>
        kinds.user + kinds.system > ALERT_LIMITS.snapshotsNear * limit;
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
      const isLong = since !== undefined && now.wall - since > ALERT_LIMITS.snapshotPending;
      return isLong && volume.facts.state === 'attached';
    },
  },
  {
    name: 'snapshot removal stuck',
    alert: 'LonghornSnapshotRemovalStuck',
    holds({ volume, snapshots, now }) {
      const since = volume.snapshots.removingSince;
      if (snapshots === undefined || since === undefined || volume.facts.state !== 'attached') return false;
      // Longhorn purges only attached volumes.
      return now.monotonic - Math.max(since, volume.stateSince) > ALERT_LIMITS.snapshotsRemoving;
    },
  },
  {
    name: 'last backup failed',
    alert: 'LonghornBackupFailed',
    holds({ volume, backups = [], now }) {
      if (volume.facts.standby) return false;
      // A later success on any target shows that the volume is backed up again.
      const isLater = (at: number) => backups.some(({ summary }) => (summary?.created ?? 0) > at);
      return backups.some(
        ({ summary }) =>
          summary?.lastFailed === true &&
          !(summary.failure !== undefined && isLater(wallOf(summary.failure.at, now))),
      );
    },
  },
  {
    name: 'backup stuck',
    alert: 'LonghornBackupStuck',
    holds({ volume, backups = [], now }) {
      if (volume.facts.standby) return false;
      return backups.some(({ summary: { startedAt, progressed } = {} }) => {
        if (startedAt === undefined || progressed === undefined) return false;
        return hangs(progressed, now.wall - wallOf(startedAt, now), now);
      });
    },
  },
  {
    name: 'backup overdue',
    alert: 'LonghornBackupOverdue',
    holds(input) {
      const { volume, schedule, now } = input;
      const { due, interval = 0 } = schedule?.schedule ?? {};
      const { backupLate, backupLateShare } = ALERT_LIMITS;
      if (due === undefined || now.wall - due <= Math.max(backupLateShare * interval, backupLate))
        return false;
      if (isBackupRunning(input)) return false;
      const success = lastSuccess(input) ?? 0;
      const used = lastUse(volume, now);
      // The job also backs the volume up while unused, if the last success came more than an interval after the last use.
      const anyway = used !== undefined && success - used > interval;
      return volume.facts.state === 'attached' || isUsedSince(input, success) || anyway;
    },
  },
  {
    name: 'last backup too old',
    alert: 'LonghornBackupTooOld',
    holds(input) {
      const success = lastSuccess(input);
      if (success === undefined || countBackupJobs(input) !== 0) return false;
      return input.now.wall - success > ALERT_LIMITS.backupAge && isUsedSince(input, success);
    },
  },
  {
    name: 'backups gone',
    alert: 'LonghornVolumeBackupsGone',
    holds: (input) => input.hadBackups && input.backups !== undefined && !hasCompleted(input),
  },
  {
    name: 'standby behind',
    alert: 'LonghornStandbyBehind',
    holds(input) {
      const { volume, schedule, backups = [], now } = input;
      if (!volume.facts.standby) return false;
      const until = schedule?.restoredUntil;
      const { standbyBehind, standbyEmpty } = ALERT_LIMITS;
      if (until === undefined) return hasCompleted(input) && now.monotonic - volume.since > standbyEmpty;
      return backups.some(
        ({ summary: { snapshotCreated = 0, created = 0 } = {} }) =>
          snapshotCreated > until && now.wall - created > standbyBehind,
      );
    },
  },
];

/** Problems of the opt-in rules, for clusters where every volume should have backups. */
export const OPT_IN_PROBLEMS: readonly ProblemRow[] = [
  {
    name: 'never backed up',
    alert: 'LonghornVolumeNeverBackedUp',
    holds(input) {
      const { volume, backups, now } = input;
      const isUsed = isInUse(volume.facts) || lastUse(volume, now) !== undefined;
      return backups !== undefined && !hasCompleted(input) && isUsed && !volume.facts.standby;
    },
  },
  {
    name: 'no backup job',
    alert: 'LonghornVolumeNotCovered',
    holds(input) {
      const { facts, lastUsedAt } = input.volume;
      const sinceUse = lastUsedAt === undefined ? undefined : input.now.monotonic - lastUsedAt;
      const isUsed = isInUse(facts) || (sinceUse !== undefined && sinceUse <= ALERT_LIMITS.notCoveredUse);
      return countBackupJobs(input) === 0 && isUsed && !facts.standby;
    },
  },
];
