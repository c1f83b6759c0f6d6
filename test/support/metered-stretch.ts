/** Observes an exporter and its metered manager over some time, and checks what must hold. */

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
  /** The share of one core that the manager spent. */
  readonly share: number;
  /** The maximum age of the oldest owned volume; NaN if none was served at some time. */
  readonly oldest: number;
  /** The minimum of a series over the scrapes. */
  readonly minimum: (series: string) => number;
}

/** Advances to this second, and reports what happened from now until then. */
export async function stretch(run: MeteredRun, until: number, everyS = 13): Promise<Stretch> {
  const [from, before] = [run.seconds(), run.spent()];
  const scrapes: { metric: Scrape; age: number }[] = [];
  await run.until(until, everyS, (metric) => void scrapes.push({ metric, age: ageOfOldest(metric, run) }));
  return {
    share: (run.spent() - before) / (run.seconds() - from),
    oldest: Math.max(...scrapes.map(({ age }) => age)),
    minimum: (series) => Math.min(...scrapes.map(({ metric }) => metric(series))),
  };
}

export const percent = (share: number): string => `${(share * 100).toFixed(2)} % of one core`;

export function withinBudget({ share }: Stretch, budget = BUDGET): void {
  assert.ok(share <= budget * 1.001, `the manager spent ${percent(share)}, more than ${percent(budget)}`);
}

export function servedAllAlong({ minimum }: Stretch): void {
  assert.equal(minimum('up'), 1, 'longhorn_up all the time');
  assert.ok(minimum('exporter_volumes{scope="owned"}') > 0, 'volumes are served all the time');
}
