/** Folds recurring jobs into the state: which apply to a volume, when its next backup is due, and the backup interval. */

import { isDeepStrictEqual } from 'node:util';
import { type Time, toWall } from '../clock.ts';
import type { Listed } from '../list/element.ts';
import { parseSchedule, type Schedule } from '../longhorn/cron.ts';
import type { JobLabels, RecurringJobFacts } from '../longhorn/recurring-job.ts';
import type { AppliedJob, Folded, Intervals, RecurringJob, State, Volume, VolumeSchedule } from './state.ts';

const DAY_MS = 86_400_000;

const dayOf = ({ wall }: Time): number => Math.floor(wall / DAY_MS);

/** `timeZone`: for schedules without a time zone. */
export function foldRecurringJobs(
  state: State,
  objects: ReadonlyMap<string, Listed<RecurringJobFacts>>,
  { now, timeZone }: { now: Time; timeZone: string },
): Folded {
  const jobs = new Map<string, RecurringJob>();
  for (const [name, { facts }] of objects) {
    const last = state.jobs?.get(name);
    const schedule = last?.facts.cron === facts.cron ? last.schedule : parseSchedule(facts.cron, timeZone);
    jobs.set(name, last?.facts === facts ? last : { facts, schedule });
  }
  const same = state.jobs !== undefined && isDeepStrictEqual(jobs, state.jobs);
  return { state: foldSchedules(same ? state : { ...state, jobs }, now), events: [] };
}

/** Folds the response to `recurringJobList` of a known volume. A response older than the last one is ignored. */
export function foldJobLabels(
  state: State,
  name: string,
  found: JobLabels,
  { requestedAt, now }: { requestedAt: number; now: Time },
): State {
  const volume = state.volumes.get(name);
  if (
    volume === undefined ||
    requestedAt < volume.since ||
    requestedAt < (volume.jobLabels?.requestedAt ?? 0)
  )
    return state;
  const last = volume.jobLabels?.labels;
  const labels = last !== undefined && isDeepStrictEqual(found, last) ? last : found;
  const labelled = { ...volume, jobLabels: { labels, requestedAt } };
  const intervals = intervalsOfToday(state, now);
  const volumes = new Map(state.volumes).set(name, scheduleVolume(labelled, state, intervals.ofJobs, now));
  return { ...state, volumes, intervals: intervals.kept() };
}

/** Updates the schedules from jobs, labels and backups. An unchanged volume stays the same reference. */
export function foldSchedules(state: State, now: Time): State {
  const intervals = intervalsOfToday(state, now);
  let volumes: Map<string, Volume> | undefined;
  for (const [name, volume] of state.volumes) {
    const scheduled = scheduleVolume(volume, state, intervals.ofJobs, now);
    if (scheduled === volume) continue;
    volumes ??= new Map(state.volumes);
    volumes.set(name, scheduled);
  }
  return volumes === undefined ? state : { ...state, volumes, intervals: intervals.kept() };
}

type IntervalOf = (jobs: ReadonlyMap<string, AppliedJob>) => number | undefined;

function scheduleVolume(volume: Volume, { jobs, backups }: State, intervalOf: IntervalOf, now: Time): Volume {
  const { facts, jobLabels, schedule: last } = volume;
  if (jobLabels === undefined || jobs === undefined || backups.byName === undefined) return volume;
  const summary = backups.summaries.get(facts.name)?.get(facts.backupTarget);
  const success = summary?.snapshotCreated ?? summary?.created;
  const from = [jobs, jobLabels.labels, success, dayOf(now)];
  if (last?.from.every((part, i) => part === from[i])) return volume;
  const applied = applyJobs(last, jobLabels.labels, jobs, now);
  const interval = intervalOf(applied);
  const due = dueAt(volume, applied, success, now);
  return { ...volume, schedule: { from, jobs: applied, interval, due } };
}

/** By name or by group. A job whose schedule changed counts as a new one. */
function applyJobs(
  last: VolumeSchedule | undefined,
  labels: JobLabels,
  jobs: ReadonlyMap<string, RecurringJob>,
  now: Time,
): ReadonlyMap<string, AppliedJob> {
  const applied = new Map<string, AppliedJob>();
  for (const [name, { facts, schedule }] of jobs) {
    const { task, cron, groups } = facts;
    if (task === undefined) continue;
    if (!labels.jobs.includes(name) && !groups.some((group) => labels.groups.includes(group))) continue;
    const known = last?.jobs.get(name);
    const same = known?.cron === cron && known.task === task;
    applied.set(
      name,
      same ? known : { task, cron, schedule, since: now.monotonic, sawStart: last !== undefined },
    );
  }
  return applied;
}

const backupJobs = (jobs: ReadonlyMap<string, AppliedJob>): AppliedJob[] =>
  [...jobs.values()].filter(({ task }) => task === 'backup');

/**
 * The first run after the last success started, Unix milliseconds. A job that was added later cannot have missed earlier
 * runs. Without a success, a job that was always there counts from first sight of the volume.
 */
function dueAt(
  { since }: Volume,
  jobs: ReadonlyMap<string, AppliedJob>,
  success: number | undefined,
  now: Time,
): number | undefined {
  const runs = backupJobs(jobs).flatMap((job) => {
    const covered = toWall(job.sawStart ? job.since : since, now);
    const after = job.sawStart ? Math.max(covered, success ?? covered) : (success ?? covered);
    return job.schedule.next(after) ?? [];
  });
  return runs.length === 0 ? undefined : Math.min(...runs);
}

/** A schedule with many runs per week is checked for a week; one with few runs for a month, or for three runs. */
const [WEEK_MS, MONTH_MS, MANY_RUNS, MIN_RUNS] = [8 * DAY_MS, 35 * DAY_MS, 60, 3];

/** Limits the computation: two days of a job that runs every minute. */
const MAX_RUNS = 3_000;

/** The longest gap between upcoming runs of all backup jobs, in milliseconds; what is computed is kept for the day. */
function intervalsOfToday({ intervals }: State, now: Time): { ofJobs: IntervalOf; kept(): Intervals } {
  const day = dayOf(now);
  let byCrons: Intervals['byCrons'] = intervals.day === day ? intervals.byCrons : new Map();
  return {
    ofJobs(jobs) {
      const schedules = new Map(backupJobs(jobs).map(({ cron, schedule }) => [cron, schedule]));
      const key = JSON.stringify([...schedules.keys()].sort());
      if (!byCrons.has(key))
        byCrons = new Map(byCrons).set(key, longestGap([...schedules.values()], now.wall));
      return byCrons.get(key);
    },
    kept: () => (byCrons === intervals.byCrons ? intervals : { day, byCrons }),
  };
}

function longestGap(schedules: readonly Schedule[], from: number): number | undefined {
  let longest: number | undefined;
  let last: number | undefined;
  let at = from;
  for (let run = 0; run < MAX_RUNS; run++) {
    const next = Math.min(...schedules.map((schedule) => schedule.next(at) ?? Number.POSITIVE_INFINITY));
    if (!Number.isFinite(next)) break;
    if (last !== undefined) longest = Math.max(longest ?? 0, next - last);
    if (next > from + (run >= MANY_RUNS ? WEEK_MS : MONTH_MS) && run + 1 >= MIN_RUNS) break;
    [last, at] = [next, next];
  }
  return longest;
}
