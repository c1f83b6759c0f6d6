import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldRequest, NO_REQUESTS, type RequestEvent } from '../../src/requests/status.ts';

const at = (monotonic: number) => ({ monotonic, wall: 1_790_000_000_000 + monotonic });
const succeeded = (tookMs: number): RequestEvent => ({ type: 'succeeded', tookMs });
const FAILED: RequestEvent = { type: 'failed', detail: 'in words', tookMs: 0 };

/** Folds events that come a second apart, the first at 1 s. */
const after = (...events: RequestEvent[]) =>
  events.reduce((status, event, i) => foldRequest(status, event, at(1_000 * (i + 1))), NO_REQUESTS.sweep);

describe('foldRequest', () => {
  test('no requests yet: zeros and undefined', () => {
    assert.deepEqual(NO_REQUESTS.sweep, NO_REQUESTS.refresh);
    const { costMs, errors, failing, roundEndedAt, roundMs } = NO_REQUESTS.sweep;
    assert.deepEqual([costMs, errors, failing, roundEndedAt, roundMs], [0, 0, false, undefined, undefined]);
  });

  test('cost: the first as measured, each later one weighted by a third', () => {
    assert.equal(after(succeeded(30)).costMs, 30);
    assert.equal(after(succeeded(30), succeeded(60)).costMs, 40);
    assert.equal(after(succeeded(30), succeeded(60), succeeded(10)).costMs, 30);
  });

  test('failures: each counted, and failing until a round without one', () => {
    const ROUND: RequestEvent = { type: 'round', tookMs: 5 };
    const table: [events: RequestEvent[], errors: number, failing: boolean][] = [
      [[FAILED], 1, true],
      [[FAILED, FAILED], 2, true],
      [[FAILED, succeeded(1)], 1, true],
      [[FAILED, succeeded(1), ROUND], 1, true],
      [[FAILED, ROUND, succeeded(1), ROUND], 1, false],
      [[FAILED, ROUND, FAILED, ROUND], 2, true],
      [[FAILED, ROUND, ROUND, FAILED], 2, true],
      [[succeeded(1), ROUND], 0, false],
    ];
    for (const [events, errors, failing] of table) {
      const status = after(...events);
      assert.deepEqual([status.errors, status.failing], [errors, failing]);
    }
  });

  test('round: its end and duration kept', () => {
    const status = after(succeeded(1), { type: 'round', tookMs: 300_000 }, FAILED);
    assert.deepEqual([status.roundEndedAt, status.roundMs], [2_000, 300_000]);
  });

  test('given status: not modified', () => {
    const frozen = Object.freeze({ ...NO_REQUESTS.sweep });
    for (const event of [FAILED, succeeded(5), { type: 'round', tookMs: 5 } as const])
      foldRequest(frozen, event, at(1));
    assert.deepEqual(frozen, NO_REQUESTS.sweep);
  });
});
