/** How far an operation has got and when it last progressed, to distinguish a slow one from one that hangs. */

import type { Progress } from './state.ts';

/** `value`: 0 to 1, undefined while unknown. It may decrease. The first known value does not count as progress. */
export function foldProgress(known: Progress | undefined, value: number | undefined, now: number): Progress {
  if (known === undefined) return { value, best: value, changedAt: now, advancedAt: now };
  if (value === undefined || value === known.value) return known;
  if (known.value === undefined) return { ...known, value, best: value };
  const isNewHigh = value > (known.best ?? 0);
  return {
    value,
    best: isNewHigh ? value : known.best,
    changedAt: now,
    advancedAt: isNewHigh ? now : known.advancedAt,
  };
}
