/** The one source of time and timers, passed to whatever needs them so that tests bring their own. */

/** One moment on both clocks, in whole milliseconds. */
export interface Time {
  /** Never jumps: durations and first-seen times are kept on it. */
  readonly monotonic: number;
  /** Unix time: what is shown, and what Longhorn's own times are compared with. */
  readonly wall: number;
}

export interface Clock {
  now(): Time;
  /** Runs `callback` once after `ms` milliseconds unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

/** Where a moment kept on the monotonic clock lies on the wall clock as it is set now. */
export const toWall = (monotonic: number, now: Time): number => monotonic + now.wall - now.monotonic;

/** A moment kept on the clock that it was read from: what Longhorn wrote does not move when our own clock is set. */
export type Moment = { readonly monotonic: number } | { readonly wall: number };

/** Its Unix time, in milliseconds. */
export const wallOf = (moment: Moment, now: Time): number =>
  'wall' in moment ? moment.wall : toWall(moment.monotonic, now);

/** Where a Unix time in milliseconds lies on the monotonic clock. */
export const toMonotonic = (wall: number, now: Time): number => wall - now.wall + now.monotonic;

/** Smaller differences between the two clocks are slewing, not a step; following them would make timestamps flicker. */
const STEP_MS = 1000;

/** Node.js runs a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  let offset = Number.NaN;
  return {
    now() {
      const monotonic = Math.trunc(performance.now());
      const measured = Date.now() - monotonic;
      if (!(Math.abs(measured - offset) < STEP_MS)) offset = measured;
      return { monotonic, wall: monotonic + offset };
    },
    after(ms, callback) {
      const timer = setTimeout(callback, Math.min(ms, LONGEST_TIMER_MS));
      return () => clearTimeout(timer);
    },
  };
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Resolves after `ms` milliseconds, or at once when `signal` aborts. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
