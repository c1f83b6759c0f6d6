/** Scenes about backups: one succeeds, one fails early, one hangs and finally fails, a target becomes unavailable and returns. */

import {
  changeBackup,
  completeBackup,
  createSnapshot,
  failBackup,
  failBackupEarly,
  putRecurringJob,
  type Robustness,
  setBackupProgress,
  setTargetAvailable,
  startBackup,
} from '../../simulator/index.ts';
import { metric, type Scene, type Stage, withVolume } from './stage.ts';

/** The robustness with which a volume can be backed up. */
const CAN_BACK_UP: readonly Robustness[] = ['healthy', 'degraded'];

/** Uploads until `until` percent. */
function* upload(stage: Stage, volume: string, until: number): Generator<number, string> {
  const { cluster, random, report } = stage;
  const snapshotName = createSnapshot(cluster, volume);
  const backup = startBackup(cluster, volume, { snapshotName });
  const target = cluster.backups.get(backup)?.target ?? '';
  report(
    `${volume}: backup ${backup} to ${target} starts`,
    metric('longhorn_volume_backups', { volume, target, state: 'in_progress' }, '+1'),
    metric('longhorn_backup_progress_ratio', { volume, target }, 0),
  );
  yield 1000;
  changeBackup(cluster, backup, { state: 'Pending' });
  for (let progress = 0; progress < until; ) {
    yield 2000;
    progress = Math.min(until, progress + 5 + Math.floor(8 * random()));
    setBackupProgress(cluster, backup, progress);
  }
  return backup;
}

export const backupSucceeds: Scene = (stage) =>
  withVolume(
    stage,
    function* ({ name: volume, backupTargetName: target }) {
      const backup = yield* upload(stage, volume, 95);
      yield 2000;
      completeBackup(stage.cluster, backup);
      stage.report(
        `${volume}: backup ${backup} is complete`,
        metric('longhorn_backup_completions_total', { volume, target }, '+1'),
        metric('longhorn_backup_last_success_timestamp_seconds', { volume, target }, 'now'),
      );
    },
    CAN_BACK_UP,
  );

export const backupHangs: Scene = (stage) =>
  withVolume(
    stage,
    function* ({ name: volume, backupTargetName: target }) {
      const backup = yield* upload(stage, volume, 37);
      stage.report(
        `${volume}: backup ${backup} is stuck at 37 %`,
        metric('longhorn_backup_progress_ratio', { volume, target }, 0.37),
        metric('longhorn_backup_started_timestamp_seconds', { volume, target }, 'unchanged'),
      );
      yield 60_000;
      failBackup(stage.cluster, backup);
      stage.report(
        `${volume}: backup ${backup} failed`,
        metric('longhorn_backup_failures_total', { volume, target }, '+1'),
        metric('longhorn_backup_last_failed', { volume, target }, 1),
        metric('longhorn_backup_last_failure_reason', { volume, target, reason: 'timeout' }, 1),
      );
    },
    CAN_BACK_UP,
  );

export const backupFailsEarly: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume, backupTargetName: target }) {
    const { cluster, report } = stage;
    const backup = startBackup(cluster, volume, { snapshotCreated: '' });
    yield 4000;
    failBackupEarly(cluster, backup);
    report(
      `${volume}: backup ${backup} failed before its snapshot was ready, so it has no timestamps`,
      metric('longhorn_backup_failures_total', { volume, target }, '+1'),
    );
  });

export const backupWaits: Scene = (stage) =>
  withVolume(
    stage,
    function* ({ name: volume, backupTargetName: target }) {
      const { cluster, report } = stage;
      const snapshotName = createSnapshot(cluster, volume);
      const backup = startBackup(cluster, volume, { snapshotName });
      report(
        `${volume}: backup ${backup} waits in the queue`,
        metric('longhorn_backup_started_timestamp_seconds', { volume, target }, 'now'),
      );
      yield 15_000;
      setBackupProgress(cluster, backup, 50);
      yield 4000;
      completeBackup(cluster, backup);
      report(
        `${volume}: backup ${backup} waited longer than it uploaded`,
        metric('longhorn_backup_queue_seconds_sum', { target, mode: 'incremental' }, '+15'),
        metric('longhorn_backup_upload_seconds_sum', { target, mode: 'incremental' }, '+4'),
        metric('longhorn_backup_last_upload_seconds', { volume, target }, 4),
      );
    },
    CAN_BACK_UP,
  );

/** A job that never runs: every minute another run is missed, until the job is deleted. */
export const runIsMissed: Scene = function* ({ cluster, report }) {
  const job = 'every-minute';
  putRecurringJob(cluster, { name: job, task: 'backup', cron: '* * * * *', groups: ['default'] });
  report(
    `the recurring job ${job} is added, but never runs`,
    metric('longhorn_volume_recurring_jobs', { task: 'backup' }, '+1'),
    metric('longhorn_backup_schedule_interval_seconds', {}, 60),
  );
  yield 75_000;
  report(`a run of ${job} was missed`, metric('longhorn_backup_due_timestamp_seconds', {}, 'in the past'));
  yield 20_000;
  cluster.recurringjobs.remove(job);
  report(
    `the recurring job ${job} is deleted`,
    metric('longhorn_volume_recurring_jobs', { task: 'backup' }, '-1'),
  );
};

export const targetGoesAway: Scene = function* ({ cluster, report }) {
  const target = cluster.backuptargets.list().findLast(({ available, url }) => available && url !== '')?.name;
  if (target === undefined) return;
  setTargetAvailable(cluster, target, false);
  report(`backup target ${target} is unavailable`, metric('longhorn_backup_target_available', { target }, 0));
  yield 20_000;
  setTargetAvailable(cluster, target, true);
  report(`backup target ${target} is back`, metric('longhorn_backup_target_available', { target }, 1));
};
