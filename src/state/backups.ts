/** Folds a `backups` list into the state: what each backup was seen to do, and a summary a volume and target. */

import { type Moment, type Time, wallOf } from '../clock.ts';
import { LIMITS, type LimitName } from '../limits.ts';
import type { Listed } from '../list/element.ts';
import type { BackupFacts, Standing } from '../longhorn/backup.ts';
import { type BackupSummary, summarize } from './backup-summary.ts';
import type { Folded } from './fold.ts';
import type { BackupCounts, State, Volume } from './state.ts';
import type { Transition, VolumeTransition } from './transition.ts';

/** One backup and what is remembered of it. */
export interface Backup {
  readonly facts: BackupFacts;
  /** `absent` for good once it was seen being deleted: what comes then speaks of the deletion. */
  readonly standing: Standing;
  /** When it was first seen in progress; undefined when it never was. */
  readonly startedAt: Moment | undefined;
  /** Whether it was in progress in our first list, so that its start is only known from its snapshot. */
  readonly foundRunning: boolean;
}

/** By volume, then by target. */
type Pairs<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

export interface Backups {
  /** Undefined until the first list. */
  readonly byName: ReadonlyMap<string, Backup> | undefined;
  /** Names that were seen being deleted, the latest ones: also a record that comes back never counts again. */
  readonly deleted: ReadonlySet<string>;
  readonly summaries: Pairs<BackupSummary>;
  /** The latest `created` ever seen of a Completed backup, Unix milliseconds. */
  readonly newest: Pairs<number>;
  /** The latest `created` in our first list; when that had none, its own time: what a target brings later from before is old. */
  readonly newestAtFirst: number;
}

export const NO_BACKUPS: Backups = {
  byName: undefined,
  deleted: new Set(),
  summaries: new Map(),
  newest: new Map(),
  newestAtFirst: Number.NEGATIVE_INFINITY,
};

export function foldBackups(
  state: State,
  objects: ReadonlyMap<string, Listed<BackupFacts>>,
  { now }: { now: Time },
): Folded {
  const last = state.backups;
  const first = last.byName === undefined;
  const deleted = withDeleted(last.deleted, objects);
  const byName = new Map<string, Backup>();
  const transitions: VolumeTransition[] = [];
  for (const [name, { facts }] of objects) {
    const known = last.byName?.get(name);
    const backup = known?.facts === facts ? known : foldBackup(known, facts, deleted.has(name), first, now);
    byName.set(name, backup);
    if (first || !counts(state, facts.volume)) continue;
    const transition = transitionOf(known, backup, newestKnown(last, facts), now);
    if (transition) transitions.push({ ...transition, volume: facts.volume });
  }
  const tooMany = deleted.size > LIMITS.deleted_backups.most;
  const counted = count(state.volumes, transitions);
  const limits: LimitName[] = [];
  if (tooMany) limits.push('deleted_backups');
  if (counted.refused) limits.push('backup_targets');
  const { summaries, cut } = summarize(byName.values(), last.summaries);
  if (cut) limits.push('backup_series');
  const newest = latest(last.newest, byName, state.volumes);
  const backups: Backups = {
    byName,
    deleted: tooMany ? new Set([...deleted].slice(-LIMITS.deleted_backups.most)) : deleted,
    summaries,
    newest,
    newestAtFirst: first ? (maximum(newest) ?? now.wall) : last.newestAtFirst,
  };
  return {
    state: { ...state, backups, volumes: counted.volumes },
    transitions,
    limits,
  };
}

/** A standby volume's backups are another cluster's work, and those of a volume that is not there are nobody's. */
function counts(state: State, volume: string): boolean {
  return state.volumes.get(volume)?.facts.standby === false;
}

function foldBackup(
  known: Backup | undefined,
  facts: BackupFacts,
  deleted: boolean,
  first: boolean,
  now: Time,
): Backup {
  const standing = deleted ? 'absent' : facts.standing;
  const starts = standing === 'in_progress' && (known?.startedAt === undefined || isFinal(known.standing));
  if (!starts) {
    const { startedAt, foundRunning = false } = known ?? {};
    return { facts, standing, startedAt, foundRunning };
  }
  const snapshot = first ? facts.snapshotCreated : undefined;
  const startedAt = snapshot === undefined ? { monotonic: now.monotonic } : { wall: snapshot };
  return { facts, standing, startedAt, foundRunning: first };
}

function withDeleted(
  last: ReadonlySet<string>,
  objects: ReadonlyMap<string, Listed<BackupFacts>>,
): ReadonlySet<string> {
  const news: string[] = [];
  for (const [name, { facts }] of objects) if (facts.deleting && !last.has(name)) news.push(name);
  return news.length === 0 ? last : new Set([...last, ...news]);
}

const isFinal = (standing: Standing): boolean => standing === 'completed' || standing === 'failed';

/** What happened between two sights of a backup, if it counts. `newest`: see Backups. */
function transitionOf(
  known: Backup | undefined,
  backup: Backup,
  newest: number,
  now: Time,
): Transition | undefined {
  const { name, target, created } = backup.facts;
  const from = known?.standing ?? 'absent';
  const { standing } = backup;
  if (standing === from || from === 'completed') return undefined;
  if (standing === 'failed') return { type: 'backup_failed', backup: name, target };
  if (standing !== 'completed') return undefined;
  // A record found on the target is news only when its backup is younger than all that are known.
  if (from === 'absent' && !(created !== undefined && created > newest)) return undefined;
  const seconds = durationOf(backup, now);
  return { type: 'backup_completed', backup: name, target, ...(seconds !== undefined && { seconds }) };
}

/** From the start, as it was seen or else the snapshot's creation, to `created`; unknown when it is not plausible. */
function durationOf({ facts, startedAt, foundRunning }: Backup, now: Time): number | undefined {
  const start = startedAt === undefined ? facts.snapshotCreated : wallOf(startedAt, now);
  if (foundRunning || start === undefined || facts.created === undefined) return undefined;
  const seconds = (facts.created - start) / 1000;
  return seconds >= 0 ? seconds : undefined;
}

const newestKnown = (backups: Backups, { volume, target }: BackupFacts): number =>
  backups.newest.get(volume)?.get(target) ?? backups.newestAtFirst;

/** Remembers the latest `created` also after that backup is gone, for as long as its volume or another backup of it is there. */
function latest(
  last: Pairs<number>,
  byName: ReadonlyMap<string, Backup>,
  volumes: ReadonlyMap<string, unknown>,
): Pairs<number> {
  const newest = new Map<string, Map<string, number>>();
  for (const { facts, standing } of byName.values()) {
    const { volume, target, created } = facts;
    const byTarget = newest.get(volume) ?? new Map(last.get(volume));
    if (standing === 'completed' && created !== undefined) {
      byTarget.set(target, Math.max(created, byTarget.get(target) ?? created));
    }
    newest.set(volume, bounded(byTarget));
  }
  for (const [volume, byTarget] of last) {
    if (volumes.has(volume) && !newest.has(volume)) newest.set(volume, new Map(byTarget));
  }
  return newest;
}

function maximum(pairs: Pairs<number>): number | undefined {
  let highest: number | undefined;
  for (const byTarget of pairs.values()) {
    for (const value of byTarget.values()) highest = Math.max(highest ?? value, value);
  }
  return highest;
}

/** A volume has backups on a few targets: of a flood of names the oldest is forgotten. */
function bounded<T>(byTarget: Map<string, T>): Map<string, T> {
  const [oldest] = byTarget.keys();
  if (oldest !== undefined && byTarget.size > LIMITS.backup_targets.most) byTarget.delete(oldest);
  return byTarget;
}

const NO_COUNTS: BackupCounts = { completions: 0, failures: 0 };

function count(
  volumes: ReadonlyMap<string, Volume>,
  transitions: readonly VolumeTransition[],
): { readonly volumes: ReadonlyMap<string, Volume>; readonly refused: boolean } {
  if (transitions.length === 0) return { volumes, refused: false };
  const counted = new Map(volumes);
  let refused = false;
  for (const transition of transitions) {
    const volume = counted.get(transition.volume);
    if (volume === undefined || !('target' in transition)) continue;
    const known = volume.backupCounts.get(transition.target);
    // Forgetting another instead would let its counters begin anew.
    if (known === undefined && volume.backupCounts.size >= LIMITS.backup_targets.most) {
      refused = true;
      continue;
    }
    const { completions, failures } = known ?? NO_COUNTS;
    const counts =
      transition.type === 'backup_completed'
        ? { completions: completions + 1, failures }
        : { completions, failures: failures + 1 };
    const backupCounts = new Map(volume.backupCounts).set(transition.target, counts);
    counted.set(transition.volume, { ...volume, backupCounts });
  }
  return { volumes: counted, refused };
}
