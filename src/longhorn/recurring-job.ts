/** Reads a recurring job from an object of the `recurringjobs` stream, and the jobs of a volume. */

import { LIMITS, refuse } from '../limits.ts';
import { parseSchedule } from './cron.ts';
import { isObject, type JsonObject, objects, text } from './read.ts';

export const JOB_TASKS = ['backup', 'snapshot'] as const;
export type JobTask = (typeof JOB_TASKS)[number];

export interface RecurringJobFacts {
  readonly name: string;
  /** Undefined for a task that creates neither backups nor snapshots. */
  readonly task: JobTask | undefined;
  /** The text of `cron`. */
  readonly cron: string;
  readonly groups: readonly string[];
}

const TASKS: Readonly<Record<string, JobTask>> = {
  backup: 'backup',
  'backup-force-create': 'backup',
  snapshot: 'snapshot',
  'snapshot-force-create': 'snapshot',
};

/** Throws if `cron` is not a schedule. */
export function readRecurringJob(job: JsonObject, name: string): RecurringJobFacts {
  const cron = text(job.cron);
  parseSchedule(cron, 'UTC');
  const task = text(job.task);
  return {
    name,
    task: Object.hasOwn(TASKS, task) ? TASKS[task] : undefined,
    cron,
    groups: Array.isArray(job.groups) ? job.groups.map(text) : [],
  };
}

/** The names of the jobs and job groups of a volume. */
export interface JobLabels {
  readonly jobs: readonly string[];
  readonly groups: readonly string[];
}

/** From the response to `recurringJobList`. Throws if it is not such a list, or an entry is invalid. */
export function readJobLabels(list: unknown): JobLabels {
  if (!isObject(list) || list.type !== 'collection' || list.resourceType !== 'volumeRecurringJob')
    throw new Error('not a list of the recurring jobs of a volume');
  const entries = objects(list.data);
  if (entries.length > LIMITS.job_labels.most) refuse('job_labels');
  const named = (isGroup: boolean) =>
    entries.filter((entry) => (entry.isGroup === true) === isGroup).map(({ name }) => text(name));
  if (Array.isArray(list.data) && entries.length < list.data.length)
    throw new Error('an entry is not an object');
  if (entries.some(({ name }) => typeof name !== 'string')) throw new Error('an entry has no name');
  return { jobs: named(false), groups: named(true) };
}
