/** Remembers the newest failure per volume and target until a newer backup succeeds, even if Longhorn deletes its record. */

import { type Moment, type Time, toWall, wallOf } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import type { Backup, BackupFailure, Backups, ByVolumeAndTarget } from './state.ts';

/**
 * Orders finished backups: by the snapshot's time, else by when it was first seen in progress, else by when it was first
 * seen. A snapshot time after the first sight of the record comes from a wrong clock and is ignored.
 */
export function orderOf({ facts, seenAt, startedAt }: Backup, now: Time): Moment {
  const { snapshotCreated } = facts;
  if (snapshotCreated !== undefined)
    return snapshotCreated <= toWall(seenAt, now) ? { wall: snapshotCreated } : { monotonic: seenAt };
  return startedAt ?? { monotonic: seenAt };
}

export function foldFailures(
  last: ByVolumeAndTarget<BackupFailure>,
  backups: Iterable<Backup>,
  volumes: ReadonlyMap<string, unknown>,
  now: Time,
): ByVolumeAndTarget<BackupFailure> {
  const failures = new Map<string, Map<string, BackupFailure>>();
  for (const [volume, byTarget] of last) if (volumes.has(volume)) failures.set(volume, new Map(byTarget));
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

/** On a removed target no newer backup can succeed, so its failures without a record are forgotten. */
export function forgetFailuresOn(
  gone: ReadonlySet<string>,
  { failures, byName }: Backups,
): ByVolumeAndTarget<BackupFailure> {
  const kept = new Map<string, ReadonlyMap<string, BackupFailure>>();
  for (const [volume, byTarget] of failures) {
    const rest = [...byTarget].filter(([target, { backup }]) => !gone.has(target) || byName?.has(backup));
    if (rest.length > 0) kept.set(volume, new Map(rest));
  }
  return kept;
}

function newer(known: BackupFailure | undefined, backup: Backup, now: Time): BackupFailure {
  const { name, snapshot, reason, error } = backup.facts;
  if (known?.backup === name) return known;
  const order = orderOf(backup, now);
  const difference = known === undefined ? 1 : wallOf(order, now) - wallOf(known.order, now);
  if (known !== undefined && (difference < 0 || (difference === 0 && name < known.backup))) return known;
  return { backup: name, snapshot, order, at: backup.failedAt ?? order, reason, error, resolved: false };
}

/** A newer success, or one of the same snapshot: Longhorn retries under another name. */
function resolves(completed: Backup, failure: BackupFailure, now: Time): boolean {
  const { name, snapshot } = completed.facts;
  if (name === failure.backup || (snapshot !== '' && snapshot === failure.snapshot)) return true;
  return wallOf(orderOf(completed, now), now) >= wallOf(failure.order, now);
}
