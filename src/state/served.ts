/** Decides what this exporter serves of the state: what it owns, and only while that is known to be fresh. */

import type { Time } from '../clock.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { StreamName } from '../longhorn/streams.ts';
import { isFresh, type StreamStatus } from '../stream/status.ts';
import { hashesOf, ownerOf } from './owners.ts';
import { countStatuses, replicasOf } from './replicas.ts';
import { restoredUntil } from './standby.ts';
import type {
  BackupCounts,
  BackupSummary,
  Replica,
  ReplicaStatus,
  SnapshotSummary,
  State,
  Target,
  Volume,
  VolumeSchedule,
} from './state.ts';

export interface ServePolicy {
  /** The node whose volumes are served; undefined to serve every volume. */
  readonly node: string | undefined;
  /** STALE_AFTER, in milliseconds. */
  readonly staleAfter: number;
  /** The snapshots of a volume are withdrawn when they were not asked for during so long, in milliseconds. */
  readonly snapshotsStaleAfter: number;
  /** The schedule of a volume is withdrawn when its jobs were not asked for during so long, in milliseconds. */
  readonly jobsStaleAfter: number;
}

export type Statuses = { readonly [S in StreamName]: StreamStatus };

/** A volume, and the zones of all nodes that have one. */
export interface VolumeSeries {
  readonly volume: Volume;
  readonly zones: ReadonlyMap<string, string>;
}

/** What is known of a volume's backups on one target. */
export interface BackupSeries {
  readonly volume: Volume;
  readonly target: string;
  /** Undefined when the target holds no backup of the volume. */
  readonly summary: BackupSummary | undefined;
  /** Undefined while nothing was seen to end. */
  readonly counts: BackupCounts | undefined;
}

/** What is known of a volume's snapshots, once they were asked for. */
export interface SnapshotSeries {
  readonly volume: Volume;
  readonly summary: SnapshotSummary;
  /** The snapshot's time of the newest completed backup on any target, Unix milliseconds. */
  readonly backedUpTo: number | undefined;
}

/** What is known of a volume's recurring jobs, and how far a standby volume has come. */
export interface ScheduleSeries {
  readonly volume: Volume;
  /** Undefined while jobs or labels are not known, or not fresh. */
  readonly schedule: VolumeSchedule | undefined;
  /** Unix milliseconds; of a standby volume. */
  readonly restoredUntil: number | undefined;
}

/** What is on a node, from all volumes. */
export interface NodeSeries {
  readonly node: string;
  /** Volumes whose engine is there. */
  readonly attached: readonly string[];
  readonly replicas: Readonly<Record<ReplicaStatus, number>>;
  /** Volumes all of whose usable replicas are there. */
  readonly soleCopies: readonly string[];
}

export interface Served {
  readonly volumes: readonly VolumeSeries[];
  readonly snapshots: readonly SnapshotSeries[];
  readonly backups: readonly BackupSeries[];
  readonly targets: readonly Target[];
  readonly nodes: readonly NodeSeries[];
  readonly schedules: readonly ScheduleSeries[];
}

type Ownership = Pick<ServePolicy, 'node' | 'staleAfter'>;

/** Whether this exporter serves the volume. One that does not know the nodes owns nothing: two might else. */
export function owns(
  state: State,
  statuses: Statuses,
  { node, staleAfter }: Ownership,
  volume: string,
  now: Time,
) {
  if (node === undefined) return true;
  return isFresh(statuses.nodes, staleAfter, now) && state.owners.byName.get(volume) === node;
}

const NOTHING: Served = { volumes: [], snapshots: [], backups: [], targets: [], nodes: [], schedules: [] };

export function served(state: State, statuses: Statuses, policy: ServePolicy, now: Time): Served {
  const fresh = (stream: StreamName) => isFresh(statuses[stream], policy.staleAfter, now);
  if (policy.node !== undefined && !fresh('nodes')) return NOTHING;
  const volumes = ownedVolumes(state, statuses, policy, now);
  const zones = fresh('nodes') ? zonesOf(state.nodes) : new Map<string, string>();
  const isOwned = ownedNames(state, policy.node);
  return {
    volumes: volumes.map((volume) => ({ volume, zones })),
    snapshots: volumes.flatMap((volume) => snapshotSeries(state, volume, policy.snapshotsStaleAfter, now)),
    backups: fresh('backups') ? volumes.flatMap((volume) => backupSeries(state, volume)) : [],
    targets: fresh('backuptargets')
      ? [...(state.targets?.values() ?? [])].filter(
          ({ facts }) => facts.scheme !== undefined && isOwned(facts.name),
        )
      : [],
    schedules: fresh('backups')
      ? volumes.flatMap((volume) =>
          scheduleSeries(state, volume, fresh('recurringjobs') && isAsked(volume, policy, now)),
        )
      : [],
    nodes: fresh('volumes') && fresh('nodes') ? nodeSeries(state).filter(({ node }) => isOwned(node)) : [],
  };
}

/** The volumes that are served here; none while the lists that say so are stale. */
export function ownedVolumes(
  { volumes, owners }: State,
  statuses: Statuses,
  { node, staleAfter }: Ownership,
  now: Time,
): Volume[] {
  if (!isFresh(statuses.volumes, staleAfter, now)) return [];
  if (node !== undefined && !isFresh(statuses.nodes, staleAfter, now)) return [];
  const all = [...volumes.values()];
  return node === undefined ? all : all.filter(({ facts }) => owners.byName.get(facts.name) === node);
}

/** Whether a target or a node of this name is served here: they have one owner, by their name as a volume has. */
function ownedNames({ owners }: State, node: string | undefined): (name: string) => boolean {
  if (node === undefined) return () => true;
  const candidates = hashesOf(owners.candidates);
  return (name) => ownerOf(name, candidates) === node;
}

export const zonesOf = (nodes: ReadonlyMap<string, NodeFacts> | undefined): ReadonlyMap<string, string> =>
  new Map(
    [...(nodes?.values() ?? [])].filter(({ zone }) => zone !== '').map(({ name, zone }) => [name, zone]),
  );

export function snapshotSeries(
  state: State,
  volume: Volume,
  staleAfter: number,
  now: Time,
): SnapshotSeries[] {
  const { summary, askedAt } = volume.snapshots;
  if (summary === undefined || now.monotonic - askedAt > staleAfter) return [];
  let backedUpTo: number | undefined;
  for (const { snapshotCreated } of state.backups.summaries.get(volume.facts.name)?.values() ?? [])
    if (snapshotCreated !== undefined) backedUpTo = Math.max(snapshotCreated, backedUpTo ?? 0);
  return [{ volume, summary, backedUpTo }];
}

/** Whether its recurring jobs were asked for lately. */
const isAsked = ({ jobLabels }: Volume, { jobsStaleAfter }: ServePolicy, now: Time): boolean =>
  jobLabels !== undefined && now.monotonic - jobLabels.askedAt <= jobsStaleAfter;

/** A standby volume's backups are made by the jobs of another cluster. `isFresh`: whether its schedule is. */
export function scheduleSeries(state: State, volume: Volume, isFresh: boolean): ScheduleSeries[] {
  const schedule = isFresh && !volume.facts.standby ? volume.schedule : undefined;
  const until = restoredUntil(state, volume);
  return schedule === undefined && until === undefined ? [] : [{ volume, schedule, restoredUntil: until }];
}

/** A volume has series for its own target, and for every other that holds a backup of it. */
export function backupSeries({ backups }: State, volume: Volume): BackupSeries[] {
  const { name, backupTarget } = volume.facts;
  const summaries = backups.summaries.get(name);
  const targets = new Set(summaries?.keys());
  if (backupTarget !== '') targets.add(backupTarget);
  return [...targets].map((target) => ({
    volume,
    target,
    summary: summaries?.get(target),
    counts: volume.backupCounts.get(target),
  }));
}

/** The nodes on which a volume has usable replicas; undefined when Longhorn lists no replica of it. */
export function redundancyNodes(volume: Volume): ReadonlySet<string> | undefined {
  const replicas = replicasOf(volume);
  if (replicas === undefined || replicas.length === 0) return undefined;
  return new Set(replicas.filter(({ usable }) => usable).map(({ facts }) => facts.node));
}

/** While a volume migrates it has an engine on two nodes. */
export function engineNodes({ facts, engineNode }: Volume): ReadonlySet<string> {
  return new Set(engineNode === '' ? [] : [engineNode, ...(facts.controllers ?? []).map(({ node }) => node)]);
}

/** Every node that Longhorn lists. */
export function nodeSeries({ volumes, nodes }: State): NodeSeries[] {
  const found = new Map(
    [...(nodes?.keys() ?? [])].map((node) => [
      node,
      { node, attached: [] as string[], replicas: [] as Replica[], soleCopies: [] as string[] },
    ]),
  );
  for (const volume of volumes.values()) {
    const { name } = volume.facts;
    for (const node of engineNodes(volume)) found.get(node)?.attached.push(name);
    for (const replica of replicasOf(volume) ?? []) found.get(replica.facts.node)?.replicas.push(replica);
    const [sole, ...others] = redundancyNodes(volume) ?? [];
    if (sole !== undefined && others.length === 0) found.get(sole)?.soleCopies.push(name);
  }
  return [...found.values()].map((node) => ({ ...node, replicas: countStatuses(node.replicas) }));
}
