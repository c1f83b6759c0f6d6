/** Folds a volume's replicas: the status of each, failures, rebuilds and their results. */

import type { Time } from '../clock.ts';
import type { RebuildResult, VolumeEvent } from '../events.ts';
import type { ReplicaFacts } from '../longhorn/replica.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import { foldProgress } from './progress.ts';
import {
  REPLICA_STATUSES,
  type Rebuild,
  type Replica,
  type ReplicaHistory,
  type ReplicaStatus,
  type Volume,
} from './state.ts';

const NO_REPLICA_HISTORY: ReplicaHistory = {
  byName: undefined,
  failures: 0,
  rebuilds: { succeeded: 0, failed: 0, interrupted: 0 },
  lastRebuildSeconds: undefined,
};

/** The volume's current replicas; undefined if Longhorn does not list them. */
export const replicasOf = ({ facts, replicas }: Volume): readonly Replica[] | undefined =>
  facts.replicas === undefined ? undefined : [...(replicas.byName?.values() ?? [])];

/** How many replicas are in each status. */
export function countStatuses(replicas: readonly Replica[]): Record<ReplicaStatus, number> {
  const counts = Object.fromEntries(REPLICA_STATUSES.map((status) => [status, 0]));
  for (const { status } of replicas) counts[status] = (counts[status] ?? 0) + 1;
  return counts as Record<ReplicaStatus, number>;
}

/** The longest running rebuild, with its replica. */
export function oldestRebuild(volume: Volume): { rebuild: Rebuild; replica: Replica } | undefined {
  let oldest: { rebuild: Rebuild; replica: Replica } | undefined;
  for (const replica of replicasOf(volume) ?? []) {
    const { rebuild, status } = replica;
    if (status !== 'rebuilding' || rebuild === undefined) continue;
    if (oldest === undefined || rebuild.startedAt < oldest.rebuild.startedAt) oldest = { rebuild, replica };
  }
  return oldest;
}

/** `last`: undefined at first sight of the volume, when a running rebuild may have started long ago. */
export function foldReplicas(
  last: ReplicaHistory | undefined,
  facts: VolumeFacts,
  now: Time,
): { history: ReplicaHistory; events: VolumeEvent[] } {
  const history = last ?? NO_REPLICA_HISTORY;
  if (facts.replicas === undefined) return { history, events: [] };
  const detached = facts.state !== undefined && facts.state !== 'attached';
  const byName = new Map<string, Replica>();
  const events: VolumeEvent[] = [];

  const endRebuild = (replica: string, { startedAt, seenFromStart }: Rebuild, result: RebuildResult) => {
    const seconds = (now.monotonic - startedAt) / 1000;
    const known = result === 'succeeded' && seenFromStart;
    events.push({ type: 'rebuild_ended', replica, result, ...(known && { seconds }) });
  };

  for (const replica of facts.replicas) {
    const { name } = replica;
    const known = history.byName?.get(name);
    const next = foldReplica(known, replica, facts);
    const result = known?.rebuild && resultOf(next.status, detached);
    if (known?.rebuild && result) endRebuild(name, known.rebuild, result);
    let rebuild = result ? undefined : known?.rebuild;
    const progressed = foldProgress(rebuild?.progressed, replica.progress, now.monotonic);
    if (rebuild) rebuild = { ...rebuild, progressed };
    else if (next.status === 'rebuilding' && !detached) {
      rebuild = { startedAt: now.monotonic, seenFromStart: last !== undefined, progressed };
      events.push({ type: 'rebuild_started', replica: name });
    }
    if (next.status === 'failed' && known?.healthySinceFailure === true)
      events.push({ type: 'replica_failed', replica: name });
    byName.set(name, { ...next, rebuild });
  }
  for (const [name, { rebuild }] of history.byName ?? []) {
    if (rebuild && !byName.has(name)) endRebuild(name, rebuild, 'interrupted');
  }
  return { history: count({ ...history, byName }, events), events };
}

function foldReplica(
  known: Replica | undefined,
  facts: ReplicaFacts,
  volume: VolumeFacts,
): Omit<Replica, 'rebuild'> {
  const inEngine = volume.state === 'attached' && (volume.replicas ?? []).some(({ mode }) => mode !== '');
  const hadMode = facts.mode !== '' || known?.hadMode === true;
  const status = statusOf(facts, volume, inEngine && !hadMode);
  const healthySinceFailure =
    status === 'healthy' || (status !== 'failed' && known?.healthySinceFailure === true);
  const seenInEngine = inEngine || known?.seenInEngine === true;
  const usableByRecord = !facts.failed && facts.hasDisk && (healthySinceFailure || !seenInEngine);
  const usable = inEngine ? status === 'healthy' : usableByRecord;
  return { facts, status, usable, healthySinceFailure, hadMode, seenInEngine };
}

/** `notInEngine`: the engine reports modes of other replicas, but never has for this one. */
function statusOf(
  { mode, running, failed }: ReplicaFacts,
  { state, controllers }: VolumeFacts,
  notInEngine: boolean,
): ReplicaStatus {
  if (failed) return 'failed';
  if (!running && state === 'attached') return 'stopped';
  if (mode === 'WO') return 'rebuilding';
  if (mode === 'RW') return 'healthy';
  // The second set of replicas during a migration has no mode either.
  return notInEngine && running && controllers?.length === 1 ? 'waiting' : 'stopped';
}

/** The result of a rebuild, if it has ended. A mode that changes from WO to empty while attached is not an end. */
function resultOf(status: ReplicaStatus, detached: boolean): RebuildResult | undefined {
  if (status === 'healthy') return 'succeeded';
  if (detached) return 'interrupted';
  return status === 'failed' ? 'failed' : undefined;
}

function count(history: ReplicaHistory, events: readonly VolumeEvent[]): ReplicaHistory {
  let { failures, lastRebuildSeconds } = history;
  const rebuilds = { ...history.rebuilds };
  for (const event of events) {
    if (event.type === 'replica_failed') failures++;
    if (event.type !== 'rebuild_ended') continue;
    rebuilds[event.result]++;
    lastRebuildSeconds = event.seconds ?? lastRebuildSeconds;
  }
  return { ...history, failures, rebuilds, lastRebuildSeconds };
}
