/** Folds a `backups` list into the state: the history of each backup, and a summary per volume and target. */

import { type Moment, type Time, toWall, wallOf } from '../clock.ts';
import type { NamedEvent, VolumeEvent } from '../events.ts';
import { LIMITS, type LimitName } from '../limits.ts';
import type { Listed } from '../list/element.ts';
import type { BackupFacts, BackupPhase } from '../longhorn/backup.ts';
import { foldFailures, forgetFailuresOn } from './backup-failures.ts';
import { summarizeBackups } from './backup-summary.ts';
import { foldProgress } from './progress.ts';
import { foldSchedules } from './schedules.ts';
import { rememberRestored } from './standby.ts';
import type { Backup, BackupCounts, Backups, ByVolumeAndTarget, Folded, State, Volume } from './state.ts';

/** The clock skew between two nodes that is tolerated. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

export function foldBackups(
  state: State,
  objects: ReadonlyMap<string, Listed<BackupFacts>>,
  { now, requestedAt }: { now: Time; requestedAt: number },
): Folded {
  const last = state.backups;
  const first = last.byName === undefined;
  const deleted = withDeleted(last.deleted, objects);
  const byName = new Map<string, Backup>();
  const events: NamedEvent[] = [];
  for (const [name, { facts }] of objects) {
    const known = last.byName?.get(name);
    const backup =
      known?.facts === facts ? known : foldBackup(known, facts, deleted.has(name), first, last, now);
    byName.set(name, backup);
    if (first || !isCounted(state, facts.volume)) continue;
    const event = eventOf(known, backup, newestKnown(last, facts), now);
    if (event !== undefined) events.push({ ...event, volume: facts.volume });
  }
  for (const [name, { facts, phase }] of last.byName ?? []) {
    const { volume, target } = facts;
    if (phase === 'in_progress' && !byName.has(name) && isCounted(state, volume))
      events.push({ type: 'backup_gone', volume, backup: name, target });
  }
  const limits: LimitName[] = [];
  const tooMany = deleted.size > LIMITS.deleted_backups.most;
  if (tooMany) limits.push('deleted_backups');
  const counted = count(state.volumes, events);
  if (counted.refused) limits.push('backup_targets');
  const failures = foldFailures(last.failures, byName.values(), state.volumes, now);
  const { summaries, truncated } = summarizeBackups(byName.values(), failures, now);
  if (truncated) limits.push('backup_series');
  const newest = latest(last.newest, byName, state.volumes);
  const backups: Backups = {
    byName,
    listedAt: requestedAt,
    deleted: tooMany ? new Set([...deleted].slice(-LIMITS.deleted_backups.most)) : deleted,
    summaries,
    failures,
    newest,
    startupWatermark: first ? (maximum(newest) ?? now.wall) : last.startupWatermark,
  };
  const volumes = rememberRestored(counted.volumes, byName);
  return { state: foldSchedules({ ...state, backups, volumes }, now), events, limits };
}

/** Forgets the failures on targets that Longhorn no longer lists. */
export function forgetTargets(gone: ReadonlySet<string>, backups: Backups, now: Time): Backups {
  const failures = forgetFailuresOn(gone, backups);
  return {
    ...backups,
    failures,
    summaries: summarizeBackups(backups.byName?.values() ?? [], failures, now).summaries,
  };
}

/** Backups of a standby volume are made by another cluster; backups of a deleted volume have no owner. */
const isCounted = (state: State, volume: string): boolean =>
  state.volumes.get(volume)?.facts.standby === false;

const isFinal = (phase: BackupPhase): boolean => phase === 'completed' || phase === 'failed';

function foldBackup(
  known: Backup | undefined,
  facts: BackupFacts,
  deleted: boolean,
  first: boolean,
  { listedAt }: Backups,
  now: Time,
): Backup {
  const phase = deleted && !facts.undeletable ? 'absent' : facts.phase;
  const { monotonic } = now;
  const starts = phase === 'in_progress' && (known?.startedAt === undefined || isFinal(known.phase));
  const begun = starts
    ? {
        startedAt: (first ? snapshotMoment(facts) : undefined) ?? { monotonic },
        uploadingAt: undefined,
        runningAtStartup: first,
      }
    : {
        startedAt: known?.startedAt,
        uploadingAt: known?.uploadingAt,
        runningAtStartup: known?.runningAtStartup ?? false,
      };
  const uploads = phase === 'in_progress' && facts.uploading && !first && known?.facts.uploading !== true;
  const backup: Backup = {
    facts,
    phase,
    seenAt: known?.seenAt ?? monotonic,
    // Backups in the first list may have existed for a long time.
    lastAbsentAt: known?.lastAbsentAt ?? (first ? monotonic : listedAt),
    ...begun,
    uploadingAt: begun.uploadingAt ?? (uploads ? monotonic : undefined),
    progressed:
      phase === 'in_progress'
        ? foldProgress(starts ? undefined : known?.progressed, facts.progress, monotonic)
        : undefined,
    failedAt: failedAt(known, phase, facts, first, monotonic),
    uploadSeconds: undefined,
  };
  return phase === 'completed' ? { ...backup, uploadSeconds: uploadSeconds(backup, now) } : backup;
}

const snapshotMoment = ({ snapshotCreated }: BackupFacts): Moment | undefined =>
  snapshotCreated === undefined ? undefined : { wall: snapshotCreated };

function failedAt(
  known: Backup | undefined,
  phase: BackupPhase,
  facts: BackupFacts,
  first: boolean,
  monotonic: number,
): Moment | undefined {
  if (phase !== 'failed') return undefined;
  if (known?.phase === 'failed') return known.failedAt;
  return (first ? snapshotMoment(facts) : undefined) ?? { monotonic };
}

function withDeleted(
  last: ReadonlySet<string>,
  objects: ReadonlyMap<string, Listed<BackupFacts>>,
): ReadonlySet<string> {
  const news: string[] = [];
  for (const [name, { facts }] of objects) if (facts.deleting && !last.has(name)) news.push(name);
  return news.length === 0 ? last : new Set([...last, ...news]);
}

/** The event between two sights of a backup, if it counts. `newest`: see Backups. */
function eventOf(
  known: Backup | undefined,
  backup: Backup,
  newest: number,
  now: Time,
): VolumeEvent | undefined {
  const { facts, phase } = backup;
  const { name, target, created, mode, reason, error, undeletable } = facts;
  const from = known?.phase ?? 'absent';
  if (phase === from || from === 'completed') return undefined;
  if (phase === 'in_progress') return { type: 'backup_started', backup: name, target };
  if (phase === 'failed') return { type: 'backup_failed', backup: name, target, reason, error };
  if (phase === 'absent')
    return from === 'in_progress' ? { type: 'backup_gone', backup: name, target } : undefined;
  // A record found on the target counts only if its backup is newer than all known ones.
  if (from === 'absent' && (undeletable || !isNew(backup, created, newest, now))) return undefined;
  return { type: 'backup_completed', backup: name, target, mode, ...durations(backup, now) };
}

function isNew({ lastAbsentAt }: Backup, created: number | undefined, newest: number, now: Time): boolean {
  return created !== undefined && created > newest && created > toWall(lastAbsentAt, now) - MAX_CLOCK_SKEW_MS;
}

/** From the start as seen, or else the snapshot's creation, to `created`; unknown if implausible. */
function durations(backup: Backup, now: Time): { seconds?: number; queueSeconds?: number } {
  const { facts, startedAt, uploadingAt, runningAtStartup } = backup;
  const start = startedAt === undefined ? facts.snapshotCreated : wallOf(startedAt, now);
  if (runningAtStartup || start === undefined || facts.created === undefined) return {};
  const seconds = (facts.created - start) / 1000;
  if (seconds < 0) return {};
  if (startedAt === undefined || uploadingAt === undefined) return { seconds };
  return { seconds, queueSeconds: Math.min(seconds, (toWall(uploadingAt, now) - start) / 1000) };
}

function uploadSeconds({ facts, uploadingAt }: Backup, now: Time): number | undefined {
  if (uploadingAt === undefined || facts.created === undefined) return undefined;
  return Math.max(0, facts.created - toWall(uploadingAt, now)) / 1000;
}

const newestKnown = (backups: Backups, { volume, target }: BackupFacts): number =>
  backups.newest.get(volume)?.get(target) ?? backups.startupWatermark;

/** Remembers the latest `created` even after that backup is gone, while its volume or another of its backups exists. */
function latest(
  last: ByVolumeAndTarget<number>,
  byName: ReadonlyMap<string, Backup>,
  volumes: ReadonlyMap<string, unknown>,
): ByVolumeAndTarget<number> {
  const newest = new Map<string, Map<string, number>>();
  for (const { facts, phase } of byName.values()) {
    const { volume, target, created } = facts;
    const byTarget = newest.get(volume) ?? new Map(last.get(volume));
    if (phase === 'completed' && created !== undefined) {
      byTarget.set(target, Math.max(created, byTarget.get(target) ?? created));
    }
    newest.set(volume, dropOldest(byTarget));
  }
  for (const [volume, byTarget] of last) {
    if (volumes.has(volume) && !newest.has(volume)) newest.set(volume, new Map(byTarget));
  }
  return newest;
}

function maximum(pairs: ByVolumeAndTarget<number>): number | undefined {
  let highest: number | undefined;
  for (const byTarget of pairs.values()) {
    for (const value of byTarget.values()) highest = Math.max(highest ?? value, value);
  }
  return highest;
}

/** Volumes have backups on few targets: if there are too many names, the oldest is forgotten. */
function dropOldest<T>(byTarget: Map<string, T>): Map<string, T> {
  const [oldest] = byTarget.keys();
  if (oldest !== undefined && byTarget.size > LIMITS.backup_targets.most) byTarget.delete(oldest);
  return byTarget;
}

const NO_COUNTS: BackupCounts = { completions: 0, failures: 0 };

function count(
  volumes: ReadonlyMap<string, Volume>,
  events: readonly NamedEvent[],
): { readonly volumes: ReadonlyMap<string, Volume>; readonly refused: boolean } {
  const ended = events.filter(({ type }) => type === 'backup_completed' || type === 'backup_failed');
  if (ended.length === 0) return { volumes, refused: false };
  const counted = new Map(volumes);
  let refused = false;
  for (const event of ended) {
    const volume = counted.get(event.volume);
    if (volume === undefined || !('target' in event)) continue;
    const known = volume.backupCounts.get(event.target);
    // Forgetting another target instead would reset its counters.
    if (known === undefined && volume.backupCounts.size >= LIMITS.backup_targets.most) {
      refused = true;
      continue;
    }
    const { completions, failures } = known ?? NO_COUNTS;
    const counts =
      event.type === 'backup_completed'
        ? { completions: completions + 1, failures }
        : { completions, failures: failures + 1 };
    const backupCounts = new Map(volume.backupCounts).set(event.target, counts);
    counted.set(event.volume, { ...volume, backupCounts });
  }
  return { volumes: counted, refused };
}
