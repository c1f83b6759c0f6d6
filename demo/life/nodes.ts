/** The scene about nodes: one dies and returns, and the failed replicas are rebuilt. */

import { failedReplicas, nodeDown, nodeUp } from '../../simulator/index.ts';
import { pick } from '../../simulator/random.ts';
import { rebuild } from './replicas.ts';
import { metric, readyNodes, type Scene, type Stage } from './stage.ts';

/** Rebuilds all failed replicas of one volume, one after the other, once no other scene uses the volume. */
function* repair(stage: Stage, volume: string): Generator<number, void> {
  while (!stage.claimNamed(volume)) yield 3000;
  try {
    if (stage.cluster.volumes.get(volume) === undefined) return;
    for (const replica of failedReplicas(stage.cluster, volume)) yield* rebuild(stage, volume, replica);
  } finally {
    stage.release(volume);
  }
}

/** Repairs every volume that a scene left with failed replicas. */
export const repairAll: Scene = function* (stage) {
  const degraded = stage.cluster.volumes
    .list()
    .filter(({ state, robustness }) => state === 'attached' && robustness === 'degraded');
  for (const { name } of degraded) {
    stage.play(() => repair(stage, name));
    yield 1500;
  }
};

const attachedVolumes = (stage: Stage, robustness: string): readonly string[] =>
  stage.cluster.volumes
    .list()
    .filter((volume) => volume.robustness === robustness && volume.state === 'attached')
    .map(({ name }) => name);

export const nodeDies: Scene = function* (stage) {
  const { cluster, random, report } = stage;
  const ready = readyNodes(cluster);
  const node = pick(ready, random);
  if (node === undefined || ready.length < 2) return;

  nodeDown(cluster, node);
  stage.onNodeDown(node);
  const unknown = attachedVolumes(stage, 'unknown');
  const degraded = attachedVolumes(stage, 'degraded');
  report(
    `${node} dies: ${unknown.length} volumes with their engine there are unknown, ${degraded.length} others degraded`,
    metric('longhorn_exporter_nodes', { status: 'not_ready' }, 1),
    ...unknown.slice(0, 1).map((volume) => metric('longhorn_volume_unknown', { volume }, 1)),
    ...degraded.slice(0, 1).map((volume) => metric('longhorn_volume_degraded', { volume }, 1)),
  );
  yield 30_000;
  nodeUp(cluster, node);
  stage.onNodeUp(node);
  report(
    `${node} is back; its failed replicas will be rebuilt`,
    metric('longhorn_exporter_nodes', { status: 'not_ready' }, 0),
    ...unknown.slice(0, 1).map((volume) => metric('longhorn_volume_unknown', { volume }, 0)),
  );
  yield 5000;
  stage.play(repairAll);
};
