/** Clusters that grow and shrink, with a manager whose responses cost CPU time; see budget-run.test.ts. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MINUTE, percent, servedAllAlong, start, stretch, withinBudget } from '../support/metered-stretch.ts';

describe('cluster changes its size', () => {
  const table = [
    { from: 100, to: 250, nodes: 10, period: 30 },
    { from: 20, to: 200, nodes: 3, period: 15 },
    { from: 100, to: 1_000, nodes: 10, period: Number.POSITIVE_INFINITY },
    { from: 1_000, to: 100, nodes: 10, period: 6.7 },
    { from: 250, to: 10, nodes: 3, period: 6.7 },
  ] as const;
  for (const { from, to, nodes, period } of table) {
    test(`${from} volumes, then ${to}: within the budget again, at a suitable period`, async (t) => {
      const run = await start(t, { volumes: from, nodes, volumeBytes: 2_000 });
      await run.until(2 * MINUTE);
      run.manager.resize(to);
      // A large cluster's lists are far apart, so it takes a while to notice that it is smaller.
      const recovered = from === 1_000 ? 32 * MINUTE : 6 * MINUTE;
      await run.until(recovered);
      const measured = await stretch(run, recovered + 5 * MINUTE);
      t.diagnostic(`${percent(measured.share)}, oldest ${measured.oldest.toFixed(1)} s`);
      servedAllAlong(measured);
      withinBudget(measured);
      const used = (await run.scrape())('exporter_stream_period_seconds{stream="volumes"}');
      assert.ok(used <= period, `the period is still ${used} s`);
    });
  }
});
