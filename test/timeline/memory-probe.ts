/** Fills a timeline to its limits and prints the memory that it uses; a separate process, in which nothing else uses memory. */

import { strict as assert } from 'node:assert';
import type { NamedEvent } from '../../src/events.ts';
import { LIMITS } from '../../src/limits.ts';
import { EMPTY_TIMELINE, MAX_EVENTS, recordEvents, ringLength } from '../../src/timeline.ts';

const VOLUMES = LIMITS.volumes.most;
const BATCH = 500;

/** The length of Longhorn's names, or the maximum. */
const length = process.argv[2] === 'longest' ? LIMITS.text_length.most : 40;

/** Every text is a separate string, as when read from a message. */
const text = (prefix: string, i: number): string =>
  Buffer.from(`${prefix}-${i}`.padEnd(length, 'x')).toString();
const volumes = Array.from({ length: VOLUMES }, (_, i) => text('pvc', i));

const TARGET = text('target', 0);

type Make = (volume: string, i: number) => NamedEvent;
/** From the smallest to the largest. Each has its own names of replicas and backups, as the objects may no longer exist. */
const KINDS: Readonly<Record<string, Make>> = {
  robustness_changed: (volume) => ({ type: 'robustness_changed', volume, from: 'healthy', to: 'degraded' }),
  replica_failed: (volume, i) => ({ type: 'replica_failed', volume, replica: text('replica', i) }),
  rebuild_ended: (volume, i) => ({
    type: 'rebuild_ended',
    volume,
    replica: text('replica', i),
    result: 'succeeded',
    seconds: i + 0.5,
  }),
  backup_completed: (volume, i) => ({
    type: 'backup_completed',
    mode: 'incremental',
    volume,
    backup: text('backup', i),
    target: TARGET,
    seconds: i + 0.5,
  }),
};

function used(): number {
  assert.ok(globalThis.gc, 'run with --expose-gc');
  for (let round = 0; round < 3; round++) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function measure(make: Make): { bytes: number; events: number } {
  const before = used();
  let timeline = EMPTY_TIMELINE;
  for (let round = 0; round < ringLength(VOLUMES); round++) {
    // In batches, as one message seldom changes more volumes.
    for (let i = 0; i < VOLUMES; i += BATCH) {
      const events = volumes.slice(i, i + BATCH).map((volume, j) => make(volume, round * VOLUMES + i + j));
      timeline = recordEvents(timeline, events, VOLUMES, round * 1_000 + i + 4_242.5);
    }
  }
  const bytes = used() - before;
  const events = [...timeline.byVolume.values()].reduce((sum, ring) => sum + ring.length, 0);
  assert.equal(events, MAX_EVENTS);
  return { bytes, events };
}

process.stdout.write(
  JSON.stringify(Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => [kind, measure(make)]))),
);
