/** Selects the part of the state that this exporter serves: what it owns, and only while it is not stale. */

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
  /** The node whose volumes are served; undefined: all volumes. */
  readonly node: string | undefined;
  /** STALE_AFTER, in milliseconds. */
  readonly staleAfter: number;
  /** The snapshots of a volume are withdrawn if the last response is older than this, in milliseconds. */
  readonly snapshotsStaleAfter: number;
  /** The schedule of a volume is withdrawn if its last list of jobs is older than this, in milliseconds. */
  readonly jobsStaleAfter: number;
}

export type Statuses = { readonly [S in StreamName]: StreamStatus };

/** A volume, and the zones by node. */
export interface VolumeSeries {
  readonly volume: Volume;
  readonly zones: ReadonlyMap<string, string>;
}

/** A volume's backups on one target. */
export interface BackupSeries {
  readonly volume: Volume;
  readonly target: string;
  /** Undefined when the target holds no backup of the volume. */
  readonly summary: BackupSummary | undefined;
  /** Undefined until a backup was seen to end. */
  readonly counts: BackupCounts | undefined;
}

/** A volume's snapshots. */
export interface SnapshotSeries {
  readonly volume: Volume;
  readonly summary: SnapshotSummary;
  /** The snapshot time of the newest completed backup on any target, Unix milliseconds. */
  readonly backedUpTo: number | undefined;
}

/** A volume's recurring jobs, or how far a standby volume is restored. */
export interface ScheduleSeries {
  readonly volume: Volume;
  /** Undefined while jobs or labels are unknown or stale. */
  readonly schedule: VolumeSchedule | undefined;
  /** Unix milliseconds; standby volumes only. */
  readonly restoredUntil: number | undefined;
}

/** The volumes and replicas on a node. */
export interface NodeSeries {
  readonly node: string;
  /** Volumes with their engine on it. */
  readonly attached: readonly string[];
  readonly replicas: Readonly<Record<ReplicaStatus, number>>;
  /** Volumes with all usable replicas on it. */
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

/** Whether this exporter serves the volume. It owns nothing while the nodes are unknown, because two exporters might then. */
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
          scheduleSeries(state, volume, fresh('recurringjobs') && hasFreshJobs(volume, policy, now)),
        )
      : [],
    nodes: fresh('volumes') && fresh('nodes') ? nodeSeries(state).filter(({ node }) => isOwned(node)) : [],
  };
}

/** The volumes served here; none while the lists of volumes or nodes are stale. */
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

/** Whether a target or node of this name is served here: its owner is chosen by name, as for a volume. */
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
  const { summary, requestedAt } = volume.snapshots;
  if (summary === undefined || now.monotonic - requestedAt > staleAfter) return [];
  let backedUpTo: number | undefined;
  for (const { snapshotCreated } of state.backups.summaries.get(volume.facts.name)?.values() ?? [])
    if (snapshotCreated !== undefined) backedUpTo = Math.max(snapshotCreated, backedUpTo ?? 0);
  return [{ volume, summary, backedUpTo }];
}

/** Whether its list of recurring jobs is fresh. */
const hasFreshJobs = ({ jobLabels }: Volume, { jobsStaleAfter }: ServePolicy, now: Time): boolean =>
  jobLabels !== undefined && now.monotonic - jobLabels.requestedAt <= jobsStaleAfter;

/** A standby volume has no schedule here: another cluster makes its backups. `isFresh`: whether the schedule is fresh. */
export function scheduleSeries(state: State, volume: Volume, isFresh: boolean): ScheduleSeries[] {
  const schedule = isFresh && !volume.facts.standby ? volume.schedule : undefined;
  const until = restoredUntil(state, volume);
  return schedule === undefined && until === undefined ? [] : [{ volume, schedule, restoredUntil: until }];
}

/** A volume has series for its own target and for every other target that holds one of its backups. */
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

/** The nodes with usable replicas of the volume; undefined if Longhorn lists no replicas. */
export function redundancyNodes(volume: Volume): ReadonlySet<string> | undefined {
  const replicas = replicasOf(volume);
  if (replicas === undefined || replicas.length === 0) return undefined;
  return new Set(replicas.filter(({ usable }) => usable).map(({ facts }) => facts.node));
}

/** A migrating volume has an engine on two nodes. */
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
