/** Metrics of recurring jobs and standby volumes, from `recurringjobs`, `recurringJobList`, `volumes` and `backups`. */

import { JOB_TASKS } from '../longhorn/recurring-job.ts';
import type { ScheduleSeries } from '../state/served.ts';
import { seconds, type Table } from './family.ts';

export const SCHEDULE_TABLE: Table<ScheduleSeries> = {
  title: 'Schedules',
  intro:
    'From the streams `recurringjobs` and `backups` and the action `recurringJobList`. Labels: `volume`, `namespace` and those listed. Standby volumes have only the last metric.',
  labels: ['volume', 'namespace'],
  identify: ({ volume: { facts } }) => [facts.name, facts.namespace],
  families: [
    {
      name: 'longhorn_volume_recurring_jobs',
      type: 'gauge',
      help: 'Number of recurring jobs that apply to the volume, by name or by group; each task includes its force-create variant.',
      labels: ['task'],
      samples({ schedule }) {
        if (schedule === undefined) return [];
        const jobs = [...schedule.jobs.values()];
        return JOB_TASKS.map((task) => [jobs.filter((job) => job.task === task).length, task] as const);
      },
    },
    {
      name: 'longhorn_backup_schedule_interval_seconds',
      type: 'gauge',
      help: "Longest gap between consecutive upcoming runs of the volume's backup jobs; absent without a backup job.",
      value: ({ schedule }) => seconds(schedule?.interval),
    },
    {
      name: 'longhorn_backup_due_timestamp_seconds',
      type: 'gauge',
      help: "First scheduled run after the last successful backup on the volume's own target started. In the past: a run was missed or is in progress. Absent without a backup job.",
      value: ({ schedule }) => seconds(schedule?.due),
    },
    {
      name: 'longhorn_volume_restored_until_timestamp_seconds',
      type: 'gauge',
      help: 'Standby volumes only: snapshotCreated of the backup named in lastRestoredBackup.',
      value: ({ restoredUntil }) => seconds(restoredUntil),
    },
  ],
};
