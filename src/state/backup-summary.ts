/** Sums up the backups of one volume on one target as they are now. */

import { LIMITS } from '../limits.ts';
import type { Backup } from './backups.ts';

/** Times are Unix milliseconds, as Longhorn wrote them, unless told otherwise. */
export interface BackupSummary {
  readonly completed: number;
  readonly failed: number;
  readonly inProgress: number;
  /** Of the Completed backup with the latest `created`. */
  readonly created: number | undefined;
  readonly latencyMs: number | undefined;
  readonly size: number | undefined;
  readonly uploaded: number | undefined;
  /** Whether the final backup with the latest `snapshotCreated` failed; undefined when none is final. */
  readonly lastFailed: boolean | undefined;
  /** The earliest start that was seen of one in progress, in monotonic milliseconds. */
  readonly startedAt: number | undefined;
  /** The earliest snapshot of one that was in progress in our first list. */
  readonly foundStartedAt: number | undefined;
  /** Of the slowest one in progress, 0 to 1. */
  readonly progress: number | undefined;
}

export type SummariesByTarget = ReadonlyMap<string, BackupSummary>;
type Summaries = ReadonlyMap<string, SummariesByTarget>;

/** By volume and target. What comes out equal is the same reference as in `last`. `cut`: there are more pairs than the limit allows. */
export function summarize(
  backups: Iterable<Backup>,
  last: Summaries,
): { summaries: Summaries; cut: boolean } {
  const groups = new Map<string, Map<string, Backup[]>>();
  let pairs = 0;
  let cut = false;
  for (const backup of backups) {
    const { volume, target } = backup.facts;
    if (backup.standing === 'absent') continue;
    const byTarget = groups.get(volume);
    const group = byTarget?.get(target);
    if (group !== undefined) {
      group.push(backup);
      continue;
    }
    if (pairs === LIMITS.backup_series.most) {
      cut = true;
      continue;
    }
    pairs++;
    if (byTarget === undefined) groups.set(volume, new Map([[target, [backup]]]));
    else byTarget.set(target, [backup]);
  }
  const summaries = new Map<string, SummariesByTarget>();
  for (const [volume, byTarget] of groups) summaries.set(volume, sumAll(byTarget, last.get(volume)));
  return { summaries, cut };
}

function sumAll(
  byTarget: ReadonlyMap<string, readonly Backup[]>,
  last: SummariesByTarget | undefined,
): SummariesByTarget {
  const sums = new Map([...byTarget].map(([target, group]) => [target, keep(last?.get(target), sum(group))]));
  const same =
    last?.size === sums.size && [...sums].every(([target, summary]) => last.get(target) === summary);
  return same ? last : sums;
}

const keep = (last: BackupSummary | undefined, next: BackupSummary): BackupSummary =>
  last !== undefined && (Object.keys(next) as (keyof BackupSummary)[]).every((key) => last[key] === next[key])
    ? last
    : next;

function sum(backups: readonly Backup[]): BackupSummary {
  const completed = backups.filter((backup) => backup.standing === 'completed');
  const failed = backups.filter((backup) => backup.standing === 'failed');
  const running = backups.filter((backup) => backup.standing === 'in_progress');
  const starts = running.flatMap(({ startedAt }) => startedAt ?? []);
  const last = newest(
    completed.filter(({ facts }) => facts.created !== undefined),
    ({ facts }) => facts.created,
  )?.facts;
  const final = newest([...completed, ...failed], ({ facts }) => facts.snapshotCreated);
  return {
    completed: completed.length,
    failed: failed.length,
    inProgress: running.length,
    created: last?.created,
    latencyMs: difference(last?.created, last?.snapshotCreated),
    size: last?.size,
    uploaded: last?.uploaded,
    lastFailed: final === undefined ? undefined : final.standing === 'failed',
    startedAt: least(starts.map((start) => ('monotonic' in start ? start.monotonic : undefined))),
    foundStartedAt: least(starts.map((start) => ('wall' in start ? start.wall : undefined))),
    progress: least(running.map(({ facts }) => facts.progress)),
  };
}

/** The backup with the latest time; of equals the one whose name is last, so that the order of the list does not matter. */
function newest(
  backups: readonly Backup[],
  timeOf: (backup: Backup) => number | undefined,
): Backup | undefined {
  let best: Backup | undefined;
  for (const backup of backups) {
    const later = best === undefined ? 1 : (timeOf(backup) ?? 0) - (timeOf(best) ?? 0);
    if (later > 0 || (later === 0 && best !== undefined && backup.facts.name > best.facts.name))
      best = backup;
  }
  return best;
}

const difference = (end: number | undefined, start: number | undefined): number | undefined =>
  end === undefined || start === undefined ? undefined : end - start;

function least(values: readonly (number | undefined)[]): number | undefined {
  let lowest: number | undefined;
  for (const value of values) {
    if (value !== undefined && (lowest === undefined || value < lowest)) lowest = value;
  }
  return lowest;
}
