/** A store that logs nothing: for what is read from it. */

import type { Clock } from '../src/clock.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { createStore } from '../src/store.ts';
import { newLimits, silentLog } from '../test/support/quiet.ts';
import { STORE_OPTIONS } from '../test/support/replay.ts';

/** `node`: whose volumes it serves; all unless given. */
export function createQuietStore(clock: Clock, node?: string) {
  const limits = newLimits();
  const exposition = createExposition(limits);
  const store = createStore(
    { ...STORE_OPTIONS, node, budget: 1 },
    { log: silentLog, limits, histograms: exposition.histograms },
    clock,
  );
  return { store, exposition };
}
