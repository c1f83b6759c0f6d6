/** Bounds what is kept of one list: how many objects there are, and what they weigh together. */

import { LIMITS, type LimitName } from '../limits.ts';
import type { Kind } from '../longhorn/streams.ts';

/** Returns what takes the room for one more object, or tells the limit for which there is none. */
export function createRoom<F>({ limit, weights = [] }: Kind<F>) {
  let count = 0;
  const sums = weights.map(() => 0);
  return (name: string | undefined, facts: F | undefined): LimitName | undefined => {
    if (count === LIMITS[limit].most) return limit;
    const more = weights.map(({ of }) => (facts === undefined ? 0 : of(facts, name ?? '')));
    const over = weights.findIndex(
      (weight, i) => (sums[i] ?? 0) + (more[i] ?? 0) > LIMITS[weight.limit].most,
    );
    if (over >= 0) return weights[over]?.limit;
    count++;
    more.forEach((weight, i) => {
      sums[i] = (sums[i] ?? 0) + weight;
    });
    return undefined;
  };
}
