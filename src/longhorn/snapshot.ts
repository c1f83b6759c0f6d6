/** What the exporter knows of one snapshot from one object of a `snapshotCRList` response. */

import { bytes, expectLongText, type JsonObject, text, time } from './read.ts';

export const SNAPSHOT_KINDS = ['user', 'system'] as const;
export type SnapshotKind = (typeof SNAPSHOT_KINDS)[number];

export interface SnapshotFacts {
  readonly name: string;
  /** `user`: `userCreated` or `createSnapshot`; `system`: made by Longhorn itself, for a rebuild or an expansion. */
  readonly kind: SnapshotKind;
  /** False while it is only requested: `createSnapshot` without a `creationTime`. */
  readonly taken: boolean;
  /** When it was requested (`crCreationTime`), Unix milliseconds. */
  readonly requested: number | undefined;
  /** Marked removed, though it is still there. */
  readonly removing: boolean;
  readonly hasError: boolean;
  /** `creationTime`, Unix milliseconds; unknown until it is taken. */
  readonly created: number | undefined;
  readonly size: number | undefined;
}

/** Throws when `error` is not a string; it is left out when there is none. */
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
