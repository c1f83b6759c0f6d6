/** Computes how often to request what from the manager, so that the total load stays within MANAGER_BUDGET. Pure. */

import { perStream, type StreamName } from '../longhorn/streams.ts';
import { MAX_STREAM_PERIOD_MS } from '../stream/policy.ts';
import { split } from './split.ts';

/** Cost of one request to the manager, in milliseconds of one core; 0 if not measured yet. */
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
  /** Number of volumes to sweep and refresh one by one. */
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
  /** Duration of one sweep over all owned volumes; undefined: no sweeps. */
  readonly sweep: number | undefined;
  /** Duration of one refresh of all owned volumes; undefined: lists alone keep them fresh. */
  readonly refresh: number | undefined;
  /** Minimum time between two requests for recurring jobs; undefined: no requests. */
  readonly jobs: number | undefined;
}

/** Moves by a third towards the new value, so that one slow response changes little. The first value is used as is. */
export const smoothCost = (last: number, measured: number): number =>
  last === 0 ? measured : last + (measured - last) / 3;

/** Owned volumes are refreshed one by one if lists are further apart than this. */
export const MAX_AGE_MS = 30_000;

/** A little less than MAX_AGE_MS, so that each volume is refreshed before that age. */
const REFRESH_MS = 28_000;

/**
 * Shares of the budget. What one use does not need goes to the others in the same proportions. GETs have the largest
 * share, because they keep the metrics fresh when lists are rare.
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

/** Minimum time between two requests for the jobs of a volume. */
const JOBS_GAP_MS = 1_000;

/** One list per period, plus two for a resync, which happens at most every six periods. */
const LISTS_A_PERIOD = 1 + 2 / 6;

/** With a connection per list: the manager may build a second list before it notices that the connection is closed. */
const LISTS_A_CONNECTION = 2;

/** The share of one core that a stream takes at this period. */
export const streamLoad = (list: number, period: number): number =>
  ((period > MAX_STREAM_PERIOD_MS ? LISTS_A_CONNECTION : LISTS_A_PERIOD) * list) / period;

/** The shortest period at which a stream takes no more than this share of one core. */
export function periodFor(list: number, share: number, minPeriod: number): number {
  // A third longer than necessary, because a stream reconnects only if its period is off by a third.
  const streamed = Math.max(minPeriod, ((4 / 3) * LISTS_A_PERIOD * list) / share);
  if (streamed <= MAX_STREAM_PERIOD_MS) return streamed;
  return Math.max(minPeriod, (LISTS_A_CONNECTION * list) / share);
}

export function plan(input: PlanInput): Plan {
  const { costs, owned } = input;
  const listsOnly = planWith(input, 0);
  // A list refreshes every volume, so GETs are worth it only if they cost less than the list they replace.
  const getsAreCheaper = owned * costs.get < LISTS_A_CONNECTION * costs.lists.volumes;
  if (listsOnly.periods.volumes <= MAX_AGE_MS || !getsAreCheaper || owned === 0) return listsOnly;
  return planWith(input, Math.max(owned * costs.get, Number.MIN_VALUE));
}

/** Duration of a round of this cost at this share of one core; `shortest` if nothing is measured. */
const intervalFor = (cost: number, share: number, shortest: number): number =>
  share > 0 ? Math.max(shortest, cost / share) : shortest;

/** `refreshCost`: the cost of one GET of every owned volume; 0: no GETs. */
function planWith({ costs, owned, budget, minPeriod, sweepInterval }: PlanInput, refreshCost: number): Plan {
  const sweepCost = owned * costs.sweep;
  const streams = perStream((name) => ({
    weight: WEIGHTS[name],
    demand: streamLoad(costs.lists[name], minPeriod),
  }));
  const grants = split(budget, {
    ...streams,
    // New volumes are requested immediately, so plan for the maximum rate.
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
