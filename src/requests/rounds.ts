/** Requests about owned volumes, one after the other and evenly spread: snapshots, recurring jobs, and the volume itself. */

import { type Clock, sleep } from '../clock.ts';
import { limitOf } from '../limits.ts';
import type { Store } from '../store.ts';
import type { Client, ManagerResponse } from './client.ts';
import type { RequestKind } from './status.ts';

type RequestStore = Pick<Store, 'plan' | 'owned' | 'dueForJobs' | 'response' | 'requestEvent'>;

/** Delay before checking again for something to do. */
const IDLE_MS = 1_000;

/** Minimum delay after a failed request, to give a manager in trouble a pause. */
const FAILED_MS = 5_000;

/** Runs rounds of requests at the pace of the plan until `signal` aborts. */
export async function requestInRounds(
  kind: RequestKind,
  client: Client,
  store: RequestStore,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const volumes = volumesFor(kind, store);
    const startedAt = clock.now().monotonic;
    if (volumes.length === 0) await sleep(clock, IDLE_MS, signal);
    for (const [index, volume] of volumes.entries()) {
      const gap = gapFor(kind, store, volumes.length);
      if (signal.aborted || gap === undefined) break;
      const requestedAt = clock.now().monotonic;
      const succeeded = await request(kind, volume, client, store, clock, signal);
      const due = requestedAt + (succeeded ? gap : Math.max(gap, FAILED_MS));
      await sleep(clock, Math.max(0, due - clock.now().monotonic), signal);
      if (index === volumes.length - 1 && !signal.aborted)
        store.requestEvent(kind, { type: 'round', tookMs: clock.now().monotonic - startedAt });
    }
  }
}

/** The volumes of the next round; none while the plan has no rounds of this kind. */
function volumesFor(kind: RequestKind, store: RequestStore): readonly string[] {
  if (store.plan()[kind] === undefined) return [];
  return kind === 'jobs' ? store.dueForJobs() : store.owned();
}

/** The time from one request to the next; undefined if the plan no longer has this kind. */
function gapFor(kind: RequestKind, store: RequestStore, volumes: number): number | undefined {
  const { [kind]: interval } = store.plan();
  return kind === 'jobs' || interval === undefined ? interval : interval / volumes;
}

/** Resolves to whether the request succeeded; never rejects. */
async function request(
  kind: RequestKind,
  volume: string,
  client: Client,
  store: RequestStore,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  const startedAt = clock.now().monotonic;
  try {
    const response = await send(kind, volume, client);
    store.response(kind, volume, response);
    store.requestEvent(kind, { type: 'succeeded', tookMs: response.tookMs });
    return true;
  } catch (error) {
    const tookMs = clock.now().monotonic - startedAt;
    const detail = (error as Error).message;
    if (!signal.aborted) store.requestEvent(kind, { type: 'failed', detail, tookMs, limit: limitOf(error) });
    return false;
  }
}

function send(kind: RequestKind, volume: string, client: Client): Promise<ManagerResponse> {
  switch (kind) {
    case 'sweep':
      return client.listSnapshots(volume);
    case 'jobs':
      return client.listRecurringJobs(volume);
    case 'refresh':
      return client.getVolume(volume);
  }
}
