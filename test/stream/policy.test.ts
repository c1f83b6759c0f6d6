import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  afterConnection,
  backoff,
  type Ending,
  ERROR_REASONS,
  FRESH,
  type Outcome,
  patience,
  type Retry,
  silenceLimit,
} from '../../src/stream/policy.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const random = () => fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempts = () => fc.oneof(fc.nat(40), fc.nat());

/** An outcome as the connection would report it. */
const outcome = (ending: Ending, rest: Partial<Outcome> = {}): Outcome => ({
  ending,
  detail: '',
  lists: 0,
  opened: ending !== 'connect',
  ...rest,
});

/** The greatest wait that an attempt can draw. */
const ALMOST_ONE = () => 1 - Number.EPSILON;

describe('silenceLimit', () => {
  for (const [configured, period, expected] of [
    [60 * SECOND, 5 * SECOND, 60 * SECOND],
    [60 * SECOND, 10 * SECOND, 60 * SECOND],
    [60 * SECOND, 15 * SECOND, 90 * SECOND],
    [100, 100, 600],
    [100, 5 * SECOND, 30 * SECOND],
    [5 * MINUTE, 15 * SECOND, 5 * MINUTE],
  ] as const) {
    test(`is ${expected} ms for a setting of ${configured} and a period of ${period}`, () => {
      assert.equal(silenceLimit(configured, period), expected);
    });
  }
});

describe('patience', () => {
  for (const [why, lastList, seconds] of [
    ['no list was ever timed', 0, [60, 120, 240, 480, 600, 600]],
    ['lists are quick', 14_999, [60, 120, 240, 480, 600, 600]],
    ['a list takes 15 s', 15_000, [60, 120, 240, 480, 600, 600]],
    ['a list takes 30 s', 30_000, [120, 240, 480, 600, 600]],
    ['a list takes just below 150 s', 149_000, [596, 600, 600]],
    ['four lists take over 10 minutes: doubling adds nothing then', 200_000, [800, 800, 800]],
  ] as const) {
    test(`gives the first list ${seconds.join(', ')} s as it fails again and again when ${why}`, () => {
      const given = seconds.map((_, failures) => patience(MINUTE, lastList, failures).firstMessage / SECOND);
      assert.deepEqual(given, seconds);
    });
  }

  test('is never shorter after a failure, never below a minute or four lists, and finite', () => {
    fc.assert(
      fc.property(fc.nat(3_600_000), fc.nat(10_000), (lastList, failures) => {
        const { firstMessage } = patience(MINUTE, lastList, failures);
        assert.ok(firstMessage >= Math.max(MINUTE, 4 * lastList), `${firstMessage} is too short`);
        assert.ok(firstMessage <= Math.max(10 * MINUTE, 4 * lastList), `${firstMessage} is too long`);
        const next = patience(MINUTE, lastList, failures + 1).firstMessage;
        assert.ok(next >= firstMessage, `${next} follows ${firstMessage}`);
      }),
    );
  });

  test('hands the silence limit through', () => {
    assert.equal(patience(90_000, 0, 3).silence, 90_000);
  });
});

describe('backoff', () => {
  test('lies between nothing and the exponential bound, at most 30 s', () => {
    fc.assert(
      fc.property(attempts(), random(), (attempt, drawn) => {
        const wait = backoff(attempt, () => drawn);
        assert.ok(wait >= 0 && wait <= Math.min(30 * SECOND, SECOND * 2 ** attempt), `${wait} ms`);
      }),
    );
  });

  test('is full jitter: the wait is the drawn share of the bound', () => {
    fc.assert(
      fc.property(attempts(), random(), (attempt, drawn) => {
        assert.equal(
          backoff(attempt, () => drawn),
          drawn * backoff(attempt, () => 1),
        );
      }),
    );
  });

  test('doubles its bound from one second up to 30 s and stays there', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 100, 5_000].map((attempt) => backoff(attempt, () => 1) / SECOND);
    assert.deepEqual(bounds, [1, 2, 4, 8, 16, 30, 30, 30, 30]);
  });
});

describe('afterConnection', () => {
  const tired: Retry = { attempt: 7, silentStarts: 3 };

  for (const [why, ended, attempt] of [
    ['no connection', outcome('connect'), 8],
    ['a connection that closed before a list', outcome('closed'), 8],
    ['silence before a list', outcome('silent'), 8],
    ['one list and then a close: a crashing manager sends one too', outcome('closed', { lists: 1 }), 8],
    ['one list and then one too large', outcome('too_large', { lists: 1 }), 8],
    ['one list followed by another', outcome('closed', { lists: 2 }), 1],
    ['two lists and then silence', outcome('silent', { lists: 2 }), 1],
    ['one list followed by the silence limit without a ping', outcome('silent', { lists: 1 }), 1],
    ['one list followed by the silence limit with pings', outcome('resync', { lists: 1 }), 0],
    ['many lists and then one too large', outcome('too_large', { lists: 50 }), 1],
  ] as const) {
    test(`leaves attempt ${attempt} of a stream at attempt 7 after ${why}`, () => {
      assert.equal(afterConnection(tired, ended, ALMOST_ONE).retry.attempt, attempt);
    });
  }

  for (const [why, ended, silentStarts] of [
    ['silence before the first list', outcome('silent'), 4],
    ['a refused connection', outcome('connect'), 3],
    ['a close before the first list', outcome('closed'), 3],
    ['a first list that is too large', outcome('too_large'), 3],
    ['a list and silence', outcome('silent', { lists: 1 }), 0],
    ['a list and a close', outcome('closed', { lists: 1 }), 0],
    ['a resync', outcome('resync', { lists: 1 }), 0],
  ] as const) {
    test(`counts ${silentStarts} silent starts of a stream that had three after ${why}`, () => {
      assert.equal(afterConnection(tired, ended, ALMOST_ONE).retry.silentStarts, silentStarts);
    });
  }

  test('does not wait before a resync', () => {
    const ended = outcome('resync', { lists: 3 });
    assert.deepEqual(afterConnection(tired, ended, ALMOST_ONE), {
      wait: 0,
      retry: { attempt: 0, silentStarts: 0 },
    });
  });

  test('waits five minutes after a message that was too large, whatever is drawn', () => {
    for (const draw of [() => 0, ALMOST_ONE]) {
      for (const lists of [0, 1, 9]) {
        assert.equal(afterConnection(tired, outcome('too_large', { lists }), draw).wait, 5 * MINUTE);
      }
    }
  });

  test('draws the first failure of a flowing stream from one second, however many failed before', () => {
    const ended = outcome('closed', { lists: 2 });
    const { wait } = afterConnection({ attempt: 99, silentStarts: 0 }, ended, ALMOST_ONE);
    assert.equal(Math.ceil(wait), SECOND);
  });

  test('draws the failures of a fresh stream from 1, 2, 4, 8, 16, 30, 30 s', () => {
    let retry = FRESH;
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      const next = afterConnection(retry, outcome('connect'), () => 0.5);
      retry = next.retry;
      return (2 * next.wait) / SECOND;
    });
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 30, 30]);
  });

  test('never waits a negative, infinite or longer time than its rule for any history', () => {
    const endings = fc.constantFrom<Ending>(
      'resync',
      ...ERROR_REASONS.filter((reason) => reason !== 'bad_message'),
    );
    const outcomes = fc.record({
      ending: endings,
      lists: fc.nat(3),
      opened: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(outcomes, { maxLength: 60 }), random(), (history, drawn) => {
        let retry = FRESH;
        for (const ended of history) {
          const next = afterConnection(retry, ended, () => drawn);
          retry = next.retry;
          const most = { resync: 0, too_large: 5 * MINUTE }[ended.ending as string] ?? 30 * SECOND;
          assert.ok(next.wait >= 0 && next.wait <= most, `${next.wait} ms after ${ended.ending}`);
          assert.ok(Object.values(retry).every(Number.isSafeInteger), JSON.stringify(retry));
        }
      }),
    );
  });
});
