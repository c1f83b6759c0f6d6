/** A store that logs nothing. */

import type { Clock } from '../src/clock.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { createStore } from '../src/store.ts';
import { newLimits, silentLog } from '../test/support/quiet.ts';
import { STORE_OPTIONS } from '../test/support/replay.ts';

/** `node`: serves the volumes of this node; all volumes by default. */
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
