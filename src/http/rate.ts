/** A bucket of tokens: how many requests may come at once, and how many a second. */

import type { Clock } from '../clock.ts';

/** Returns whether one more request may be served now. */
export function createRateLimit(perSecond: number, atOnce: number, clock: Clock): () => boolean {
  let tokens = atOnce;
  let filledAt = clock.now().monotonic;
  return () => {
    const now = clock.now().monotonic;
    tokens = Math.min(atOnce, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
