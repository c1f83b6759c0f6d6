/** Counts what really happens in the simulated cluster at every step: no exporter may count more. */

import type { Backup, Cluster, Replica, Snapshot, Volume } from '../../simulator/index.ts';

/** Events of volumes, named by the counter that counts them. */
export const COUNTED_EVENTS = [
  'longhorn_volume_robustness_changes_total',
  'longhorn_volume_replica_failures_total',
  'longhorn_volume_rebuilds_total',
  'longhorn_backup_completions_total',
  'longhorn_backup_failures_total',
  'longhorn_volume_snapshots_created_total',
  'longhorn_volume_snapshots_deleted_total',
] as const;
export type CountedEvent = (typeof COUNTED_EVENTS)[number];

/** The number of events, by event and volume. */
export type Counts = ReadonlyMap<string, number>;
export const keyOf = (volume: string, event: CountedEvent): string => `${event} ${volume}`;

export interface History {
  /** The cluster to change and to serve; changes made through it are counted. */
  readonly cluster: Cluster;
  counts(): Counts;
  /** The same, but events of a volume itself count only since a volume of this name was last created. */
  countsSinceCreation(): Counts;
  /** How often a volume of each name was created. */
  creations(): ReadonlyMap<string, number>;
  stop(): void;
}

/** Healthy, degraded, faulted, and unknown while attached; otherwise undefined. */
const knownRobustness = ({ robustness, state }: Volume): string | undefined => {
  if (robustness === '' || (robustness === 'unknown' && state !== 'attached')) return undefined;
  return robustness;
};

type Status = 'failed' | 'rebuilding' | 'healthy' | 'stopped';

const statusOf = (replica: Replica, volume: Volume): Status => {
  const { name, mode, failedAt } = replica;
  const isBroken = volume.rebuildStatus.some(
    (rebuild) => rebuild.replica === name && rebuild.state === 'error',
  );
  if (failedAt !== '' || mode === 'ERR' || (mode === 'WO' && isBroken)) return 'failed';
  if (mode === 'WO') return 'rebuilding';
  return mode === 'RW' ? 'healthy' : 'stopped';
};

interface Step {
  readonly volume: Volume;
  readonly robustness: string | undefined;
  /** Replicas that were healthy since their last failure, and those with a running rebuild. */
  readonly wasHealthy: ReadonlySet<string>;
  readonly rebuilding: ReadonlySet<string>;
}

export function watchHistory(real: Cluster): History {
  const counts = new Map<string, number>();
  const countsSinceCreation = new Map<string, number>();
  const creations = new Map<string, number>();
  const add = (volume: string, event: CountedEvent, times = 1) => {
    const key = keyOf(volume, event);
    for (const map of [counts, countsSinceCreation]) map.set(key, (map.get(key) ?? 0) + times);
  };
  const begin = (volume: string) => {
    creations.set(volume, (creations.get(volume) ?? 0) + 1);
    // Backups arrive on a stream of their own, so a late event may count for the next volume of the name.
    for (const event of COUNTED_EVENTS)
      if (!event.startsWith('longhorn_backup_')) countsSinceCreation.delete(keyOf(volume, event));
  };

  const known = new Map<string, Step>();
  function step(volume: Volume, last: Step | undefined): Step {
    const { name } = volume;
    const robustness = knownRobustness(volume) ?? last?.robustness;
    if (last?.robustness !== undefined && robustness !== last.robustness)
      add(name, 'longhorn_volume_robustness_changes_total');
    const wasHealthy = new Set<string>();
    const rebuilding = new Set<string>();
    for (const replica of volume.replicas) {
      const status = statusOf(replica, volume);
      const wasHealthyBefore = last?.wasHealthy.has(replica.name) === true;
      if (status === 'failed' && wasHealthyBefore) add(name, 'longhorn_volume_replica_failures_total');
      if (status === 'healthy' || (status !== 'failed' && wasHealthyBefore)) wasHealthy.add(replica.name);
      const hasEnded = status === 'healthy' || status === 'failed' || volume.state !== 'attached';
      const isRunning = status === 'rebuilding' || last?.rebuilding.has(replica.name) === true;
      if (!hasEnded && isRunning) rebuilding.add(replica.name);
    }
    for (const replica of last?.rebuilding ?? []) {
      if (!rebuilding.has(replica)) add(name, 'longhorn_volume_rebuilds_total');
    }
    return { volume, robustness, wasHealthy, rebuilding };
  }
  function countVolumes(): void {
    const volumes = real.volumes.list();
    for (const volume of volumes) {
      const last = known.get(volume.name);
      if (last?.volume === volume) continue;
      const isNew = last === undefined || last.volume.created !== volume.created;
      if (isNew) begin(volume.name);
      known.set(volume.name, step(volume, isNew ? undefined : last));
    }
    if (known.size === volumes.length) return;
    for (const name of known.keys()) if (real.volumes.get(name) === undefined) known.delete(name);
  }

  const states = new Map<string, Backup['state']>();
  function countBackups(): void {
    for (const { name, volume, state } of real.backups.list()) {
      const last = states.get(name);
      states.set(name, state);
      if (state === last) continue;
      if (state === 'Completed') add(volume, 'longhorn_backup_completions_total');
      if (state === 'Error') add(volume, 'longhorn_backup_failures_total');
    }
  }

  function countSnapshots(volume: string, before: readonly Snapshot[], after: readonly Snapshot[]): void {
    const old = new Map(before.map((snapshot) => [snapshot.name, snapshot]));
    const remaining = new Set(after.filter(({ markRemoved }) => !markRemoved).map(({ name }) => name));
    const created = after.filter(({ name }) => !old.has(name)).length;
    const deleted = before.filter(({ name, markRemoved }) => !markRemoved && !remaining.has(name)).length;
    add(volume, 'longhorn_volume_snapshots_created_total', created);
    add(volume, 'longhorn_volume_snapshots_deleted_total', deleted);
  }

  countVolumes();
  countBackups();
  counts.clear();
  countsSinceCreation.clear();
  const unwatch = [real.volumes.watch(countVolumes), real.backups.watch(countBackups)];
  return {
    cluster: {
      ...real,
      setSnapshots(volume, snapshots) {
        countSnapshots(volume, real.snapshotsOf(volume), snapshots);
        real.setSnapshots(volume, snapshots);
      },
    },
    counts: () => new Map(counts),
    countsSinceCreation: () => countsSinceCreation,
    creations: () => new Map(creations),
    stop() {
      for (const end of unwatch) end();
    },
  };
}
