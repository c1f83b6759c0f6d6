/** What the exporter knows of one snapshot from one object of a `snapshotCRList` answer. */

import { bytes, expectLongText, type JsonObject, text, time } from './read.ts';

export const SNAPSHOT_KINDS = ['user', 'system'] as const;
export type SnapshotKind = (typeof SNAPSHOT_KINDS)[number];

export interface SnapshotFacts {
  readonly name: string;
  /** `system`: made by Longhorn itself, for a rebuild or an expansion. */
  readonly kind: SnapshotKind;
  /** Marked removed, though it is still there. */
  readonly removing: boolean;
  readonly hasError: boolean;
  /** Unix milliseconds; unknown until the snapshot is taken. */
  readonly created: number | undefined;
  readonly size: number | undefined;
}

/** Throws when `error` is not a string; it is left out when there is none. */
export const readSnapshot = (snapshot: JsonObject, name: string): SnapshotFacts => ({
  name: text(name),
  kind: snapshot.userCreated === true ? 'user' : 'system',
  removing: snapshot.markRemoved === true,
  hasError: (expectLongText(snapshot, 'error') ?? '') !== '',
  created: time(snapshot.creationTime),
  size: bytes(snapshot.size),
});
