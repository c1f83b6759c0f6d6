/** Folds responses to snapshotCRList: which snapshots a volume has, and which were created and deleted between two sweeps. */

import type { VolumeEvent } from '../events.ts';
import { SNAPSHOT_KINDS, type SnapshotFacts } from '../longhorn/snapshot.ts';
import type { PerKind, SnapshotHistory, SnapshotSummary } from './state.ts';

interface FoldedSnapshots {
  readonly history: SnapshotHistory;
  readonly events: readonly VolumeEvent[];
}

const NONE: PerKind = { user: 0, system: 0 };

export const NO_SNAPSHOT_HISTORY: SnapshotHistory = {
  byName: undefined,
  summary: undefined,
  requestedAt: Number.NEGATIVE_INFINITY,
  emptyAt: undefined,
  removingSince: undefined,
  created: NONE,
  deleted: NONE,
};

/** `requestedAt`: when the response was requested, in monotonic milliseconds. */
export function foldSnapshots(
  history: SnapshotHistory,
  snapshots: ReadonlyMap<string, SnapshotFacts>,
  requestedAt: number,
): FoldedSnapshots {
  if (snapshots.size === 0 && (history.byName?.size ?? 0) > 0)
    return { history: { ...history, emptyAt: history.emptyAt ?? requestedAt }, events: [] };
  return accept(history, snapshots, requestedAt);
}

/** The volume existed at `seenAt`, so an empty response from before is accepted now. */
export function confirmEmpty(history: SnapshotHistory, seenAt: number): FoldedSnapshots {
  const { emptyAt } = history;
  return emptyAt === undefined || seenAt <= emptyAt
    ? { history, events: [] }
    : accept(history, new Map(), emptyAt);
}

/** Changes until the next response are not counted: another exporter counts them. */
export const dropBaseline = (history: SnapshotHistory): SnapshotHistory =>
  history.byName === undefined
    ? history
    : { ...history, byName: undefined, summary: undefined, emptyAt: undefined, removingSince: undefined };

function accept(
  history: SnapshotHistory,
  snapshots: ReadonlyMap<string, SnapshotFacts>,
  requestedAt: number,
): FoldedSnapshots {
  const { created, deleted } = countChanges(history.byName, snapshots);
  const events: VolumeEvent[] = [];
  for (const kind of SNAPSHOT_KINDS) {
    if (created[kind] > 0) events.push({ type: 'snapshots_created', kind, count: created[kind] });
    if (deleted[kind] > 0) events.push({ type: 'snapshots_deleted', kind, count: deleted[kind] });
  }
  const summary = summarize(snapshots.values());
  return {
    history: {
      byName: snapshots,
      summary,
      requestedAt,
      emptyAt: undefined,
      // One may stay permanently: the newest cannot be merged while the volume head is its only child.
      removingSince: summary.removing > 1 ? (history.removingSince ?? requestedAt) : undefined,
      created: add(history.created, created),
      deleted: add(history.deleted, deleted),
    },
    events,
  };
}

const add = (a: PerKind, b: PerKind): PerKind => ({ user: a.user + b.user, system: a.system + b.system });

/** Counts snapshots created and deleted since `before`; zero without a baseline. */
function countChanges(
  before: ReadonlyMap<string, SnapshotFacts> | undefined,
  after: ReadonlyMap<string, SnapshotFacts>,
): { created: PerKind; deleted: PerKind } {
  const created = { ...NONE };
  const deleted = { ...NONE };
  if (before === undefined) return { created, deleted };
  for (const [name, { kind, taken, removing }] of after) {
    const known = before.get(name);
    // A requested snapshot counts once it is taken.
    if (taken && known?.taken !== true) created[kind]++;
    // A removal counts when it is marked, and not again when the snapshot is gone.
    if (taken && removing && known?.removing !== true) deleted[kind]++;
  }
  for (const [name, { kind, taken, removing }] of before) {
    if (!after.has(name) && taken && !removing) deleted[kind]++;
  }
  return { created, deleted };
}

function summarize(snapshots: Iterable<SnapshotFacts>): SnapshotSummary {
  const count = { ...NONE };
  const bytes = { ...NONE };
  let [removing, withError, pending] = [0, 0, 0];
  let oldest: number | undefined;
  let newest: number | undefined;
  let pendingSince: number | undefined;
  for (const snapshot of snapshots) {
    const { kind, created, requested } = snapshot;
    bytes[kind] += snapshot.size ?? 0;
    if (snapshot.hasError) withError++;
    if (snapshot.removing) removing++;
    else if (snapshot.taken) count[kind]++;
    else {
      pending++;
      if (requested !== undefined) pendingSince = Math.min(requested, pendingSince ?? requested);
    }
    if (created === undefined) continue;
    newest = Math.max(created, newest ?? created);
    if (!snapshot.removing) oldest = Math.min(created, oldest ?? created);
  }
  return { count, bytes, removing, withError, pending, pendingSince, oldest, newest };
}
