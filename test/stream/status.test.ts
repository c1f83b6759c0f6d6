import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ERROR_REASONS } from '../../src/stream/policy.ts';
import {
  foldStream,
  isFresh,
  isLive,
  NEW_STREAM,
  type StreamEvent,
  type StreamStatus,
} from '../../src/stream/status.ts';

const at = (monotonic: number) => ({ monotonic, wall: 1_790_000_000_000 + monotonic });

const OPENED: StreamEvent = { type: 'opened' };
const RESYNC: StreamEvent = { type: 'resync' };
const LIST = { type: 'list', bytes: 100, folded: true, bad: 0, skipped: 0 } as const;
const BAD: StreamEvent = { type: 'bad_message', bytes: 7 };
const failed = (reason: (typeof ERROR_REASONS)[number]): StreamEvent => ({
  type: 'failed',
  reason,
  detail: 'in words',
});

/** Folds events a second apart, the first at 1 s. */
const after = (...events: StreamEvent[]): StreamStatus =>
  events.reduce((status, event, i) => foldStream(status, event, at(1_000 * (i + 1))), NEW_STREAM);

describe('foldStream', () => {
  test('no event: every count is 0, also for each reason, and no time is known', () => {
    assert.deepEqual(NEW_STREAM, {
      period: 0,
      connects: 0,
      resyncs: 0,
      messages: 0,
      receivedBytes: 0,
      errors: { connect: 0, closed: 0, silent: 0, bad_message: 0, too_large: 0 },
      lastListAt: undefined,
      lastFoldAt: undefined,
      listMs: undefined,
      costMs: 0,
      bad: 0,
      skipped: 0,
      refused: false,
      condition: 'starting',
    });
  });

  test('lists and bad messages: both counted, with their bytes', () => {
    const status = after(OPENED, LIST, BAD, LIST);
    assert.deepEqual([status.messages, status.receivedBytes, status.errors.bad_message], [3, 207, 1]);
  });

  test('bad message: the time of the last list stays', () => {
    assert.equal(after(OPENED, LIST, BAD).lastListAt, 2_000);
    assert.equal(after(OPENED, LIST, BAD, LIST).lastListAt, 4_000);
    assert.equal(after(OPENED, BAD).lastListAt, undefined);
  });

  test('lists with bad objects: the bad ones of the last list, the sum of the skipped ones', () => {
    const status = after({ ...LIST, bad: 3, skipped: 3 }, { ...LIST, bad: 3, skipped: 0 }, {
      ...LIST,
      bad: 1,
      skipped: 1,
    } as StreamEvent);
    assert.deepEqual([status.bad, status.skipped], [1, 4]);
  });

  test('failure: the number of bad objects in the last list stays', () => {
    assert.equal(after({ ...LIST, bad: 2, skipped: 2 }, failed('closed')).bad, 2);
  });

  test('resync: no error, condition stays', () => {
    const status = after(OPENED, LIST, RESYNC);
    assert.deepEqual(status.errors, NEW_STREAM.errors);
    assert.deepEqual([status.resyncs, status.condition], [1, 'live']);
  });

  for (const reason of ERROR_REASONS) {
    test(`failed with ${reason}: counted under that reason only, condition ${reason}`, () => {
      const status = after(OPENED, LIST, failed(reason));
      assert.deepEqual(status.errors, { ...NEW_STREAM.errors, [reason]: 1 });
      assert.equal(status.condition, reason);
    });
  }

  for (const [events, condition] of [
    [[], 'starting'],
    [[OPENED], 'starting'],
    [[failed('connect')], 'connect'],
    [[failed('connect'), OPENED], 'connect'],
    [[failed('connect'), OPENED, LIST], 'live'],
    [[OPENED, LIST, BAD], 'bad_message'],
    [[OPENED, LIST, BAD, LIST], 'live'],
    [[OPENED, LIST, failed('silent'), OPENED], 'silent'],
  ] as const) {
    test(`${events.map(({ type }) => type).join(', ') || 'no event'}: condition ${condition}`, () => {
      assert.equal(after(...events).condition, condition);
    });
  }

  test('any event: the given status is not modified', () => {
    const frozen = Object.freeze({ ...NEW_STREAM, errors: Object.freeze({ ...NEW_STREAM.errors }) });
    for (const event of [OPENED, LIST, BAD, RESYNC, failed('silent')]) foldStream(frozen, event, at(1));
    assert.deepEqual(frozen, NEW_STREAM);
  });
});

describe('isLive', () => {
  const SILENCE = 60_000;
  for (const [history, events, elapsed, live] of [
    ['no event', [], 0, false],
    ['only opened', [OPENED], 0, false],
    ['just after a list', [OPENED, LIST], 0, true],
    ['twice the silence limit after a list', [OPENED, LIST], 2 * SILENCE, true],
    ['a millisecond more than twice the silence limit after a list', [OPENED, LIST], 2 * SILENCE + 1, false],
    ['list, resync', [OPENED, LIST, RESYNC], SILENCE, true],
    ['list, resync, opened', [OPENED, LIST, RESYNC, OPENED], SILENCE, true],
    ['list, failed connect', [OPENED, LIST, failed('connect')], 0, false],
    ['list, failed connect, opened', [OPENED, LIST, failed('connect'), OPENED], 0, false],
    ['list, failed connect, opened, bad message', [LIST, failed('connect'), OPENED, BAD], 0, false],
    ['list, failed connect, opened, list', [LIST, failed('connect'), OPENED, LIST], 0, true],
    ['list, closed by the manager', [OPENED, LIST, failed('closed')], 0, true],
    ['list, silent', [OPENED, LIST, failed('silent')], SILENCE, true],
    ['list, message too large', [OPENED, LIST, failed('too_large')], 0, true],
    ['list, bad message', [OPENED, LIST, BAD], 0, true],
    ['list, failed connect, closed', [LIST, failed('connect'), failed('closed')], 0, false],
  ] as const) {
    test(`${history}: ${live}`, () => {
      const status = after(...events);
      assert.equal(isLive(status, SILENCE, at((status.lastListAt ?? 0) + elapsed)), live);
    });
  }
});

describe('isFresh', () => {
  for (const [age, fresh] of [
    [0, true],
    [300_000, true],
    [300_001, false],
  ] as const) {
    test(`list ${age} ms old, limit 300000 ms, with or without a failed connect: ${fresh}`, () => {
      for (const status of [after(LIST), after(LIST, failed('connect'))]) {
        assert.equal(isFresh(status, 300_000, at(1_000 + age)), fresh);
      }
    });
  }

  test('no list yet, any limit: false', () => {
    assert.equal(isFresh(NEW_STREAM, Number.POSITIVE_INFINITY, at(0)), false);
  });

  test('wall clock at 0: no effect', () => {
    assert.equal(isFresh(after(LIST), 10, { monotonic: 1_005, wall: 0 }), true);
  });
});

describe('costMs', () => {
  const measured = (costMs: number, listMs = costMs): StreamEvent => ({
    type: 'measured',
    listMs,
    costMs,
    resized: false,
  });
  const table: [outcome: string, costs: number[], expected: number][] = [
    ['the first one as measured', [900], 900],
    ['moved by a third of the difference', [900, 1_800], 1_200],
    ['little change by one slow list', [900, 9_000, 900, 900], 2_100],
    ['close to the new cost after a few lists', [900, 90, 90, 90, 90, 90], 196.66],
    ['the first one above 0', [0, 0, 600], 600],
  ];
  for (const [outcome, costs, expected] of table) {
    test(`costs of ${costs.join(', ')} ms: ${outcome}`, () => {
      const { costMs } = after(...costs.map((cost) => measured(cost)));
      assert.ok(Math.abs(costMs - expected) < 0.01, `${costMs} ms`);
    });
  }

  test('time before the WebSocket was open: in listMs, not in costMs', () => {
    const { costMs, listMs } = after(measured(900, 1_000), measured(900, 4_000));
    assert.deepEqual([costMs, listMs], [900, 4_000]);
  });
});

describe('Limits that depend on the period', () => {
  test('period of 10 minutes: live for 12 periods, fresh for 3, instead of the settings', () => {
    const status = { ...after(LIST), period: 600_000 };
    const afterList = (ms: number) => at(1_000 + ms);
    assert.deepEqual(
      [isLive(status, 60_000, afterList(7_200_000)), isLive(status, 60_000, afterList(7_200_001))],
      [true, false],
    );
    assert.deepEqual(
      [isFresh(status, 300_000, afterList(1_800_000)), isFresh(status, 300_000, afterList(1_800_001))],
      [true, false],
    );
  });
});
