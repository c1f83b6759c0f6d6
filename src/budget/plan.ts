/** Plans how often to ask the manager for what, so that all of it stays within MANAGER_BUDGET. Pure. */

import { perStream, type StreamName } from '../longhorn/streams.ts';
import { MAX_STREAM_PERIOD_MS } from '../stream/policy.ts';
import { split } from './split.ts';

/** What one of each costs the manager, in milliseconds of one core; 0 while it is not measured. */
export interface Costs {
  readonly lists: Readonly<Record<StreamName, number>>;
  /** One snapshotCRList. */
  readonly sweep: number;
  /** One recurringJobList. */
  readonly jobs: number;
  /** One GET of a volume. */
  readonly get: number;
}

export interface PlanInput {
  readonly costs: Costs;
  /** Volumes that are swept, and refreshed one by one. */
  readonly owned: number;
  /** Share of one core. */
  readonly budget: number;
  /** MIN_PERIOD, in milliseconds. */
  readonly minPeriod: number;
  /** SNAPSHOT_SWEEP_INTERVAL, in milliseconds; 0: no sweeps. */
  readonly sweepInterval: number;
}

/** All in milliseconds. */
export interface Plan {
  readonly periods: Readonly<Record<StreamName, number>>;
  /** How long one sweep over all owned volumes takes; undefined: none. */
  readonly sweep: number | undefined;
  /** How long one refresh of all owned volumes takes; undefined: lists alone keep them fresh. */
  readonly refresh: number | undefined;
  /** The least time between two requests for the recurring jobs of a volume; undefined: none. */
  readonly jobs: number | undefined;
}

/** A third of the new value: one slow response does not change the plan much, three do. The first is taken as it is. */
export const smoothCost = (last: number, measured: number): number =>
  last === 0 ? measured : last + (measured - last) / 3;

/** Owned volumes are refreshed one by one when lists come further apart than this. */
export const MAX_AGE_MS = 30_000;

/** A refresh takes a little less, so that each volume is refreshed before it is that old. */
const REFRESH_MS = 28_000;

/**
 * Shares of the budget. What one use does not need the others get in the same proportions. GETs have the largest,
 * because they keep the metrics true when lists have become rare.
 */
const WEIGHTS = {
  volumes: 7,
  backups: 2,
  nodes: 1,
  backuptargets: 1,
  recurringjobs: 1,
  sweep: 2,
  jobs: 1,
  refresh: 85,
};

/** The least time between two requests for the jobs of a volume. */
const JOBS_GAP_MS = 1_000;

/** A list is built at each period, and a resync, at most every six periods, costs two more. */
const LISTS_A_PERIOD = 1 + 2 / 6;

/** A connection for one list: the handler that we leave may build another one before it notices. */
const LISTS_A_CONNECTION = 2;

/** The share of one core that a stream takes at this period. */
export const streamLoad = (list: number, period: number): number =>
  ((period > MAX_STREAM_PERIOD_MS ? LISTS_A_CONNECTION : LISTS_A_PERIOD) * list) / period;

/** The shortest period at which a stream takes no more than this share of one core. */
export function periodFor(list: number, share: number, minPeriod: number): number {
  // A third longer than necessary, because a stream reconnects only when its period is a third off.
  const streamed = Math.max(minPeriod, ((4 / 3) * LISTS_A_PERIOD * list) / share);
  if (streamed <= MAX_STREAM_PERIOD_MS) return streamed;
  return Math.max(minPeriod, (LISTS_A_CONNECTION * list) / share);
}

export function plan(input: PlanInput): Plan {
  const { costs, owned } = input;
  const listsOnly = planWith(input, 0);
  // A list refreshes every volume: GETs are worth it only while they cost less than the list they replace.
  const worthIt = owned * costs.get < LISTS_A_CONNECTION * costs.lists.volumes;
  if (listsOnly.periods.volumes <= MAX_AGE_MS || !worthIt || owned === 0) return listsOnly;
  return planWith(input, Math.max(owned * costs.get, Number.MIN_VALUE));
}

/** How long a round of this cost takes at this share of one core; the shortest while nothing is measured. */
const intervalFor = (cost: number, share: number, shortest: number): number =>
  share > 0 ? Math.max(shortest, cost / share) : shortest;

/** `refreshCost`: of one GET of each owned volume; 0: no GETs. */
function planWith({ costs, owned, budget, minPeriod, sweepInterval }: PlanInput, refreshCost: number): Plan {
  const sweepCost = owned * costs.sweep;
  const streams = perStream((name) => ({
    weight: WEIGHTS[name],
    demand: streamLoad(costs.lists[name], minPeriod),
  }));
  const grants = split(budget, {
    ...streams,
    // One volume after the other, and a new one at once: as if one were asked for at each moment.
    jobs: { weight: WEIGHTS.jobs, demand: sweepInterval > 0 ? costs.jobs / JOBS_GAP_MS : 0 },
    sweep: { weight: WEIGHTS.sweep, demand: sweepInterval > 0 ? sweepCost / sweepInterval : 0 },
    refresh: { weight: WEIGHTS.refresh, demand: refreshCost / REFRESH_MS },
  });
  return {
    periods: perStream((name) =>
      grants[name] >= streams[name].demand
        ? minPeriod
        : periodFor(costs.lists[name], grants[name], minPeriod),
    ),
    sweep: sweepInterval > 0 ? intervalFor(sweepCost, grants.sweep, sweepInterval) : undefined,
    jobs: sweepInterval > 0 ? intervalFor(costs.jobs, grants.jobs, JOBS_GAP_MS) : undefined,
    refresh: refreshCost > 0 ? intervalFor(refreshCost, grants.refresh, REFRESH_MS) : undefined,
  };
}
