/** Scenes about replicas: one fails and is rebuilt, sometimes at the second attempt, or all fail at once. */

import {
  attachVolume,
  createSnapshot,
  dropReplica,
  errorRebuild,
  failRebuild,
  failReplica,
  faultVolume,
  finishRebuild,
  isRebuilding,
  removeSnapshot,
  salvageVolume,
  setRebuildProgress,
  startRebuild,
} from '../../simulator/index.ts';
import { pick } from '../../simulator/random.ts';
import { metric, readyNodes, type Scene, type Stage, withVolume } from './stage.ts';

/** Whether this failed replica can be rebuilt now: not while its own node or its engine's node is dead. */
function canRebuild({ cluster }: Stage, volume: string, replica: string): boolean {
  const { state, robustness, replicas } = cluster.volumes.get(volume) ?? {};
  const failed = replicas?.find(({ name, failedAt }) => name === replica && failedAt !== '');
  if (state !== 'attached' || robustness === 'unknown' || failed === undefined) return false;
  return cluster.nodes.get(failed.node)?.ready ?? false;
}

const isStillRebuilding = ({ cluster }: Stage, volume: string, replica: string): boolean =>
  isRebuilding(cluster, volume, replica) && cluster.volumes.get(volume)?.robustness !== 'unknown';

/** Rebuilds up to `until` percent; a full rebuild takes 30 to 60 seconds. Stops if another event interrupts it. */
function* rebuildUntil(
  stage: Stage,
  volume: string,
  replica: string,
  until: number,
): Generator<number, void> {
  const { cluster, random } = stage;
  startRebuild(cluster, volume, { replica });
  for (let progress = 0; progress < until; ) {
    yield 2000;
    if (!isStillRebuilding(stage, volume, replica)) return;
    progress = Math.min(until, progress + 4 + Math.floor(5 * random()));
    setRebuildProgress(cluster, volume, replica, progress);
  }
}

export function* rebuild(stage: Stage, volume: string, replica: string): Generator<number, void> {
  const { cluster, report } = stage;
  if (!canRebuild(stage, volume, replica)) return;
  // Longhorn takes a system snapshot for each rebuild.
  const snapshot = createSnapshot(cluster, volume, { userCreated: false });
  report(
    `${volume}: rebuild of ${replica} starts`,
    metric('longhorn_volume_rebuild_progress_ratio', { volume }, 0),
    metric('longhorn_volume_replicas_status', { volume, status: 'rebuilding' }, 1),
  );
  yield* rebuildUntil(stage, volume, replica, 99);
  removeSnapshot(cluster, volume, snapshot);
  if (!isStillRebuilding(stage, volume, replica)) return;
  finishRebuild(cluster, volume, replica);
  report(
    `${volume}: ${replica} is rebuilt, the volume is ${cluster.volumes.get(volume)?.robustness}`,
    metric('longhorn_volume_rebuilds_total', { volume, result: 'succeeded' }, '+1'),
    metric('longhorn_volume_healthy', { volume }, 1),
  );
}

function* failOneReplica(stage: Stage, volume: string): Generator<number, string> {
  const { cluster, random, report } = stage;
  const replica = pick(cluster.volumes.get(volume)?.replicas ?? [], random);
  if (replica === undefined) return '';
  failReplica(cluster, volume, replica.name);
  report(
    `${volume}: replica ${replica.name} on ${replica.node} failed`,
    metric('longhorn_volume_degraded', { volume }, 1),
    metric('longhorn_volume_replica_failures_total', { volume }, '+1'),
  );
  yield 2000;
  dropReplica(cluster, volume, replica.name);
  yield 4000;
  return replica.name;
}

export const replicaFails: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const replica = yield* failOneReplica(stage, volume);
    yield* rebuild(stage, volume, replica);
  });

export const rebuildFails: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, report } = stage;
    const replica = yield* failOneReplica(stage, volume);
    if (!canRebuild(stage, volume, replica)) return;
    yield* rebuildUntil(stage, volume, replica, 40);
    if (!isStillRebuilding(stage, volume, replica)) return;
    errorRebuild(cluster, volume, replica);
    report(
      `${volume}: rebuild of ${replica} fails at 40 %`,
      metric('longhorn_volume_rebuilds_total', { volume, result: 'failed' }, '+1'),
    );
    yield 3000;
    if (!isStillRebuilding(stage, volume, replica)) return;
    failRebuild(cluster, volume, replica);
    yield 5000;
    yield* rebuild(stage, volume, replica);
  });

export const volumeFaults: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, random, report } = stage;
    faultVolume(cluster, volume);
    report(
      `${volume}: all replicas failed at once`,
      metric('longhorn_volume_faulted', { volume }, 1),
      metric('longhorn_volume_attached', { volume }, 0),
    );
    yield 10_000;
    salvageVolume(cluster, volume);
    yield 3000;
    attachVolume(cluster, volume, pick(readyNodes(cluster), random) ?? '');
    report(`${volume}: salvaged and attached again`, metric('longhorn_volume_faulted', { volume }, 0));
  });
