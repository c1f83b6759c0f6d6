/** Clocks for tests: one that moves only when advanced, and one that runs faster than real time; and a way to wait. */

import { setTimeout as realTimeout } from 'node:timers/promises';
import type { Clock, Time } from '../../src/clock.ts';

export interface ManualClock extends Clock {
  /** Milliseconds until each timer that is set, the earliest first. */
  readonly timers: readonly number[];
  /** Advances both clocks, and runs every timer that comes due, each at its own time. */
  advance(ms: number): void;
  /** Sets the wall clock as an operator or NTP would: timers and the monotonic clock do not notice. */
  stepWall(ms: number): void;
}

export function manualClock(start: Time = { monotonic: 1_000_000, wall: 1_790_000_000_000 }): ManualClock {
  let { monotonic, wall } = start;
  const pending = new Set<{ readonly due: number; readonly callback: () => void }>();
  const soonestFirst = () => [...pending].sort((a, b) => a.due - b.due);
  const moveTo = (moment: number) => {
    wall += moment - monotonic;
    monotonic = moment;
  };
  return {
    now: () => ({ monotonic, wall }),
    after(ms, callback) {
      const timer = { due: monotonic + Math.max(ms, 0), callback };
      pending.add(timer);
      return () => void pending.delete(timer);
    },
    get timers() {
      return soonestFirst().map(({ due }) => due - monotonic);
    },
    advance(ms) {
      const end = monotonic + ms;
      for (;;) {
        const [timer] = soonestFirst();
        if (timer === undefined || timer.due > end) break;
        pending.delete(timer);
        moveTo(timer.due);
        timer.callback();
      }
      moveTo(end);
    },
    stepWall(ms) {
      wall += ms;
    },
  };
}

/** A clock that runs `speed` times faster than real time, and so do its timers. */
export function fastClock(speed: number): Clock {
  const wall = Date.now();
  const started = performance.now();
  return {
    now() {
      const monotonic = Math.trunc((performance.now() - started) * speed);
      return { monotonic, wall: wall + monotonic };
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms / speed);
      return () => clearTimeout(timer);
    },
  };
}

/** A machine of a CI may be busy with other work. Waiting longer costs time only if a test fails. */
const SLOWDOWN = process.env.CI === 'true' ? 3 : 1;

/**
 * Resolves as soon as `condition` holds; rejects with its description if it does not within `limit` real milliseconds,
 * or three times as long with `CI=true`.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  limit = 5_000,
  description = String(condition),
): Promise<void> {
  const deadline = performance.now() + limit * SLOWDOWN;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`still false after ${limit * SLOWDOWN} ms: ${description}`);
    await realTimeout(10);
  }
}
