/** Views for the debug pages: with facts chosen by a test, of recorded clusters, and an empty one. */

import { readFileSync } from 'node:fs';
import { LIMIT_NAMES } from '../../src/limits.ts';
import { perStream, STREAMS } from '../../src/longhorn/streams.ts';
import { NO_REQUESTS } from '../../src/requests/status.ts';
import { EMPTY_STATE } from '../../src/state/state.ts';
import type { View } from '../../src/store.ts';
import { NEW_STREAM } from '../../src/stream/status.ts';
import { EMPTY_TIMELINE } from '../../src/timeline.ts';
import { at, fresh, type Step, servedOf } from '../support/facts.ts';
import { createReplay, type Replay, recorded } from '../support/replay.ts';
import { live } from '../timeline/life.ts';

/** An exporter that has received nothing yet. */
export const NOTHING: View = {
  state: EMPTY_STATE,
  now: at(0),
  served: { volumes: [], snapshots: [], backups: [], targets: [], nodes: [], schedules: [] },
  statuses: perStream(() => NEW_STREAM),
  requests: NO_REQUESTS,
  timeline: EMPTY_TIMELINE,
  node: undefined,
  silence: 60_000,
  staleAfter: 300_000,
  snapshotsStaleAfter: 900_000,
  configErrors: 0,
  internalErrors: 0,
  limits: new Map(LIMIT_NAMES.map((limit) => [limit, 0])),
  version: 'test',
};

/** The view of an exporter that serves every volume, after these steps. */
export function viewOf(steps: readonly Step[], more: Partial<View> = {}) {
  const { state, timeline } = live(steps);
  const now = at(steps.at(-1)?.at ?? 0);
  const statuses = fresh(now);
  const served = servedOf({ state, now, events: [] });
  return { view: { ...NOTHING, state, timeline, statuses, served, ...more }, now };
}

export const VERSIONS = ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1'];

/** The recorded cluster of a release, with the snapshots of one volume. */
export function recordedCluster(version: string, node?: string): Replay {
  const replay = createReplay('2026-11-22T06:00:00Z', { node });
  for (const stream of STREAMS) {
    for (const message of recorded(version, `cluster-${stream}`)) replay.message(stream, message);
  }
  sweepOne(replay, version);
  return replay;
}

/** Receives the snapshots of one volume. */
export function sweepOne({ store }: Replay, version: string): void {
  const snapshots = new URL(`../fixtures/${version}/snapshotCRList-pvc-aa01.json`, import.meta.url);
  store.response('sweep', 'pvc-aa01', {
    status: 200,
    body: readFileSync(snapshots),
    requestedAt: store.view().now.monotonic,
    tookMs: 1,
  });
}
