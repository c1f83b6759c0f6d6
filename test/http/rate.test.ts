import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRateLimit } from '../../src/http/rate.ts';
import { manualClock } from '../support/clock.ts';

test('so many requests may come at once, then so many a second, and never more than that at once', () => {
  const clock = manualClock();
  const mayAsk = createRateLimit(10, 50, clock);
  const granted = (asked: number) => Array.from({ length: asked }, mayAsk).filter(Boolean).length;
  assert.equal(granted(60), 50);
  clock.advance(99);
  assert.equal(granted(5), 0);
  clock.advance(1);
  assert.equal(granted(5), 1);
  clock.advance(1_000);
  assert.equal(granted(20), 10);
  clock.advance(3_600_000);
  assert.equal(granted(60), 50);
  // A wall clock that is set back changes nothing.
  clock.stepWall(-3_600_000);
  clock.advance(200);
  assert.equal(granted(5), 2);
});
