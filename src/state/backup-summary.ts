/** Summarizes the current backups of each volume on each target. */

import { type Time, wallOf } from '../clock.ts';
import { LIMITS } from '../limits.ts';
import type { Backup, BackupFailure, BackupSummary, ByVolumeAndTarget } from './state.ts';

/** By volume and target. `truncated`: there were more pairs than the limit allows. */
export function summarizeBackups(
  backups: Iterable<Backup>,
  failures: ByVolumeAndTarget<BackupFailure>,
  now: Time,
): { summaries: ByVolumeAndTarget<BackupSummary>; truncated: boolean } {
  const groups = new Map<string, Map<string, Backup[]>>();
  let pairs = 0;
  let truncated = false;
  const groupOf = (volume: string, target: string): Backup[] | undefined => {
    const byTarget = groups.get(volume) ?? new Map<string, Backup[]>();
    const known = byTarget.get(target);
    if (known !== undefined) return known;
    if (pairs === LIMITS.backup_series.most) {
      truncated = true;
      return undefined;
    }
    pairs++;
    const group: Backup[] = [];
    groups.set(volume, byTarget.set(target, group));
    return group;
  };
  for (const backup of backups) {
    const { volume, target } = backup.facts;
    if (backup.phase !== 'absent') groupOf(volume, target)?.push(backup);
  }
  // A failure is served until a newer backup succeeds, even if Longhorn has deleted its record.
  for (const [volume, byTarget] of failures)
    for (const [target, { resolved }] of byTarget) if (!resolved) groupOf(volume, target);
  const summaries = new Map<string, Map<string, BackupSummary>>();
  for (const [volume, byTarget] of groups) {
    const sums = new Map<string, BackupSummary>();
    for (const [target, group] of byTarget)
      sums.set(target, sum(group, failures.get(volume)?.get(target), now));
    summaries.set(volume, sums);
  }
  return { summaries, truncated };
}

function sum(backups: readonly Backup[], failure: BackupFailure | undefined, now: Time): BackupSummary {
  const completed = backups.filter(({ phase }) => phase === 'completed');
  const failed = backups.filter(({ phase }) => phase === 'failed');
  const running = backups.filter(({ phase }) => phase === 'in_progress');
  const last = best(completed, ({ facts }) => facts.created);
  const oldest = best(running, ({ startedAt }) => startedAt && -wallOf(startedAt, now));
  return {
    completed: completed.length,
    failed: failed.length,
    inProgress: running.length,
    created: last?.facts.created,
    snapshotCreated: last?.facts.snapshotCreated,
    latencyMs: latency(last),
    size: last?.facts.size,
    uploaded: last?.facts.uploaded,
    uploadSeconds: last?.uploadSeconds,
    lastFailed: lastFailed(completed.length + failed.length, failure),
    failure,
    startedAt: oldest?.startedAt,
    progress: oldest?.facts.progress,
    progressed: oldest?.progressed,
  };
}

function lastFailed(final: number, failure: BackupFailure | undefined): boolean | undefined {
  if (failure !== undefined && !failure.resolved) return true;
  return final === 0 ? undefined : false;
}

/** From `snapshotCreated` to `created`, in milliseconds; undefined if negative, which clock skew between nodes can cause. */
function latency(backup: Backup | undefined): number | undefined {
  const { created, snapshotCreated } = backup?.facts ?? {};
  if (created === undefined || snapshotCreated === undefined || created < snapshotCreated) return undefined;
  return created - snapshotCreated;
}

/** The backup with the highest value; ties go to the last name, so that the order of the list does not matter. */
function best(backups: readonly Backup[], by: (backup: Backup) => number | undefined): Backup | undefined {
  let found: Backup | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const backup of backups) {
    const value = by(backup);
    if (value === undefined || value < highest) continue;
    if (found !== undefined && value === highest && backup.facts.name < found.facts.name) continue;
    found = backup;
    highest = value;
  }
  return found;
}
