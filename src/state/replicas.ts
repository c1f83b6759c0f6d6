/** Folds a volume's replicas: which failed, what was rebuilt, and how each rebuild ended. */

import type { Time } from '../clock.ts';
import type { ReplicaFacts } from '../longhorn/replica.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import type { RebuildResult, Transition } from './transition.ts';

/** A rebuild that has not ended, also while the replica shows no mode for a moment. */
export interface Rebuild {
  /** Monotonic milliseconds of its first sight. */
  readonly startedAt: number;
  /** False when it was already running at our first sight of the volume: its duration is not known. */
  readonly seenFromStart: boolean;
}

/** What is remembered of one replica. */
export interface Replica {
  readonly healthySinceFailure: boolean;
  readonly rebuild: Rebuild | undefined;
}

export interface ReplicaHistory {
  readonly byName: ReadonlyMap<string, Replica>;
  readonly failures: number;
  readonly rebuilds: Readonly<Record<RebuildResult, number>>;
  /** Of the last rebuild seen from its start to success. */
  readonly lastRebuildSeconds: number | undefined;
}

const NO_REPLICA_HISTORY: ReplicaHistory = {
  byName: new Map(),
  failures: 0,
  rebuilds: { succeeded: 0, failed: 0, interrupted: 0 },
  lastRebuildSeconds: undefined,
};

const UNKNOWN_REPLICA: Replica = { healthySinceFailure: false, rebuild: undefined };

/** `last`: undefined at the first sight of the volume, when a running rebuild may have begun long ago. */
export function foldReplicas(
  last: ReplicaHistory | undefined,
  facts: VolumeFacts,
  now: Time,
): { history: ReplicaHistory; transitions: Transition[] } {
  const history = last ?? NO_REPLICA_HISTORY;
  if (facts.replicas === undefined) return { history, transitions: [] };
  const detached = facts.state !== undefined && facts.state !== 'attached';
  const byName = new Map<string, Replica>();
  const transitions: Transition[] = [];

  const endRebuild = (replica: string, { startedAt, seenFromStart }: Rebuild, result: RebuildResult) => {
    const seconds = (now.monotonic - startedAt) / 1000;
    const known = result === 'succeeded' && seenFromStart;
    transitions.push({ type: 'rebuild_ended', replica, result, ...(known && { seconds }) });
  };

  for (const replica of facts.replicas) {
    const { name, status } = replica;
    const known = history.byName.get(name) ?? UNKNOWN_REPLICA;
    const result = known.rebuild && resultOf(replica, detached);
    if (known.rebuild && result) endRebuild(name, known.rebuild, result);
    let rebuild = result ? undefined : known.rebuild;
    if (status === 'rebuilding' && !detached && !rebuild) {
      rebuild = { startedAt: now.monotonic, seenFromStart: last !== undefined };
      transitions.push({ type: 'rebuild_started', replica: name });
    }
    if (status === 'failed' && known.healthySinceFailure)
      transitions.push({ type: 'replica_failed', replica: name });
    const healthySinceFailure = status === 'healthy' || (status !== 'failed' && known.healthySinceFailure);
    byName.set(name, { healthySinceFailure, rebuild });
  }
  for (const [name, { rebuild }] of history.byName) {
    if (rebuild && !byName.has(name)) endRebuild(name, rebuild, 'interrupted');
  }
  return { history: count({ ...history, byName }, transitions), transitions };
}

/** How a running rebuild has ended, if it has: WO to empty while attached tells nothing yet. */
function resultOf({ status }: ReplicaFacts, detached: boolean): RebuildResult | undefined {
  if (status === 'healthy') return 'succeeded';
  if (detached) return 'interrupted';
  return status === 'failed' ? 'failed' : undefined;
}

function count(history: ReplicaHistory, transitions: readonly Transition[]): ReplicaHistory {
  let { failures, lastRebuildSeconds } = history;
  const rebuilds = { ...history.rebuilds };
  for (const transition of transitions) {
    if (transition.type === 'replica_failed') failures++;
    if (transition.type !== 'rebuild_ended') continue;
    rebuilds[transition.result]++;
    lastRebuildSeconds = transition.seconds ?? lastRebuildSeconds;
  }
  return { ...history, failures, rebuilds, lastRebuildSeconds };
}
