/** A store that logs nothing: for what is read from it. */

import { pino } from 'pino';
import type { Clock } from '../src/clock.ts';
import { createLimits, newLimitCounts } from '../src/limits.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { createStore } from '../src/store.ts';

/** `node`: whose volumes it serves; all unless given. */
export function createQuietStore(clock: Clock, node?: string) {
  const log = pino({ level: 'silent' });
  const limits = createLimits(newLimitCounts(), log);
  const exposition = createExposition(limits);
  const store = createStore(
    {
      node,
      minPeriod: 5_000,
      silence: 60_000,
      staleAfter: 300_000,
      sweepInterval: 300_000,
      timeZone: 'UTC',
      budget: 1,
      configErrors: 0,
      version: 'bench',
    },
    { log, limits, histograms: exposition.histograms },
    clock,
  );
  return { store, exposition };
}
