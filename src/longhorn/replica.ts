/** What the exporter knows of a volume's replicas: each is in exactly one status. */

import { type JsonObject, ratio, text, time } from './read.ts';

export const REPLICA_STATUSES = ['healthy', 'rebuilding', 'failed', 'stopped'] as const;
export type ReplicaStatus = (typeof REPLICA_STATUSES)[number];

export interface ReplicaFacts {
  readonly name: string;
  /** Where it lives; empty until it is scheduled. */
  readonly node: string;
  readonly status: ReplicaStatus;
  /** Unix milliseconds; undefined too when Longhorn wrote a time that cannot be read. */
  readonly failedAt: number | undefined;
  /** Of a running rebuild, 0 to 1; the engine may report none, and it may fall. */
  readonly progress: number | undefined;
}

/**
 * A rebuild is matched to its replica by name alone: an entry that carries an address (`tcp://...`)
 * is one that Longhorn itself could not match.
 */
export function readReplicas(
  replicas: readonly JsonObject[] | undefined,
  rebuilds: readonly JsonObject[],
): ReplicaFacts[] | undefined {
  const rebuildOf = new Map(rebuilds.map((entry) => [text(entry.replica), entry]));
  return replicas?.map((replica) => {
    const name = text(replica.name);
    const rebuild = rebuildOf.get(name);
    const status = statusOf(text(replica.mode), text(replica.failedAt) !== '', rebuild?.state === 'error');
    return {
      name,
      node: text(replica.hostId),
      status,
      failedAt: time(replica.failedAt),
      progress: status === 'rebuilding' ? ratio(rebuild?.progress) : undefined,
    };
  });
}

/** From `mode` (RW, WO, ERR or empty), a non-empty `failedAt`, and a `rebuildStatus` in state error. */
export function statusOf(mode: string, failed: boolean, rebuildError: boolean): ReplicaStatus {
  if (failed || mode === 'ERR' || (mode === 'WO' && rebuildError)) return 'failed';
  if (mode === 'WO') return 'rebuilding';
  return mode === 'RW' ? 'healthy' : 'stopped';
}
