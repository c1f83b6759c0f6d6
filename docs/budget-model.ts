/** The arithmetic behind docs/budget.md: what the plan means on clusters of many sizes, from measured costs. */

import { type Plan, plan, streamLoad } from '../src/budget/plan.ts';
import { STREAMS } from '../src/longhorn/streams.ts';

/** What a list of so many volumes costs a manager, as measured on 1.12: [volumes, seconds of one core]. */
const LIST_COSTS: readonly (readonly [volumes: number, seconds: number])[] = [
  [100, 0.1],
  [250, 0.3],
  [500, 0.9],
  [1_000, 4],
];

/** Between the measured sizes in proportion to the square, as beyond them. */
export function listCostMs(volumes: number): number {
  const [size, seconds] = LIST_COSTS.find(([size]) => volumes <= size) ?? [1_000, 4];
  return seconds * 1000 * (volumes / size) ** 2;
}

/** A GET of one volume scans all replicas, engines and backups: 10 ms at 1,000 volumes. */
export const getCostMs = (volumes: number): number => Math.max(1, volumes / 100);

/** A snapshotCRList scans all snapshots: 23 ms at 1,000 volumes with 20 each. */
export const sweepCostMs = (volumes: number): number => Math.max(1, (volumes * 23) / 1_000);

export const BUDGET = 0.05;

export interface Row {
  readonly volumes: number;
  readonly nodes: number;
  readonly plan: Plan;
  /** How old what is served of a known volume is at most, in seconds. */
  readonly known: number;
  /** How long a new volume may go unseen, in seconds. */
  readonly fresh: number;
  /** Share of one core that all of it takes. */
  readonly load: number;
}

export function row(volumes: number, nodes: number): Row {
  const owned = Math.ceil(volumes / nodes);
  const list = listCostMs(volumes);
  const costs = {
    // Three backups a volume, 0.2 s at 3,000; nodes and targets are cheap.
    lists: {
      volumes: list,
      backups: (volumes * 3 * 200) / 3_000,
      nodes: Math.max(1, nodes / 10),
      backuptargets: 1,
    },
    sweep: sweepCostMs(volumes),
    get: getCostMs(volumes),
  };
  const planned = plan({ costs, owned, budget: BUDGET, minPeriod: 5_000, sweepInterval: 300_000 });
  const { periods, sweep, refresh } = planned;
  const load =
    STREAMS.reduce((sum, stream) => sum + streamLoad(costs.lists[stream], periods[stream]), 0) +
    (sweep === undefined ? 0 : (owned * costs.sweep) / sweep) +
    (refresh === undefined ? 0 : (owned * costs.get) / refresh);
  const fresh = (periods.volumes + list) / 1000;
  // Facts are as old as their request: the one before last was asked for one round, and one answer, ago.
  const known = refresh === undefined ? fresh : Math.min(fresh, (refresh + costs.get) / 1000);
  return { volumes, nodes, plan: planned, known, fresh, load };
}

export const ROWS: readonly Row[] = [10, 100, 1_000, 5_000].flatMap((volumes) =>
  [3, 10, 100, 300].map((nodes) => row(volumes, nodes)),
);

const duration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7_200
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

export function budgetMarkdown(): string {
  const lines = ROWS.map(({ volumes, nodes, plan: { periods, refresh, sweep }, known, fresh, load }) =>
    [
      volumes.toLocaleString('en'),
      nodes,
      Math.ceil(volumes / nodes).toLocaleString('en'),
      duration(periods.volumes / 1000),
      refresh === undefined ? '-' : duration(refresh / 1000),
      sweep === undefined ? '-' : duration(sweep / 1000),
      duration(known),
      duration(fresh),
      `${(load * 100).toFixed(1)} %`,
    ].join(' | '),
  );
  return [
    '| Volumes | Nodes | Owned | Period of `volumes` | Round of GETs | Sweep | Known volumes at most | New ones at most | One core |',
    '|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}
