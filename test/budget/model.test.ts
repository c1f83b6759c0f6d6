/** The cost model of docs/budget.md, and whether the plan keeps the numbers promised there. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  BUDGET,
  budgetMarkdown,
  getCostMs,
  listCostMs,
  ROWS,
  row,
  sweepCostMs,
} from '../../docs/budget-model.ts';

describe('cost model', () => {
  for (const [volumes, seconds] of [
    [100, 0.1],
    [250, 0.3],
    [500, 0.9],
    [1_000, 4],
    [2_000, 16],
    [5_000, 100],
  ] as const) {
    test(`list of ${volumes} volumes: costs ${seconds} s, as measured or growing with the square`, () =>
      assert.equal(listCostMs(volumes), seconds * 1000));
  }

  test('1,000 volumes: 10 ms for a GET, 23 ms for a snapshotCRList; other sizes in proportion', () => {
    assert.deepEqual([getCostMs(1_000), sweepCostMs(1_000)], [10, 23]);
    assert.deepEqual([getCostMs(5_000), sweepCostMs(5_000)], [50, 115]);
  });

  test('more volumes: a list costs more, also between measured sizes', () => {
    let last = 0;
    for (let volumes = 1; volumes <= 2_000; volumes++) {
      const cost = listCostMs(volumes);
      assert.ok(cost > last, `${volumes} volumes cost ${cost} ms, one less ${last} ms`);
      last = cost;
    }
  });
});

describe('numbers in docs/budget.md', () => {
  test('sizes: 10, 100, 1,000 and 5,000 volumes on 3, 10, 100 and 300 nodes', () => {
    const sizes = [10, 100, 1_000, 5_000].flatMap((volumes) =>
      [3, 10, 100, 300].map((nodes) => [volumes, nodes]),
    );
    assert.deepEqual(
      ROWS.map(({ volumes, nodes }) => [volumes, nodes]),
      sizes,
    );
  });

  for (const { volumes, nodes, load, known, fresh, plan } of ROWS) {
    test(`${volumes} volumes on ${nodes} nodes: within the budget`, () => {
      assert.ok(load > 0 && load <= BUDGET * 1.000_001, `${load} of one core`);
      assert.ok(known <= fresh, `known volumes ${known} s, new ones ${fresh} s`);
      assert.ok(plan.periods.volumes >= 5_000, `period ${plan.periods.volumes}`);
    });
  }

  test('1,000 volumes on 10 nodes or more: a known volume is at most 30 s old', () => {
    for (const nodes of [10, 100, 300]) {
      const { known } = row(1_000, nodes);
      assert.ok(known <= 30, `${known} s on ${nodes} nodes`);
    }
  });

  test('10 volumes: everything at the minimum period', () => {
    for (const nodes of [3, 10, 100, 300]) {
      const { known, plan } = row(10, nodes);
      assert.ok(known < 6, `${known} s`);
      assert.deepEqual([plan.periods.volumes, plan.sweep, plan.refresh], [5_000, 300_000, undefined]);
    }
  });

  test('table: one line per size', () => {
    const lines = budgetMarkdown().split('\n');
    assert.equal(lines.length, ROWS.length + 2);
    assert.equal(
      new Set(lines.map((line) => line.split('|').length)).size,
      1,
      'the same number of cells in every line',
    );
  });
});
