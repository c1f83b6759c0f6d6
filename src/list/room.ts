/** Bounds what the objects of one list weigh together, whatever there are of them. */

import { LIMITS, type LimitName } from '../limits.ts';
import type { Kind } from '../longhorn/streams.ts';

/** What one object adds to each of the kind's weights. */
export const weigh = <F>({ weights = [] }: Kind<F>, name: string, facts: F): readonly number[] =>
  weights.map(({ of }) => of(facts, name));

/** Returns what takes the room for one more object, or tells the limit for which there is none. */
export function createRoom<F>({ weights = [] }: Kind<F>) {
  const left = weights.map(({ limit }) => LIMITS[limit].most as number);
  return (added: readonly number[]): LimitName | undefined => {
    const over = added.findIndex((weight, i) => weight > (left[i] ?? 0));
    if (over >= 0) return weights[over]?.limit;
    for (let i = 0; i < added.length; i++) left[i] = (left[i] ?? 0) - (added[i] ?? 0);
    return undefined;
  };
}

export type Room = ReturnType<typeof createRoom>;
