/** Decides what this exporter serves of the state: what it owns, and only while that is known to be fresh. */

import type { Time } from '../clock.ts';
import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import type { StreamName } from '../longhorn/streams.ts';
import { isFresh, type StreamStatus } from '../stream/status.ts';
import type { BackupSummary, SummariesByTarget } from './backup-summary.ts';
import { hashOf, ownerOf } from './owners.ts';
import type { SnapshotHistory, SnapshotSummary } from './snapshots.ts';
import type { BackupCounts, State, Volume } from './state.ts';

export interface ServePolicy {
  /** The node whose volumes are served; undefined to serve every volume. */
  readonly node: string | undefined;
  /** STALE_AFTER, in milliseconds. */
  readonly staleAfter: number;
  /** The snapshots of a volume are withdrawn when they were not asked for during so long, in milliseconds. */
  readonly snapshotsStaleAfter: number;
}

export type Statuses = { readonly [S in StreamName]: StreamStatus };

/** What is known of a volume's backups on one target. */
export interface BackupSeries {
  readonly volume: Volume;
  readonly target: string;
  /** Undefined when the target holds no backup of the volume. */
  readonly summary: BackupSummary | undefined;
  /** Undefined while nothing was seen to end. */
  readonly counts: BackupCounts | undefined;
}

/** What is known of a volume's snapshots, once it was asked for. */
export interface SnapshotSeries {
  readonly volume: Volume;
  readonly history: SnapshotHistory;
  readonly summary: SnapshotSummary;
}

export interface Served {
  readonly volumes: readonly Volume[];
  readonly snapshots: readonly SnapshotSeries[];
  readonly backups: readonly BackupSeries[];
  readonly targets: readonly BackupTargetFacts[];
}

/** Whether this exporter serves the volume. One that does not know the nodes owns nothing: two might else. */
export function owns(
  state: State,
  statuses: Statuses,
  { node, staleAfter }: Pick<ServePolicy, 'node' | 'staleAfter'>,
  volume: string,
  now: Time,
) {
  if (node === undefined) return true;
  return isFresh(statuses.nodes, staleAfter, now) && state.owners.byName.get(volume) === node;
}

const NOTHING: Served = { volumes: [], snapshots: [], backups: [], targets: [] };

export function served(state: State, statuses: Statuses, policy: ServePolicy, now: Time): Served {
  const fresh = (stream: StreamName) => isFresh(statuses[stream], policy.staleAfter, now);
  if (policy.node !== undefined && !fresh('nodes')) return NOTHING;
  const volumes = ownedVolumes(state, statuses, policy, now);
  return {
    volumes,
    snapshots: volumes.flatMap((volume) => snapshotSeries(volume, policy.snapshotsStaleAfter, now)),
    backups: fresh('backups') ? volumes.flatMap((volume) => backupSeries(state, volume)) : [],
    targets: fresh('backuptargets') ? ownedTargets(state, policy.node) : [],
  };
}

/** The volumes that are served here; none while the lists that say so are stale. */
export function ownedVolumes(
  { volumes, owners }: State,
  statuses: Statuses,
  { node, staleAfter }: Pick<ServePolicy, 'node' | 'staleAfter'>,
  now: Time,
): Volume[] {
  if (!isFresh(statuses.volumes, staleAfter, now)) return [];
  if (node !== undefined && !isFresh(statuses.nodes, staleAfter, now)) return [];
  const all = [...volumes.values()];
  return node === undefined ? all : all.filter(({ facts }) => owners.byName.get(facts.name) === node);
}

/** The series of a volume are the same objects for as long as nothing changed, so that their text can be kept. */
const knownSnapshots = new WeakMap<Volume, SnapshotSeries>();
const knownBackups = new WeakMap<
  Volume,
  { summaries: SummariesByTarget | undefined; series: BackupSeries[] }
>();

export function snapshotSeries(volume: Volume, staleAfter: number, now: Time): SnapshotSeries[] {
  const { snapshots: history } = volume;
  const { summary, askedAt } = history;
  if (summary === undefined || now.monotonic - askedAt > staleAfter) return [];
  const series = knownSnapshots.get(volume) ?? { volume, history, summary };
  knownSnapshots.set(volume, series);
  return [series];
}

/** A volume has series for its own target, and for every other that holds a backup of it. */
export function backupSeries({ backups }: State, volume: Volume): BackupSeries[] {
  const { name, backupTarget } = volume.facts;
  const summaries = backups.summaries.get(name);
  const known = knownBackups.get(volume);
  if (known !== undefined && known.summaries === summaries) return known.series;
  const targets = new Set(summaries?.keys());
  if (backupTarget !== '') targets.add(backupTarget);
  const series = [...targets].map((target) => ({
    volume,
    target,
    summary: summaries?.get(target),
    counts: volume.backupCounts.get(target),
  }));
  knownBackups.set(volume, { summaries, series });
  return series;
}

function ownedTargets({ targets, owners }: State, node: string | undefined): BackupTargetFacts[] {
  const candidates = owners.candidates.map((name) => ({ name, hash: hashOf(name) }));
  return [...(targets?.values() ?? [])].filter(
    ({ name, scheme }) => scheme !== undefined && (node === undefined || ownerOf(name, candidates) === node),
  );
}
