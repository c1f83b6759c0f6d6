/** How an exporter and its metered manager behaved over some time, and what must hold. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import {
  ageOfOldest,
  type MeteredRun,
  type RunOptions,
  type Scrape,
  startMeteredRun,
} from './metered-run.ts';

export const BUDGET = 0.05;
export const MINUTE = 60;

export async function start(t: TestContext, options: RunOptions): Promise<MeteredRun> {
  const run = await startMeteredRun(options);
  t.after(() => run.stop());
  return run;
}

export interface Stretch {
  /** Of one core. */
  readonly share: number;
  /** The maximum age of the oldest owned volume; NaN when none was served at some moment. */
  readonly oldest: number;
  readonly least: (series: string) => number;
}

/** Advances to this second, and reports how it went from now on. */
export async function stretch(run: MeteredRun, until: number, everyS = 13): Promise<Stretch> {
  const [from, before] = [run.seconds(), run.spent()];
  const seen: { metric: Scrape; age: number }[] = [];
  await run.until(until, everyS, (metric) => void seen.push({ metric, age: ageOfOldest(metric, run) }));
  return {
    share: (run.spent() - before) / (run.seconds() - from),
    oldest: Math.max(...seen.map(({ age }) => age)),
    least: (series) => Math.min(...seen.map(({ metric }) => metric(series))),
  };
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)} % of one core`;

export function withinBudget({ share }: Stretch, budget = BUDGET): void {
  assert.ok(share <= budget * 1.001, `the manager spent ${percent(share)}, not ${percent(budget)}`);
}

export function servedAllAlong({ least }: Stretch): void {
  assert.equal(least('up'), 1, 'longhorn_up all along');
  assert.ok(least('exporter_volumes{scope="owned"}') > 0, 'volumes were served all along');
}
