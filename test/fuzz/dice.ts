/** Randomness that depends only on the seed and an index, so that every message can be reproduced. */

import { type Random, seededRandom } from '../../simulator/random.ts';

export interface Dice {
  /** An integer from 0 to `end` - 1. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the values; weight 2 is twice as likely as weight 1. */
  weighted<T>(values: readonly (readonly [weight: number, value: T])[]): T;
}

export function diceOf(seed: number, index: number): Dice {
  const random: Random = seededRandom(scramble(scramble(seed) ^ index));
  const dice: Dice = {
    below: (end) => Math.floor(random() * end),
    chance: (probability) => random() < probability,
    pick<T>(items: readonly T[]): T {
      if (items.length === 0) throw new RangeError('nothing to pick from');
      return items[dice.below(items.length)] as T;
    },
    weighted<T>(values: readonly (readonly [number, T])[]): T {
      let left = random() * values.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of values) {
        left -= weight;
        if (left < 0) return value;
      }
      return dice.pick(values)[1];
    },
  };
  return dice;
}

/** Neighboring indexes must be unrelated. */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
