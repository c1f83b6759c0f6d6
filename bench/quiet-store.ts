/** A store that tells nobody what happens: for what is read from it. */

import { pino } from 'pino';
import type { Clock } from '../src/clock.ts';
import { createLimits, newLimitCounts } from '../src/limits.ts';
import { createStore, type Store, type StoreListener } from '../src/store.ts';

const NOBODY: StoreListener = {
  transition() {},
  condition() {},
  requests() {},
  badObjects() {},
  candidates() {},
};

/** `node`: whose volumes it serves; all unless given. */
export const createQuietStore = (clock: Clock, node?: string): Store =>
  createStore(
    {
      node,
      minPeriod: 5_000,
      silence: 60_000,
      staleAfter: 300_000,
      sweepInterval: 300_000,
      budget: 1,
      configErrors: 0,
      version: 'bench',
    },
    NOBODY,
    createLimits(newLimitCounts(), pino({ level: 'silent' })),
    clock,
  );
