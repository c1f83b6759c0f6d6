import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  afterConnection,
  backoff,
  differsByAThird,
  type Ending,
  ERROR_REASONS,
  type History,
  NO_HISTORY,
  type Outcome,
  silenceLimit,
  staleLimit,
  timeoutsFor,
} from '../../src/stream/policy.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failureCounts = () => fc.oneof(fc.nat(40), fc.nat());

/** An outcome as the connection would report it. */
const outcome = (ending: Ending, rest: Partial<Outcome> = {}): Outcome => ({
  ending,
  detail: '',
  lists: 0,
  opened: ending !== 'connect',
  ...rest,
});

/** A random function that gives the longest wait. */
const ALMOST_ONE = () => 1 - Number.EPSILON;

test('the silence limit is the setting, or six periods when that is longer', () => {
  const table: [setting: number, period: number, limit: number][] = [
    [60 * SECOND, 5 * SECOND, 60 * SECOND],
    [60 * SECOND, 10 * SECOND, 60 * SECOND],
    [60 * SECOND, 15 * SECOND, 90 * SECOND],
    [100, 100, 600],
    [100, 5 * SECOND, 30 * SECOND],
    [5 * MINUTE, 15 * SECOND, 5 * MINUTE],
  ];
  for (const [setting, period, limit] of table)
    assert.equal(silenceLimit(setting, period), limit, `${setting} ms at a period of ${period}`);
});

test('a list is stale after the setting, or three periods when that is longer', () => {
  const limits = [5, 100, 101, 3_600].map((period) => staleLimit(300 * SECOND, period * SECOND) / SECOND);
  assert.deepEqual(limits, [300, 300, 303, 10_800]);
});

test('two values differ by a third when the larger is over four thirds of the smaller', () => {
  const table: [from: number, to: number, differs: boolean][] = [
    [6, 6, false],
    [6, 8, false],
    [6, 8.01, true],
    [6, 4.5, false],
    [6, 4.49, true],
    [0, 1, true],
  ];
  for (const [from, to, differs] of table)
    assert.equal(differsByAThird(from, to), differs, `from ${from} to ${to}`);
});

describe('the time for the first list, missed repeatedly', () => {
  for (const [input, latencyMs, seconds] of [
    ['no list was timed yet', 0, [60, 120, 240, 480, 600, 600]],
    ['lists are quick', 14_999, [60, 120, 240, 480, 600, 600]],
    ['a list takes 15 s', 15_000, [60, 120, 240, 480, 600, 600]],
    ['a list takes 30 s', 30_000, [120, 240, 480, 600, 600]],
    ['a list takes just below 150 s', 149_000, [596, 600, 600]],
    ['four lists take over 10 minutes: doubling adds nothing', 200_000, [800, 800, 800]],
  ] as const) {
    test(`${input}: ${seconds.join(', ')} s`, () => {
      const times = seconds.map((_, missed) => timeoutsFor(MINUTE, latencyMs, missed).firstList / SECOND);
      assert.deepEqual(times, seconds);
    });
  }

  test('any latency and number of misses: at least a minute and four lists, growing with the misses, limited', () => {
    fc.assert(
      fc.property(fc.nat(3_600_000), fc.nat(10_000), (latencyMs, missed) => {
        const { firstList, silence } = timeoutsFor(90_000, latencyMs, missed);
        assert.equal(silence, 90_000);
        assert.ok(firstList >= Math.max(MINUTE, 4 * latencyMs), `${firstList} is too short`);
        assert.ok(firstList <= Math.max(10 * MINUTE, 4 * latencyMs), `${firstList} is too long`);
        const next = timeoutsFor(90_000, latencyMs, missed + 1).firstList;
        assert.ok(next >= firstList, `${next} after ${firstList}`);
      }),
    );
  });
});

describe('backoff', () => {
  test('random number 1: 1, 2, 4, 8, 16, 30, 30 s', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 100, 5_000].map((failures) => backoff(failures, () => 1) / SECOND);
    assert.deepEqual(longest, [1, 2, 4, 8, 16, 30, 30, 30, 30]);
  });

  test('any number of failures: between 0 and 30 s, in proportion to the random number', () => {
    fc.assert(
      fc.property(failureCounts(), random(), (failures, drawn) => {
        const wait = backoff(failures, () => drawn);
        assert.ok(wait >= 0 && wait <= Math.min(30 * SECOND, SECOND * 2 ** failures), `${wait} ms`);
        assert.equal(wait, drawn * backoff(failures, () => 1));
      }),
    );
  });
});

describe('after a connection', () => {
  const before: History = {
    failures: 7,
    silentStarts: 3,
    tooLarge: 2,
    firstList: { bytes: 10, latencyMs: 20 },
  };

  /** The counts after a connection that ended like this, starting from `before`. */
  const table: [
    input: string,
    ended: Outcome,
    expected: Pick<History, 'failures' | 'silentStarts' | 'tooLarge'>,
  ][] = [
    ['refused', outcome('connect'), { failures: 8, silentStarts: 3, tooLarge: 2 }],
    ['closed before a list', outcome('closed'), { failures: 8, silentStarts: 3, tooLarge: 2 }],
    ['silent before a list', outcome('silent'), { failures: 8, silentStarts: 4, tooLarge: 2 }],
    ['a first list that is too large', outcome('too_large'), { failures: 8, silentStarts: 3, tooLarge: 3 }],
    [
      'one list, then closed, as by a crashing manager',
      outcome('closed', { lists: 1 }),
      { failures: 8, silentStarts: 0, tooLarge: 2 },
    ],
    [
      'one list, then one too large',
      outcome('too_large', { lists: 1 }),
      { failures: 8, silentStarts: 0, tooLarge: 3 },
    ],
    [
      'two lists, then closed',
      outcome('closed', { lists: 2 }),
      { failures: 1, silentStarts: 0, tooLarge: 0 },
    ],
    [
      'two lists, then silent',
      outcome('silent', { lists: 2 }),
      { failures: 1, silentStarts: 0, tooLarge: 0 },
    ],
    ['one list, then silent', outcome('silent', { lists: 1 }), { failures: 1, silentStarts: 0, tooLarge: 0 }],
    [
      'many lists, then one too large',
      outcome('too_large', { lists: 50 }),
      { failures: 1, silentStarts: 0, tooLarge: 1 },
    ],
    [
      'one list, then a resync',
      outcome('resync', { lists: 1 }),
      { failures: 0, silentStarts: 0, tooLarge: 0 },
    ],
    ['one list, then done', outcome('done', { lists: 1 }), { failures: 0, silentStarts: 0, tooLarge: 0 }],
  ];
  for (const [input, ended, expected] of table) {
    test(`${input}: ${Object.entries(expected).join(' ').replaceAll(',', ' ')}`, () => {
      const { history } = afterConnection(before, ended, ALMOST_ONE);
      assert.deepEqual(history, { ...expected, firstList: before.firstList });
    });
  }

  test('firstList: from this connection, or from an earlier one if this one had no list', () => {
    const firstList = { bytes: 1, latencyMs: 2 };
    const after = (ended: Outcome) => afterConnection(before, ended, ALMOST_ONE).history.firstList;
    assert.equal(after(outcome('closed', { lists: 1, firstList })), firstList);
    assert.equal(after(outcome('closed')), before.firstList);
  });

  test('resync or done: no wait', () => {
    for (const ending of ['resync', 'done'] as const)
      assert.equal(afterConnection(before, outcome(ending, { lists: 3 }), ALMOST_ONE).waitMs, 0);
  });

  test('refused repeatedly: 1, 2, 4, 8, 16, 30, 30 s at most', () => {
    assert.deepEqual(longestWaits(Array(7).fill(outcome('connect'))), [1, 2, 4, 8, 16, 30, 30]);
  });

  test('too large repeatedly: the backoff once, then 30 s doubling to five minutes', () => {
    assert.deepEqual(longestWaits(Array(7).fill(outcome('too_large'))), [1, 30, 60, 120, 240, 300, 300]);
  });

  test('too large between lists: the backoff each time', () => {
    const working = outcome('closed', { lists: 2 });
    const corrupt = outcome('too_large', { lists: 2 });
    assert.deepEqual(longestWaits([corrupt, working, corrupt, working]), [1, 1, 1, 1]);
  });

  test('any connections: each wait within its limits, all counts safe integers', () => {
    const endings = fc.constantFrom<Ending>(
      'resync',
      'done',
      ...ERROR_REASONS.filter((reason) => reason !== 'bad_message'),
    );
    const outcomes = fc.record({ ending: endings, lists: fc.nat(3), opened: fc.boolean() });
    fc.assert(
      fc.property(fc.array(outcomes, { maxLength: 60 }), random(), (ended, drawn) => {
        let history = NO_HISTORY;
        for (const each of ended) {
          const next = afterConnection(history, each, () => drawn);
          history = next.history;
          const most = { resync: 0, done: 0, too_large: 5 * MINUTE }[each.ending as string] ?? 30 * SECOND;
          assert.ok(next.waitMs >= 0 && next.waitMs <= most, `${next.waitMs} ms after ${each.ending}`);
          const { failures, silentStarts, tooLarge } = history;
          assert.ok([failures, silentStarts, tooLarge].every(Number.isSafeInteger), JSON.stringify(history));
        }
      }),
    );
  });
});

/** The longest possible wait after each of these consecutive connections, in seconds. */
function longestWaits(ended: readonly Outcome[]): number[] {
  let history = NO_HISTORY;
  return ended.map((each) => {
    const next = afterConnection(history, each, ALMOST_ONE);
    history = next.history;
    return Math.round(next.waitMs / SECOND);
  });
}
