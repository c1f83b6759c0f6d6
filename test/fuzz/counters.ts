/** Checks that no counter decreases while it counts the same object. */

import assert from 'node:assert/strict';
import type { Volume } from '../../src/state/state.ts';
import type { Line } from './exposition.ts';

interface LastValue {
  readonly value: number;
  readonly scrape: number;
  /** Since when its volume is known: the counters of a recreated volume start at 0. */
  readonly since: number | undefined;
}

/** The number of targets counted per volume; beyond it, the oldest target is forgotten with its counts. */
const MAX_TARGETS = 100;

export function createCounters() {
  let previous = new Map<string, LastValue>();
  let scrape = 0;
  return (lines: readonly Line[], volumes: ReadonlyMap<string, Volume>): void => {
    scrape++;
    const current = new Map<string, LastValue>();
    for (const line of lines) {
      const key = line.counter;
      if (key === undefined) continue;
      const volume = volumes.get(line.labels.get('volume') ?? '');
      if (volume !== undefined && volume.backupCounts.size >= MAX_TARGETS) continue;
      const last = previous.get(key);
      const same = volume === undefined ? last?.scrape === scrape - 1 : last?.since === volume.since;
      if (last !== undefined && same)
        assert.ok(line.value >= last.value, `decreased from ${last.value}: ${line.text}`);
      current.set(key, { value: line.value, scrape, since: volume?.since });
    }
    // The counters of a volume continue if it is not served for a while.
    for (const [key, last] of previous)
      if (!current.has(key) && last.since !== undefined && scrape - last.scrape < 50) current.set(key, last);
    previous = current;
  };
}
