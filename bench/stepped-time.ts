/** A clock that jumps from one timer to the next on demand. */

import type { SetTimer } from '../demo/life.ts';

export interface SteppedTime {
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** Advances to the next timer and runs it. */
  step(): void;
}

export function steppedTime(start: number): SteppedTime {
  let now = start;
  const pending = new Set<{ readonly due: number; readonly callback: () => void }>();
  return {
    now: () => now,
    setTimer(callback, ms) {
      const timer = { due: now + ms, callback };
      pending.add(timer);
      return () => void pending.delete(timer);
    },
    step() {
      let next: { readonly due: number; readonly callback: () => void } | undefined;
      for (const timer of pending) if (next === undefined || timer.due < next.due) next = timer;
      if (next === undefined) return;
      pending.delete(next);
      now = next.due;
      next.callback();
    },
  };
}
