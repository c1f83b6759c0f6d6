/** Simulates minutes to hours with a manager whose responses cost CPU time, on a clock that jumps to the next event. */

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

describe('load on the manager once the cost of the first lists is known', () => {
  const table = [
    // No volume may be older than documented for the cluster size, or than 30 s where GETs refresh it.
    { volumes: 10, nodes: 3, from: MINUTE, to: 6 * MINUTE },
    { volumes: 100, nodes: 10, from: MINUTE, to: 6 * MINUTE },
    { volumes: 500, nodes: 10, from: MINUTE, to: 6 * MINUTE },
    { volumes: 1_000, nodes: 10, from: MINUTE, to: 20 * MINUTE },
    // The first list takes 100 s and misses the first deadline of 60 s, so the manager builds two more.
    { volumes: 5_000, nodes: 10, from: 15 * MINUTE, to: 18 * MINUTE },
  ] as const;
  for (const { volumes, nodes, from, to } of table) {
    test(`${volumes} volumes on ${nodes} nodes: within the budget, and volumes as fresh as documented`, async (t) => {
      const run = await start(t, { volumes, nodes });
      await run.until(from);
      const measured = await stretch(run, to);
      t.diagnostic(`${percent(measured.share)}, oldest ${measured.oldest.toFixed(1)} s`);
      servedAllAlong(measured);
      // The measurement may begin just before a list, so that it includes one list too many.
      const tolerance = (2 * listCostMs(volumes)) / 1000 / (to - from);
      withinBudget(measured, BUDGET + tolerance);
      const maxAge = Math.max(row(volumes, nodes).known, volumes === 1_000 ? 30 : 0);
      assert.ok(measured.oldest <= maxAge + 0.1, `${measured.oldest} s old, not ${maxAge}`);
    });
  }

  test('250 volumes that never change, with a resync each minute: within the budget', async (t) => {
    const run = await start(t, { volumes: 250, nodes: 3, busy: false });
    await run.until(MINUTE);
    const measured = await stretch(run, 6 * MINUTE);
    servedAllAlong(measured);
    withinBudget(measured);
  });

  test('budget of one core: within the budget, and volumes at most 30 s old', async (t) => {
    const run = await start(t, { volumes: 1_000, nodes: 10, budget: 1 });
    await run.until(MINUTE);
    const measured = await stretch(run, 6 * MINUTE);
    t.diagnostic(`${percent(measured.share)}, oldest ${measured.oldest.toFixed(1)} s`);
    servedAllAlong(measured);
    withinBudget(measured, 1);
    assert.ok(measured.oldest <= 30.1, `${measured.oldest} s old`);
  });

  test('varying cost of lists: at most 1.2 times the budget', async (t) => {
    const factors = [0.5, 1.6, 0.7, 1.4, 1, 2, 0.4];
    let lists = 0;
    const list: typeof REAL_PRICES.list = (stream, volumes) =>
      REAL_PRICES.list(stream, volumes) * (factors[lists++ % factors.length] ?? 1);
    const run = await start(t, { volumes: 500, nodes: 10, prices: { ...REAL_PRICES, list } });
    await run.until(5 * MINUTE);
    const measured = await stretch(run, 11 * MINUTE);
    servedAllAlong(measured);
    withinBudget(measured, 1.2 * BUDGET);
  });
});

describe('list that takes longer than the silence limit', () => {
  const prices = { ...REAL_PRICES, list: (stream: string) => (stream === 'volumes' ? 90_000 : 1) };

  test('volumes list of 90 s: received, determines the period, and served until the next list', async (t) => {
    const run = await start(t, { nodes: 3, prices });
    await run.until(5 * MINUTE);
    const metric = await run.scrape();
    assert.deepEqual([metric('up'), metric('exporter_volumes{scope="cluster"}')], [1, 10]);
    assert.equal(metric('exporter_stream_list_seconds{stream="volumes"}'), 90);
    const period = metric('exporter_stream_period_seconds{stream="volumes"}');
    assert.ok(period >= 180 / BUDGET, `the period in use is ${period} s`);
    const measured = await stretch(run, 45 * MINUTE, 60);
    servedAllAlong(measured);
    withinBudget(measured);
  });
});

describe('list of volumes that is too large', () => {
  const prices = { ...REAL_PRICES, list: (stream: string) => (stream === 'volumes' ? 20_000 : 1) };

  test('every list too large: its cost is still measured, and load stays within the budget', async (t) => {
    const run = await start(t, { nodes: 3, prices, tooLarge: () => true });
    await run.until(30 * MINUTE);
    const metric = await run.scrape();
    assert.ok(metric('exporter_stream_errors_total{stream="volumes",reason="too_large"}') >= 3);
    withinBudget(await stretch(run, 120 * MINUTE, 600));
  });

  test('one list too large because of a corrupt frame header: volumes served again at the next list', async (t) => {
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

describe('manager that is too slow for requests about single volumes', () => {
  const table = [
    ['GETs', { volumes: 1_000, nodes: 10, prices: { ...REAL_PRICES, get: () => 10_500 } }],
    ['sweeps', { volumes: 100, nodes: 3, prices: { ...REAL_PRICES, sweep: () => 10_500 } }],
  ] as const;
  for (const [requests, options] of table) {
    test(`${requests} that time out after ten seconds each: at most twice the budget, due to pauses`, async (t) => {
      const run = await start(t, options);
      await run.until(5 * MINUTE);
      const { share } = await stretch(run, 12 * MINUTE, 120);
      assert.ok(share <= 2 * BUDGET, `the manager spent ${percent(share)}`);
    });
  }
});
