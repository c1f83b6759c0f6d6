/** The families of recurring jobs and of standby volumes; source: `recurringjobs`, `recurringJobList`, `volumes`, `backups`. */

import { JOB_TASKS } from '../longhorn/recurring-job.ts';
import type { ScheduleSeries } from '../state/served.ts';
import { seconds, type Table } from './family.ts';

export const SCHEDULE_TABLE: Table<ScheduleSeries> = {
  title: 'Schedules',
  intro:
    'From the streams `recurringjobs` and `backups` and the action `recurringJobList`. Labels `volume` and `namespace`, and those listed. Standby volumes serve the last family alone.',
  labels: ['volume', 'namespace'],
  identify: ({ volume: { facts } }) => [facts.name, facts.namespace],
  families: [
    {
      name: 'longhorn_volume_recurring_jobs',
      type: 'gauge',
      help: 'Recurring jobs that apply to the volume, by name or by group. backup: tasks backup and backup-force-create, snapshot: snapshot and snapshot-force-create.',
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
      help: "The longest gap between two coming runs of all the volume's backup jobs; absent without one.",
      value: ({ schedule }) => seconds(schedule?.interval),
    },
    {
      name: 'longhorn_backup_due_timestamp_seconds',
      type: 'gauge',
      help: "The first scheduled run after the last success on the volume's own target began; in the past: a run was missed or goes on. Absent without a backup job.",
      value: ({ schedule }) => seconds(schedule?.due),
    },
    {
      name: 'longhorn_volume_restored_until_timestamp_seconds',
      type: 'gauge',
      help: 'Standby volumes: snapshotCreated of the backup named by lastRestoredBackup.',
      value: ({ restoredUntil }) => seconds(restoredUntil),
    },
  ],
};
