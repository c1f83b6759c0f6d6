import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as realTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import {
  type Costs,
  MAX_AGE_MS,
  type Plan,
  type PlanInput,
  plan,
  streamLoad,
} from '../../src/budget/plan.ts';
import { systemClock } from '../../src/clock.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { silenceLimit } from '../../src/stream/policy.ts';

const FREE: Costs = {
  lists: { volumes: 0, backups: 0, nodes: 0, backuptargets: 0, recurringjobs: 0 },
  sweep: 0,
  jobs: 0,
  get: 0,
};

/** Nothing measured, a hundred owned volumes and every setting at its default, unless overridden. */
const input = (more: Partial<PlanInput> = {}, costs: Partial<Costs> = {}): PlanInput => ({
  costs: { ...FREE, ...costs },
  owned: 100,
  budget: 0.05,
  minPeriod: 5_000,
  sweepInterval: 300_000,
  ...more,
});
const volumesCost = (volumes: number) => ({ lists: { ...FREE.lists, volumes } });

const cost = (max: number) => fc.oneof(fc.constant(0), fc.double({ min: 0.01, max, noNaN: true }));
const inputs = () =>
  fc.record({
    costs: fc.record({
      lists: fc.record({
        volumes: cost(400_000),
        backups: cost(20_000),
        nodes: cost(1_000),
        backuptargets: cost(100),
        recurringjobs: cost(100),
      }),
      sweep: cost(10_000),
      jobs: cost(100),
      get: cost(10_000),
    }),
    owned: fc.nat(5_000),
    budget: fc.double({ min: 0.001, max: 1, noNaN: true }),
    minPeriod: fc.integer({ min: 100, max: 15_000 }),
    sweepInterval: fc.oneof(fc.constant(0), fc.integer({ min: 1_000, max: 86_400_000 })),
  });

/** The share of one core that a plan uses at the given costs. */
function load({ costs, owned }: PlanInput, { periods, sweep, jobs, refresh }: Plan): number {
  const streams = STREAMS.reduce((sum, name) => sum + streamLoad(costs.lists[name], periods[name]), 0);
  const roundLoad = (one: number, interval: number | undefined) =>
    interval === undefined ? 0 : (owned * one) / interval;
  const jobsLoad = jobs === undefined ? 0 : costs.jobs / jobs;
  return streams + roundLoad(costs.sweep, sweep) + jobsLoad + roundLoad(costs.get, refresh);
}

describe('plan', () => {
  test('nothing measured yet: minimum periods', () => {
    const { periods, sweep, refresh } = plan(input());
    assert.deepEqual(periods, {
      volumes: 5_000,
      backups: 5_000,
      nodes: 5_000,
      backuptargets: 5_000,
      recurringjobs: 5_000,
    });
    assert.deepEqual([sweep, refresh], [300_000, undefined]);
  });

  test('any costs: no more than the budget', () => {
    fc.assert(
      fc.property(inputs(), (given) => {
        const share = load(given, plan(given));
        assert.ok(share <= given.budget * (1 + 1e-6), `${share} of ${given.budget}`);
      }),
      { numRuns: 500 },
    );
  });

  test('any costs: periods and rounds are finite and no shorter than their minimum', () => {
    fc.assert(
      fc.property(inputs(), (given) => {
        const { periods, sweep, refresh } = plan(given);
        for (const name of STREAMS) {
          const period = periods[name];
          assert.ok(period >= given.minPeriod && period < Number.POSITIVE_INFINITY, `${name}: ${period}`);
        }
        const off = given.sweepInterval === 0;
        assert.equal(sweep === undefined, off, `sweep: ${sweep}`);
        assert.ok(off || (Number.isFinite(sweep) && Number(sweep) >= given.sweepInterval), `sweep: ${sweep}`);
        assert.ok(refresh === undefined || (Number.isFinite(refresh) && refresh > 0), `refresh: ${refresh}`);
      }),
      { numRuns: 500 },
    );
  });

  test('more expensive list: not requested more often', () => {
    fc.assert(
      fc.property(inputs(), fc.double({ min: 1, max: 100, noNaN: true }), (given, factor) => {
        const { volumes } = given.costs.lists;
        const before = plan({ ...given, owned: 0 });
        const lists = { ...given.costs.lists, volumes: volumes * factor };
        const after = plan({ ...given, owned: 0, costs: { ...given.costs, lists } });
        assert.ok(after.periods.volumes >= before.periods.volumes * (1 - 1e-9), `×${factor} for ${volumes}`);
      }),
    );
  });

  test('larger budget, GETs not worth it: nothing is requested less often', () => {
    fc.assert(
      fc.property(inputs(), fc.double({ min: 1, max: 10, noNaN: true }), (drawn, factor) => {
        const given = { ...drawn, owned: 0 };
        const before = plan(given).periods;
        const after = plan({ ...given, budget: given.budget * factor }).periods;
        for (const name of STREAMS)
          assert.ok(after[name] <= before[name] * (1 + 1e-9), `${name}: ${before[name]}, ${after[name]}`);
      }),
    );
  });

  test('connection per list: two lists a period; stream: more than one, because of resyncs', () => {
    assert.equal(streamLoad(1_000, 20_000), 0.1);
    assert.ok(streamLoad(1_000, 10_000) > 0.1, 'more than one list a period');
  });

  test('a sweep costs more than its share: it takes longer', () => {
    const given = input({ owned: 1_000 }, { sweep: 100 });
    const { sweep = 0 } = plan(given);
    assert.ok(Math.abs((1_000 * 100) / sweep - 0.05) < 1e-9, `${sweep} ms with nothing else to pay for`);
  });

  test('sweep switched off: its share goes to the others', () => {
    const costs = { ...volumesCost(4_000), sweep: 1_000 };
    const withoutSweep = plan(input({ sweepInterval: 0 }, costs));
    assert.equal(withoutSweep.sweep, undefined);
    const withSweep = plan(input({}, costs));
    assert.ok(withoutSweep.periods.volumes < withSweep.periods.volumes, 'lists are requested more often');
  });
});

describe('GETs of single volumes', () => {
  const table: [title: string, given: PlanInput, requested: boolean][] = [
    ['lists more than 30 s apart: on', input({}, { ...volumesCost(1_000), get: 1 }), true],
    ['GET never measured: on', input({}, volumesCost(1_000)), true],
    ['lists come often enough: off', input({}, { ...volumesCost(100), get: 1 }), false],
    [
      'a round costs as much as the lists it replaces: off',
      input({}, { ...volumesCost(1_000), get: 20 }),
      false,
    ],
    ['a round costs a little less: on', input({}, { ...volumesCost(1_000), get: 19.9 }), true],
    ['nothing owned: off', input({ owned: 0 }, volumesCost(1_000)), false],
  ];
  for (const [title, given, requested] of table) {
    test(title, () => assert.equal(plan(given).refresh !== undefined, requested));
  }

  test('any costs: only when lists alone would be over 30 s apart and more expensive', () => {
    fc.assert(
      fc.property(inputs(), (given) => {
        const { costs, owned } = given;
        const listsOnly = plan({ ...given, costs: { ...costs, get: Number.MAX_VALUE } }).periods.volumes;
        const requested = plan(given).refresh !== undefined;
        const worthIt = owned > 0 && owned * costs.get < 2 * costs.lists.volumes;
        assert.equal(requested, worthIt && listsOnly > MAX_AGE_MS);
      }),
      { numRuns: 500 },
    );
  });

  test('the budget allows it: a round in less than 30 s', () => {
    const { refresh = 0 } = plan(input({}, { ...volumesCost(4_000), get: 10, sweep: 23 }));
    assert.ok(refresh <= MAX_AGE_MS, `${refresh} ms`);
  });

  test('node that owns a fifth more than average: known volumes still at most 30 s old', () => {
    const costs = {
      lists: { volumes: 4_000, backups: 200, nodes: 1, backuptargets: 1, recurringjobs: 1 },
      sweep: 23,
      jobs: 1,
      get: 10,
    };
    const { refresh = 0 } = plan(input({ owned: 120 }, costs));
    assert.ok(refresh <= MAX_AGE_MS, `${refresh} ms for 120 of 1,000 volumes on 10 nodes`);
  });
});

test('longest silence limit that the settings allow: does not expire immediately', async () => {
  // Node.js fires a timer of over 2^31 ms after 1 ms.
  const costs = {
    lists: { volumes: 400_000, backups: 20_000, nodes: 1_000, backuptargets: 1, recurringjobs: 1 },
    sweep: 100,
    jobs: 1,
    get: 80,
  };
  const { periods } = plan(input({ budget: 0.001, owned: 3_000 }, costs));
  let fired = false;
  const cancel = systemClock().after(silenceLimit(60_000, periods.volumes), () => {
    fired = true;
  });
  await realTimeout(20);
  cancel();
  assert.equal(fired, false);
});
