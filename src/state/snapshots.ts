/** Folds the answers of snapshotCRList: what snapshots a volume has, and which came and went between two sweeps. */

import { SNAPSHOT_KINDS, type SnapshotFacts, type SnapshotKind } from '../longhorn/snapshot.ts';

type PerKind = Readonly<Record<SnapshotKind, number>>;

/** What a volume's snapshots are by the last answer that counts. */
export interface SnapshotSummary {
  /** Without those being removed. */
  readonly count: PerKind;
  readonly bytes: PerKind;
  readonly removing: number;
  readonly withError: number;
  /** Unix milliseconds; of those that are not being removed. */
  readonly oldest: number | undefined;
  /** Unix milliseconds. */
  readonly newest: number | undefined;
}

export interface SnapshotHistory {
  /** By name: what the next answer is compared with. Undefined: the next answer is a new baseline. */
  readonly byName: ReadonlyMap<string, SnapshotFacts> | undefined;
  readonly summary: SnapshotSummary | undefined;
  /** When the last answer that counts was asked for, in monotonic milliseconds. */
  readonly askedAt: number;
  /**
   * When the answer was asked for that would empty the volume. It waits until the volume is seen to be there
   * still, because a volume that is not there has no snapshots either.
   */
  readonly emptyAt: number | undefined;
  readonly created: PerKind;
  readonly deleted: PerKind;
}

const NONE: PerKind = { user: 0, system: 0 };

export const NO_SNAPSHOT_HISTORY: SnapshotHistory = {
  byName: undefined,
  summary: undefined,
  askedAt: Number.NEGATIVE_INFINITY,
  emptyAt: undefined,
  created: NONE,
  deleted: NONE,
};

/** `askedAt`: when the answer was asked for, in monotonic milliseconds. */
export function foldSnapshots(
  history: SnapshotHistory,
  answer: ReadonlyMap<string, SnapshotFacts>,
  askedAt: number,
): SnapshotHistory {
  if (answer.size === 0 && (history.byName?.size ?? 0) > 0)
    return { ...history, emptyAt: history.emptyAt ?? askedAt };
  return take(history, answer, askedAt);
}

/** The volume was seen to be there at `seenAt`: an answer that emptied it before counts now. */
export function confirmEmpty(history: SnapshotHistory, seenAt: number): SnapshotHistory {
  const { emptyAt } = history;
  return emptyAt === undefined || seenAt <= emptyAt ? history : take(history, new Map(), emptyAt);
}

/** Nothing that happens until the next answer is counted: it was for another exporter to see. */
export const dropBaseline = (history: SnapshotHistory): SnapshotHistory =>
  history.byName === undefined
    ? history
    : { ...history, byName: undefined, summary: undefined, emptyAt: undefined };

function take(
  history: SnapshotHistory,
  answer: ReadonlyMap<string, SnapshotFacts>,
  askedAt: number,
): SnapshotHistory {
  const created = { ...history.created };
  const deleted = { ...history.deleted };
  const before = history.byName;
  if (before !== undefined) {
    for (const [name, { kind, removing }] of answer) {
      const known = before.get(name);
      if (known === undefined) created[kind]++;
      // Its removal counts when it is marked; that it is gone later is the same removal.
      if (removing && known?.removing !== true) deleted[kind]++;
    }
    for (const [name, { kind, removing }] of before) {
      if (!answer.has(name) && !removing) deleted[kind]++;
    }
  }
  return {
    byName: answer,
    summary: summarize(answer.values()),
    askedAt,
    emptyAt: undefined,
    created,
    deleted,
  };
}

function summarize(snapshots: Iterable<SnapshotFacts>): SnapshotSummary {
  const count = { ...NONE };
  const bytes = { ...NONE };
  let removing = 0;
  let withError = 0;
  let oldest: number | undefined;
  let newest: number | undefined;
  for (const snapshot of snapshots) {
    const { kind, created } = snapshot;
    bytes[kind] += snapshot.size ?? 0;
    if (snapshot.hasError) withError++;
    if (snapshot.removing) removing++;
    else count[kind]++;
    if (created === undefined) continue;
    if (newest === undefined || created > newest) newest = created;
    if (!snapshot.removing && (oldest === undefined || created < oldest)) oldest = created;
  }
  return { count, bytes, removing, withError, oldest, newest };
}

/** The samples of a family by kind. */
export const byKind = (values: PerKind): [value: number, kind: SnapshotKind][] =>
  SNAPSHOT_KINDS.map((kind) => [values[kind], kind]);
