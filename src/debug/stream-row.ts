/** One subscription as the debug pages and their JSON show it. Field names are documented and stable. */

import type { Time } from '../clock.ts';
import type { StreamName } from '../longhorn/streams.ts';
import type { View } from '../store.ts';
import type { ErrorReason } from '../stream/policy.ts';
import { isFresh, isLive } from '../stream/status.ts';
import { timeOf } from './times.ts';

/** Times are RFC 3339. */
export interface StreamRow {
  readonly stream: StreamName;
  /** `longhorn_exporter_stream_up`. */
  readonly live: boolean;
  /** Whether its series are withdrawn, because the last list is older than STALE_AFTER or there was none. */
  readonly stale: boolean;
  /** What was last heard of it: `starting`, `live`, or why it failed. */
  readonly condition: 'starting' | 'live' | ErrorReason;
  readonly lastMessage: string | undefined;
  readonly ageSeconds: number | undefined;
  readonly periodSeconds: number;
  /** What a list costs the manager. */
  readonly listSeconds: number | undefined;
  readonly connects: number;
  readonly resyncs: number;
  readonly messages: number;
  readonly errors: Readonly<Record<ErrorReason, number>>;
  readonly objectsBad: number;
}

export function streamRow(stream: StreamName, { statuses, silence, staleAfter }: View, now: Time): StreamRow {
  const status = statuses[stream];
  const { lastListAt, condition, connects, resyncs, messages, errors } = status;
  return {
    stream,
    live: isLive(status, silence, now),
    stale: !isFresh(status, staleAfter, now),
    condition,
    lastMessage: lastListAt === undefined ? undefined : timeOf(lastListAt, now),
    ageSeconds: lastListAt === undefined ? undefined : (now.monotonic - lastListAt) / 1000,
    periodSeconds: status.period / 1000,
    listSeconds: status.listMs === undefined ? undefined : status.listMs / 1000,
    connects,
    resyncs,
    messages,
    errors,
    objectsBad: status.bad,
  };
}
