/** Checks that no counter decreases while it counts the same object. */

import assert from 'node:assert/strict';
import type { Volume } from '../../src/state/state.ts';
import type { Line } from './page.ts';

interface Seen {
  readonly value: number;
  readonly page: number;
  /** What the counter belongs to: a volume that was deleted or recreated counts from 0. */
  readonly since: number | undefined;
}

/** The number of targets remembered per volume; after that the oldest is forgotten with its counts. */
const MOST_TARGETS = 100;

export function createCounters() {
  let seen = new Map<string, Seen>();
  let page = 0;
  return (lines: readonly Line[], volumes: ReadonlyMap<string, Volume>): void => {
    page++;
    const now = new Map<string, Seen>();
    for (const line of lines) {
      const key = line.counter;
      if (key === undefined) continue;
      const volume = volumes.get(line.labels.get('volume') ?? '');
      if (volume !== undefined && volume.backupCounts.size >= MOST_TARGETS) continue;
      const last = seen.get(key);
      const same = volume === undefined ? last?.page === page - 1 : last?.since === volume.since;
      if (last !== undefined && same)
        assert.ok(line.value >= last.value, `decreased from ${last.value}: ${line.text}`);
      now.set(key, { value: line.value, page, since: volume?.since });
    }
    // The counter of a volume that is not served for a while is kept.
    for (const [key, last] of seen)
      if (!now.has(key) && last.since !== undefined && page - last.page < 50) now.set(key, last);
    seen = now;
  };
}
