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

/** Folds events that come a second apart, the first at 1 s. */
const after = (...events: StreamEvent[]): StreamStatus =>
  events.reduce((status, event, i) => foldStream(status, event, at(1_000 * (i + 1))), NEW_STREAM);

describe('foldStream', () => {
  test('starts with every count at zero, each reason included, and no time known', () => {
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

  test('counts messages and bytes, good and bad', () => {
    const status = after(OPENED, LIST, BAD, LIST);
    assert.deepEqual([status.messages, status.receivedBytes, status.errors.bad_message], [3, 207, 1]);
  });

  test('keeps the time of the last whole list; a bad message does not change it', () => {
    assert.equal(after(OPENED, LIST, BAD).lastListAt, 2_000);
    assert.equal(after(OPENED, LIST, BAD, LIST).lastListAt, 4_000);
    assert.equal(after(OPENED, BAD).lastListAt, undefined);
  });

  test('replaces the number of bad objects and adds up the skipped ones', () => {
    const status = after({ ...LIST, bad: 3, skipped: 3 }, { ...LIST, bad: 3, skipped: 0 }, {
      ...LIST,
      bad: 1,
      skipped: 1,
    } as StreamEvent);
    assert.deepEqual([status.bad, status.skipped], [1, 4]);
  });

  test('keeps the bad objects of the last list while the stream fails', () => {
    assert.equal(after({ ...LIST, bad: 2, skipped: 2 }, failed('closed')).bad, 2);
  });

  test('counts a resync as no error and leaves the condition alone', () => {
    const status = after(OPENED, LIST, RESYNC);
    assert.deepEqual(status.errors, NEW_STREAM.errors);
    assert.deepEqual([status.resyncs, status.condition], [1, 'live']);
  });

  for (const reason of ERROR_REASONS) {
    test(`counts ${reason} under its own reason only and names it as the condition`, () => {
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
    test(`is in the condition ${condition} after ${events.map((e) => e.type).join(', ') || 'nothing'}`, () => {
      assert.equal(after(...events).condition, condition);
    });
  }

  test('never changes a status it was given', () => {
    const frozen = Object.freeze({ ...NEW_STREAM, errors: Object.freeze({ ...NEW_STREAM.errors }) });
    for (const event of [OPENED, LIST, BAD, RESYNC, failed('silent')]) foldStream(frozen, event, at(1));
    assert.deepEqual(frozen, NEW_STREAM);
  });
});

describe('isLive', () => {
  const SILENCE = 60_000;
  for (const [why, events, elapsed, live] of [
    ['before any event', [], 0, false],
    ['when only opened', [OPENED], 0, false],
    ['at the list', [OPENED, LIST], 0, true],
    ['at twice the silence limit', [OPENED, LIST], 2 * SILENCE, true],
    ['a millisecond later', [OPENED, LIST], 2 * SILENCE + 1, false],
    ['between connections of our own choice', [OPENED, LIST, RESYNC], SILENCE, true],
    ['while a fresh list is fetched', [OPENED, LIST, RESYNC, OPENED], SILENCE, true],
    ['after a failed connect', [OPENED, LIST, failed('connect')], 0, false],
    ['after a failed connect and an opened connection', [OPENED, LIST, failed('connect'), OPENED], 0, false],
    ['after a failed connect, then a garbled message', [LIST, failed('connect'), OPENED, BAD], 0, false],
    ['after a failed connect and then a list', [LIST, failed('connect'), OPENED, LIST], 0, true],
    ['after a close by the manager', [OPENED, LIST, failed('closed')], 0, true],
    ['after silence', [OPENED, LIST, failed('silent')], SILENCE, true],
    ['after a message that was too large', [OPENED, LIST, failed('too_large')], 0, true],
    ['after garbage', [OPENED, LIST, BAD], 0, true],
    [
      'when a refused connect is followed by another failure',
      [LIST, failed('connect'), failed('closed')],
      0,
      false,
    ],
  ] as const) {
    test(`is ${live} ${why}`, () => {
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
    test(`is ${fresh} for a list of ${age} ms and a limit of 300000, failed connects or not`, () => {
      for (const status of [after(LIST), after(LIST, failed('connect'))]) {
        assert.equal(isFresh(status, 300_000, at(1_000 + age)), fresh);
      }
    });
  }

  test('is false before the first list, at any limit', () => {
    assert.equal(isFresh(NEW_STREAM, Number.POSITIVE_INFINITY, at(0)), false);
  });

  test('does not look at the wall clock', () => {
    assert.equal(isFresh(after(LIST), 10, { monotonic: 1_005, wall: 0 }), true);
  });
});

describe('The cost of a list', () => {
  const measured = (costMs: number, listMs = costMs): StreamEvent => ({
    type: 'measured',
    listMs,
    costMs,
    resized: false,
  });
  const table: [why: string, costs: number[], expected: number][] = [
    ['is the first one as it was measured', [900], 900],
    ['moves by a third of the difference', [900, 1_800], 1_200],
    ['changes little after one slow list', [900, 9_000, 900, 900], 2_100],
    ['approaches the new cost within a few lists', [900, 90, 90, 90, 90, 90], 196.66],
    ['is the first one above 0', [0, 0, 600], 600],
  ];
  for (const [why, costs, expected] of table) {
    test(`${why}: ${costs.join(', ')} ms`, () => {
      const { costMs } = after(...costs.map((cost) => measured(cost)));
      assert.ok(Math.abs(costMs - expected) < 0.01, `${costMs} ms`);
    });
  }

  test('leaves out the time before the WebSocket was open; the last time is shown with it', () => {
    const { costMs, listMs } = after(measured(900, 1_000), measured(900, 4_000));
    assert.deepEqual([costMs, listMs], [900, 4_000]);
  });
});

describe('The limits that follow the period', () => {
  test('are 12 periods for being live and 3 for being fresh, once these are longer than the settings', () => {
    const status = { ...after(LIST), period: 600_000 };
    const at1 = (ms: number) => at(1_000 + ms);
    assert.deepEqual(
      [isLive(status, 60_000, at1(7_200_000)), isLive(status, 60_000, at1(7_200_001))],
      [true, false],
    );
    assert.deepEqual(
      [isFresh(status, 300_000, at1(1_800_000)), isFresh(status, 300_000, at1(1_800_001))],
      [true, false],
    );
  });
});
