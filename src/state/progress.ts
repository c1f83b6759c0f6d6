/** How far an operation has got and when it last progressed, to distinguish a slow one from one that hangs. */

import type { Progress } from './state.ts';

/** `value`: 0 to 1, undefined while unknown. It may decrease. The first known value does not count as progress. */
export function foldProgress(known: Progress | undefined, value: number | undefined, now: number): Progress {
  if (known === undefined) return { value, best: value, movedAt: now, furtherAt: now };
  if (value === undefined || value === known.value) return known;
  if (known.value === undefined) return { ...known, value, best: value };
  const isFurther = value > (known.best ?? 0);
  return {
    value,
    best: isFurther ? value : known.best,
    movedAt: now,
    furtherAt: isFurther ? now : known.furtherAt,
  };
}
