/** Reads a snapshot from an object of a `snapshotCRList` response. */

import { bytes, expectLongText, type JsonObject, text, time } from './read.ts';

export const SNAPSHOT_KINDS = ['user', 'system'] as const;
export type SnapshotKind = (typeof SNAPSHOT_KINDS)[number];

export interface SnapshotFacts {
  readonly name: string;
  /** `user`: `userCreated` or `createSnapshot`; `system`: created by Longhorn, for a rebuild or an expansion. */
  readonly kind: SnapshotKind;
  /** False while only requested: `createSnapshot` without a `creationTime`. */
  readonly taken: boolean;
  /** When it was requested (`crCreationTime`), Unix milliseconds. */
  readonly requested: number | undefined;
  /** Marked for removal but still listed. */
  readonly removing: boolean;
  readonly hasError: boolean;
  /** `creationTime`, Unix milliseconds; undefined until it is taken. */
  readonly created: number | undefined;
  readonly size: number | undefined;
}

/** Throws if `error` is not a string; Longhorn omits it if there is none. */
export const readSnapshot = (snapshot: JsonObject, name: string): SnapshotFacts => ({
  name: text(name),
  kind: snapshot.userCreated === true || snapshot.createSnapshot === true ? 'user' : 'system',
  taken: snapshot.createSnapshot !== true || text(snapshot.creationTime) !== '',
  requested: time(snapshot.crCreationTime),
  removing: snapshot.markRemoved === true,
  hasError: (expectLongText(snapshot, 'error') ?? '') !== '',
  created: time(snapshot.creationTime),
  size: bytes(snapshot.size),
});
