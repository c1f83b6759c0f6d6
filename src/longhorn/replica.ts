/** What one message says of a volume's replicas; what they have been before is for the fold to know. */

import { type JsonObject, ratio, text, time } from './read.ts';

export interface ReplicaFacts {
  readonly name: string;
  /** Where it lives (`hostId`); empty until it is scheduled. */
  readonly node: string;
  /** Whether it has a disk (`diskID`). */
  readonly hasDisk: boolean;
  /** `RW`, `WO`, `ERR` or empty. */
  readonly mode: string;
  readonly running: boolean;
  /** `failedAt` is set, the mode is ERR, or its rebuild is in state error. */
  readonly failed: boolean;
  /** Unix milliseconds; undefined too when Longhorn wrote a time that cannot be read. */
  readonly failedAt: number | undefined;
  /** Of a rebuild, 0 to 1; the engine may report none, and it may fall. */
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
    const mode = text(replica.mode);
    const rebuild = rebuildOf.get(name);
    const rebuildFailed = mode === 'WO' && rebuild?.state === 'error';
    return {
      name,
      node: text(replica.hostId),
      hasDisk: text(replica.diskID) !== '',
      mode,
      // A release that does not say counts as running: only an explicit false is news.
      running: replica.running !== false,
      failed: text(replica.failedAt) !== '' || mode === 'ERR' || rebuildFailed,
      failedAt: time(replica.failedAt),
      progress: mode === 'WO' ? ratio(rebuild?.progress) : undefined,
    };
  });
}
