/** The clock that drives the changes of the cluster. While it is paused, the reference state is fixed. */

import type { SetTimer } from '../../demo/life.ts';

export interface PausableTime {
  readonly setTimer: SetTimer;
  run(): void;
  pause(): void;
  stop(): void;
}

const TICK_MS = 10;

/** `speed`: relative to real time. `failed`: called if a scene fails because its volume was deleted. */
export function pausableTime(speed: number, failed: (error: unknown) => void): PausableTime {
  let now = 0;
  let last: number | undefined;
  const pending = new Set<{ readonly due: number; readonly callback: () => void }>();
  const ticking = setInterval(() => {
    if (last === undefined) return;
    const real = performance.now();
    now += (real - last) * speed;
    last = real;
    const due = [...pending].filter((timer) => timer.due <= now).sort((a, b) => a.due - b.due);
    for (const timer of due) {
      if (!pending.delete(timer)) continue;
      try {
        timer.callback();
      } catch (error) {
        failed(error);
      }
    }
  }, TICK_MS);
  return {
    setTimer(callback, ms) {
      const timer = { due: now + ms, callback };
      pending.add(timer);
      return () => void pending.delete(timer);
    },
    run() {
      last ??= performance.now();
    },
    pause() {
      last = undefined;
    },
    stop: () => clearInterval(ticking),
  };
}
