/** The only source of time and timers, passed as an argument so that tests can provide their own. */

/** A point in time on both clocks, in whole milliseconds. */
export interface Time {
  /** Never jumps: used for durations and first-seen times. */
  readonly monotonic: number;
  /** Unix time: used for output and to compare with Longhorn's times. */
  readonly wall: number;
}

export interface Clock {
  now(): Time;
  /** Runs `callback` once after `ms` milliseconds unless the returned function is called first. */
  after(ms: number, callback: () => void): () => void;
}

/** Converts monotonic milliseconds to Unix time, with the wall clock as it is set now. */
export const toWall = (monotonic: number, now: Time): number => monotonic + now.wall - now.monotonic;

/** A point in time on the clock it was read from: Longhorn's times do not move when our clock is adjusted. */
export type Moment = { readonly monotonic: number } | { readonly wall: number };

/** Its Unix time, in milliseconds. */
export const wallOf = (moment: Moment, now: Time): number =>
  'wall' in moment ? moment.wall : toWall(moment.monotonic, now);

/** Converts Unix milliseconds to the monotonic clock. */
export const toMonotonic = (wall: number, now: Time): number => wall - now.wall + now.monotonic;

/** Smaller differences between the two clocks are slewing, not a step. Following them would make timestamps flicker. */
const STEP_MS = 1000;

/** Node.js fires a longer timer immediately. */
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

/** Resolves after `ms` milliseconds, or immediately when `signal` aborts. */
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
