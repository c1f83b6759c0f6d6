/** Remembers the newest failure of each volume and target until a younger backup succeeds, also when its record is gone. */

import { type Moment, type Time, toWall, wallOf } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import type { Backup, BackupFailure, Pairs, State } from './state.ts';

/**
 * A backup's place among the final ones: its snapshot's time; without one, when it was first seen in progress, or else
 * first seen at all. A time later than the first sight of the record is some clock's mistake.
 */
export function orderOf({ facts, seenAt, startedAt }: Backup, now: Time): Moment {
  const { snapshotCreated } = facts;
  if (snapshotCreated !== undefined)
    return snapshotCreated <= toWall(seenAt, now) ? { wall: snapshotCreated } : { monotonic: seenAt };
  return startedAt ?? { monotonic: seenAt };
}

export function foldFailures(
  last: Pairs<BackupFailure>,
  backups: Iterable<Backup>,
  { volumes, targets }: Pick<State, 'volumes' | 'targets'>,
  now: Time,
): Pairs<BackupFailure> {
  const failures = new Map<string, Map<string, BackupFailure>>();
  // On a target that is gone no younger backup can succeed.
  const isKept = (target: string) => targets === undefined || targets.has(target);
  for (const [volume, byTarget] of last) {
    const kept = new Map([...byTarget].filter(([target]) => isKept(target)));
    if (volumes.has(volume) && kept.size > 0) failures.set(volume, kept);
  }
  const completed: Backup[] = [];
  for (const backup of backups) {
    if (backup.phase === 'completed') completed.push(backup);
    if (backup.phase !== 'failed') continue;
    const { volume, target } = backup.facts;
    const byTarget = failures.get(volume) ?? new Map<string, BackupFailure>();
    const known = byTarget.get(target);
    if (known === undefined && byTarget.size >= LIMITS.backup_targets.most) continue;
    byTarget.set(target, newer(known, backup, now));
    failures.set(volume, byTarget);
  }
  for (const backup of completed) {
    const byTarget = failures.get(backup.facts.volume);
    const failure = byTarget?.get(backup.facts.target);
    if (failure !== undefined && !failure.resolved && resolves(backup, failure, now))
      byTarget?.set(backup.facts.target, { ...failure, resolved: true });
  }
  return failures;
}

function newer(known: BackupFailure | undefined, backup: Backup, now: Time): BackupFailure {
  const { name, snapshot, reason, error } = backup.facts;
  if (known?.backup === name) return known;
  const order = orderOf(backup, now);
  const difference = known === undefined ? 1 : wallOf(order, now) - wallOf(known.order, now);
  if (known !== undefined && (difference < 0 || (difference === 0 && name < known.backup))) return known;
  return { backup: name, snapshot, order, at: backup.failedAt ?? order, reason, error, resolved: false };
}

/** A younger success, or one of the same snapshot: Longhorn tries again under another name. */
function resolves(completed: Backup, failure: BackupFailure, now: Time): boolean {
  const { name, snapshot } = completed.facts;
  if (name === failure.backup || (snapshot !== '' && snapshot === failure.snapshot)) return true;
  return wallOf(orderOf(completed, now), now) >= wallOf(failure.order, now);
}
