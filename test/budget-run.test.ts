/** Minutes to hours next to a manager whose work has a cost, on a clock that advances from event to event. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listCostMs, row } from '../docs/budget-model.ts';
import { REAL_PRICES } from './support/metered-run.ts';
import {
  BUDGET,
  MINUTE,
  percent,
  servedAllAlong,
  start,
  stretch,
  withinBudget,
} from './support/metered-stretch.ts';

describe('Once the cost of the first lists is known, our load stays within the budget', () => {
  const table = [
    // A volume is no older than the docs promise for this cluster; where GETs keep it fresh, than 30 s.
    { volumes: 10, nodes: 3, from: MINUTE, to: 6 * MINUTE },
    { volumes: 100, nodes: 10, from: MINUTE, to: 6 * MINUTE },
    { volumes: 500, nodes: 10, from: MINUTE, to: 6 * MINUTE },
    { volumes: 1_000, nodes: 10, from: MINUTE, to: 20 * MINUTE },
    // Its first list takes 100 s, so the first deadline of 60 s is missed, and two more are built.
    { volumes: 5_000, nodes: 10, from: 15 * MINUTE, to: 18 * MINUTE },
  ] as const;
  for (const { volumes, nodes, from, to } of table) {
    test(`with ${volumes} volumes on ${nodes} nodes, and volumes are as fresh as promised`, async (t) => {
      const run = await start(t, { volumes, nodes });
      await run.until(from);
      const lived = await stretch(run, to);
      t.diagnostic(`${percent(lived.share)}, oldest ${lived.oldest.toFixed(1)} s`);
      servedAllAlong(lived);
      // The stretch may begin just before a list, so that a connection has two.
      const grain = (2 * listCostMs(volumes)) / 1000 / (to - from);
      withinBudget(lived, BUDGET + grain);
      const promised = Math.max(row(volumes, nodes).known, volumes === 1_000 ? 30 : 0);
      assert.ok(lived.oldest <= promised + 0.1, `${lived.oldest} s old, not ${promised}`);
    });
  }

  test('with 250 volumes that never change, though each minute costs a resync', async (t) => {
    const run = await start(t, { volumes: 250, nodes: 3, busy: false });
    await run.until(MINUTE);
    const lived = await stretch(run, 6 * MINUTE);
    servedAllAlong(lived);
    withinBudget(lived);
  });

  test('with a budget of one core, which is used for fresh lists', async (t) => {
    const run = await start(t, { volumes: 1_000, nodes: 10, budget: 1 });
    await run.until(MINUTE);
    const lived = await stretch(run, 6 * MINUTE);
    t.diagnostic(`${percent(lived.share)}, oldest ${lived.oldest.toFixed(1)} s`);
    servedAllAlong(lived);
    withinBudget(lived, 1);
    assert.ok(lived.oldest <= 30.1, `${lived.oldest} s old`);
  });

  test('when the cost of lists varies', async (t) => {
    const factors = [0.5, 1.6, 0.7, 1.4, 1, 2, 0.4];
    let drawn = 0;
    const list: typeof REAL_PRICES.list = (stream, volumes) =>
      REAL_PRICES.list(stream, volumes) * (factors[drawn++ % factors.length] ?? 1);
    const run = await start(t, { volumes: 500, nodes: 10, prices: { ...REAL_PRICES, list } });
    await run.until(5 * MINUTE);
    const lived = await stretch(run, 11 * MINUTE);
    servedAllAlong(lived);
    withinBudget(lived, 1.2 * BUDGET);
  });
});

describe('A list that takes longer than the silence limit', () => {
  const prices = { ...REAL_PRICES, list: (stream: string) => (stream === 'volumes' ? 90_000 : 1) };

  test('still arrives, yields its period and its cost, and is served until the next one', async (t) => {
    const run = await start(t, { nodes: 3, prices });
    await run.until(5 * MINUTE);
    const metric = await run.scrape();
    assert.deepEqual([metric('up'), metric('exporter_volumes{scope="cluster"}')], [1, 10]);
    assert.equal(metric('exporter_stream_list_seconds{stream="volumes"}'), 90);
    const period = metric('exporter_stream_period_seconds{stream="volumes"}');
    assert.ok(period >= 180 / BUDGET, `the period in use is ${period} s`);
    const lived = await stretch(run, 45 * MINUTE, 60);
    servedAllAlong(lived);
    withinBudget(lived);
  });
});

describe('A list of volumes that is too large', () => {
  const prices = { ...REAL_PRICES, list: (stream: string) => (stream === 'volumes' ? 20_000 : 1) };

  test('is within the budget from the first one on: its cost is still known', async (t) => {
    const run = await start(t, { nodes: 3, prices, tooLarge: () => true });
    await run.until(30 * MINUTE);
    const metric = await run.scrape();
    assert.ok(metric('exporter_stream_errors_total{stream="volumes",reason="too_large"}') >= 3);
    withinBudget(await stretch(run, 120 * MINUTE, 600));
  });

  test('once, by a corrupt frame header: the volumes are served again at the next list', async (t) => {
    let times = 0;
    const run = await start(t, { nodes: 3, tooLarge: () => ++times === 5 });
    await run.until(MINUTE);
    const metric = await run.scrape();
    assert.equal(metric('exporter_stream_errors_total{stream="volumes",reason="too_large"}'), 1);
    const age =
      run.seconds() -
      (metric('exporter_stream_last_message_timestamp_seconds{stream="volumes"}') - 1_790_000_000);
    assert.ok(age <= 10, `the last list is ${age} s old`);
    servedAllAlong(await stretch(run, 3 * MINUTE));
  });
});

describe('A manager that is too slow for single requests', () => {
  const table = [
    ['GETs', { volumes: 1_000, nodes: 10, prices: { ...REAL_PRICES, get: () => 10_500 } }],
    ['sweeps', { volumes: 100, nodes: 3, prices: { ...REAL_PRICES, sweep: () => 10_500 } }],
  ] as const;
  for (const [what, options] of table) {
    test(`gets pauses between requests: ${what} that time out cost it ten seconds each`, async (t) => {
      const run = await start(t, options);
      await run.until(5 * MINUTE);
      const { share } = await stretch(run, 12 * MINUTE, 120);
      assert.ok(share <= 2 * BUDGET, `the manager spent ${percent(share)}`);
    });
  }
});
