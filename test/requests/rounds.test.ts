import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { visitInRounds } from '../../src/requests/rounds.ts';
import { manualClock } from '../support/clock.ts';

interface World {
  names: readonly string[];
  interval: number | undefined;
  /** How long a visit takes. */
  visitMs: (name: string) => number;
  fails: (name: string) => boolean;
}

/** Makes rounds on a clock that stands still; visits and ends of rounds are kept with their moments. */
function start(t: TestContext, given: Partial<World> = {}) {
  const clock = manualClock({ monotonic: 0, wall: 1_790_000_000_000 });
  const stopping = new AbortController();
  const world: World = { names: ['a'], interval: 10_000, visitMs: () => 0, fails: () => false, ...given };
  const visits: [name: string, at: number][] = [];
  const rounds: number[] = [];
  const ended = visitInRounds(
    {
      names: () => world.names,
      interval: () => world.interval,
      visit: (name) =>
        new Promise((resolve) => {
          visits.push([name, clock.now().monotonic]);
          const ms = world.visitMs(name);
          if (ms === 0) resolve(!world.fails(name));
          else clock.after(ms, () => resolve(!world.fails(name)));
        }),
      ended: (tookMs) => void rounds.push(tookMs),
    },
    clock,
    stopping.signal,
  );
  t.after(async () => {
    stopping.abort();
    clock.advance(1e9);
    await ended;
  });
  return {
    clock,
    stopping,
    world,
    visits,
    rounds,
    ended,
    /** Lives on until this moment, from one timer to the next. */
    async until(end: number) {
      await turn();
      for (;;) {
        const [next = Number.POSITIVE_INFINITY] = clock.timers;
        const left = end - clock.now().monotonic;
        clock.advance(Math.min(next, left));
        await turn();
        if (next > left) return;
      }
    },
    listeners: () => getEventListeners(stopping.signal, 'abort').length,
  };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);

describe('Rounds', () => {
  test('are spread evenly, and follow each other without a gap', async (t) => {
    const run = start(t, { names: ['a', 'b', 'c', 'd'] });
    await run.until(21_000);
    const expected = [0, 2_500, 5_000, 7_500, 10_000, 12_500, 15_000, 17_500, 20_000];
    assert.deepEqual(
      run.visits,
      expected.map((at, i) => [['a', 'b', 'c', 'd'][i % 4], at]),
    );
    assert.deepEqual(run.rounds, [10_000, 10_000]);
  });

  test('keep their pace while visits take time', async (t) => {
    const run = start(t, { names: names(10), visitMs: () => 900 });
    await run.until(10_500);
    assert.deepEqual(run.rounds, [10_000]);
  });

  test('are put off by a slow visit, and do not catch up in a burst', async (t) => {
    const run = start(t, { names: names(10), visitMs: (name) => (name === 'v2' ? 4_500 : 0) });
    await run.until(20_000);
    const moments = run.visits.map(([, at]) => at);
    assert.deepEqual(moments.slice(0, 5), [0, 1_000, 2_000, 6_500, 7_500]);
    assert.equal(run.rounds[0], 13_500);
  });

  test('never have two visits at once, however slow they are', async (t) => {
    const run = start(t, { names: names(10), visitMs: () => 3_000 });
    await run.until(30_500);
    const moments = run.visits.map(([, at]) => at);
    assert.deepEqual(moments.slice(0, 4), [0, 3_000, 6_000, 9_000]);
    assert.deepEqual(run.rounds, [30_000]);
  });

  test('leave five seconds after a visit that failed: a manager that is away is not hammered', async (t) => {
    const run = start(t, { names: names(10), fails: (name) => name === 'v1' });
    await run.until(9_000);
    assert.deepEqual(
      run.visits.map(([, at]) => at),
      [0, 1_000, 6_000, 7_000, 8_000, 9_000],
    );
  });

  test('take new names only at their start', async (t) => {
    const run = start(t, { names: ['a', 'b'] });
    await run.until(1_000);
    run.world.names = ['c'];
    await run.until(12_000);
    assert.deepEqual(run.visits, [
      ['a', 0],
      ['b', 5_000],
      ['c', 10_000],
    ]);
  });

  test('follow an interval that changes on the way', async (t) => {
    const run = start(t, { names: names(4), interval: 4_000 });
    await run.until(1_500);
    run.world.interval = 40_000;
    await run.until(30_000);
    assert.deepEqual(
      run.visits.map(([, at]) => at),
      [0, 1_000, 2_000, 12_000, 22_000],
    );
  });

  test('do not rush through what is left when there is nothing to do any more', async (t) => {
    const run = start(t, { names: names(100), interval: 10_000 });
    await run.until(1_050);
    const before = run.visits.length;
    run.world.interval = undefined;
    await run.until(1_500);
    assert.ok(run.visits.length <= before + 5, `${run.visits.length - before} visits within half a second`);
  });

  for (const [why, world] of [
    ['there is no interval', { interval: undefined }],
    ['there are no names', { names: [] }],
  ] as const) {
    test(`wait while ${why}, and begin within a second of a change`, async (t) => {
      const run = start(t);
      Object.assign(run.world, { names: ['a'], ...world });
      // The first round has begun already; the state of the world counts from the second on.
      await run.until(30_000);
      assert.ok(run.visits.length <= 1, `${run.visits.length} visits`);
      const { length } = run.visits;
      assert.ok(run.clock.timers.length === 1 && Number(run.clock.timers[0]) <= 1_000, 'looks every second');
      Object.assign(run.world, { names: ['b'], interval: 5_000 });
      await run.until(31_100);
      assert.equal(run.visits.length, length + 1);
    });
  }

  test('over nothing are no rounds that ended', async (t) => {
    const run = start(t, { names: [] });
    await run.until(100_000);
    assert.deepEqual(run.rounds, []);
  });

  test('of one name take the whole interval', async (t) => {
    const run = start(t, { names: ['a'], interval: 300_000 });
    await run.until(600_001);
    assert.deepEqual(
      run.visits.map(([, at]) => at),
      [0, 300_000, 600_000],
    );
  });
});

describe('Stopping', () => {
  for (const [stage, world, at] of [
    ['between two visits', { names: ['a', 'b'] }, 1_000],
    ['while nothing is to be done', { names: [] }, 1_500],
    ['at the very start', {}, 0],
  ] as const) {
    test(`${stage} ends the rounds at once and leaves nothing`, async (t) => {
      const run = start(t, world);
      await run.until(at);
      const { length } = run.visits;
      run.stopping.abort();
      await run.ended;
      assert.deepEqual([run.clock.timers, run.listeners(), run.visits.length], [[], 0, length]);
    });
  }

  test('during a visit ends the rounds with it', async (t) => {
    const run = start(t, { names: ['a', 'b'], visitMs: () => 3_000 });
    await run.until(1_000);
    run.stopping.abort();
    run.clock.advance(2_000);
    await run.ended;
    assert.deepEqual([run.clock.timers, run.listeners(), run.visits], [[], 0, [['a', 0]]]);
  });

  test('before they began visits nobody', async () => {
    const clock = manualClock();
    const never = () => assert.fail('visited');
    await visitInRounds(
      { names: () => ['a'], interval: () => 1_000, visit: never, ended: never },
      clock,
      AbortSignal.abort(),
    );
    assert.deepEqual(clock.timers, []);
  });
});
