/** Reads a volume's replicas from one message; their history is kept by the fold. */

import { type JsonObject, ratio, text, time } from './read.ts';

export interface ReplicaFacts {
  readonly name: string;
  /** Its node (`hostId`); empty until it is scheduled. */
  readonly node: string;
  /** Whether it has a disk (`diskID`). */
  readonly hasDisk: boolean;
  /** `RW`, `WO`, `ERR` or empty. */
  readonly mode: string;
  readonly running: boolean;
  /** `failedAt` is set, the mode is ERR, or its rebuild is in state `error`. */
  readonly failed: boolean;
  /** Unix milliseconds; also undefined if the time is invalid. */
  readonly failedAt: number | undefined;
  /** Progress of the rebuild, 0 to 1; the engine may not report it, and it may decrease. */
  readonly progress: number | undefined;
}

/**
 * Rebuilds are matched to replicas by name only: Longhorn could not match an entry that has an address
 * (`tcp://...`) instead of a name.
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
      // Older releases have no such field, so only an explicit false counts.
      running: replica.running !== false,
      failed: text(replica.failedAt) !== '' || mode === 'ERR' || rebuildFailed,
      failedAt: time(replica.failedAt),
      progress: mode === 'WO' ? ratio(rebuild?.progress) : undefined,
    };
  });
}
