/** Finds by comparing two states what the folds do not tell as transitions, because neither log nor counters need it. */

import type { SnapshotKind } from '../longhorn/snapshot.ts';
import type { State, Volume } from '../state/state.ts';

type Change =
  | { readonly type: 'state_changed'; readonly from: string; readonly to: string }
  /** `to` is served by another node's exporter from now on. */
  | { readonly type: 'owner_changed'; readonly from: string; readonly to: string }
  | { readonly type: 'backup_started'; readonly backup: string; readonly target: string }
  /** It was deleted, or is gone, while it was in progress. */
  | { readonly type: 'backup_gone'; readonly backup: string; readonly target: string }
  | {
      readonly type: 'snapshots_created' | 'snapshots_deleted';
      readonly kind: SnapshotKind;
      readonly count: number;
    };

/** A change and the volume it happened to. */
export type VolumeChange = Change & { readonly volume: string };

export function* changes(before: State, after: State): Generator<VolumeChange> {
  if (before.volumes !== after.volumes) {
    for (const [volume, now] of after.volumes) {
      const last = before.volumes.get(volume);
      // The same reference means that nothing has happened to it.
      if (last === undefined || last === now) continue;
      for (const change of changesOf(last, now)) yield { ...change, volume };
    }
  }
  if (before.owners.candidates !== after.owners.candidates) yield* movedOwners(before, after);
  if (before.backups !== after.backups) yield* runningBackups(before, after);
}

function* changesOf(last: Volume, now: Volume): Generator<Change> {
  // Another volume of the same name has no past.
  if (last.since !== now.since) return;
  const { state: from } = last.facts;
  const { state: to } = now.facts;
  if (from !== undefined && to !== undefined && from !== to) yield { type: 'state_changed', from, to };
  if (last.snapshots === now.snapshots) return;
  for (const kind of ['user', 'system'] as const) {
    const created = now.snapshots.created[kind] - last.snapshots.created[kind];
    const deleted = now.snapshots.deleted[kind] - last.snapshots.deleted[kind];
    if (created > 0) yield { type: 'snapshots_created', kind, count: created };
    if (deleted > 0) yield { type: 'snapshots_deleted', kind, count: deleted };
  }
}

function* movedOwners(before: State, after: State): Generator<VolumeChange> {
  for (const [volume, to] of after.owners.byName) {
    const from = before.owners.byName.get(volume);
    if (from !== undefined && from !== to) yield { type: 'owner_changed', volume, from, to };
  }
}

/** A first list says what runs, not what has begun. A standby volume's backups are another cluster's work. */
function* runningBackups(
  { backups: last }: State,
  { backups: now, volumes }: State,
): Generator<VolumeChange> {
  if (last.byName === undefined || now.byName === undefined) return;
  const counts = (volume: string) => volumes.get(volume)?.facts.standby === false;
  for (const [backup, { facts, standing }] of now.byName) {
    const { volume, target } = facts;
    const before = last.byName.get(backup)?.standing;
    if (standing !== 'in_progress' || before === 'in_progress' || !counts(volume)) continue;
    yield { type: 'backup_started', volume, backup, target };
  }
  for (const [backup, { facts, standing }] of last.byName) {
    const { volume, target } = facts;
    const after = now.byName.get(backup)?.standing ?? 'absent';
    if (standing !== 'in_progress' || after !== 'absent' || !counts(volume)) continue;
    yield { type: 'backup_gone', volume, backup, target };
  }
}
