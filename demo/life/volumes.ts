/** Scenes about volumes: one moves, one is stuck, one is created and deleted, a share fails, a snapshot is taken and removed. */

import {
  attachVolume,
  createSnapshot,
  createVolume,
  deleteVolume,
  engineNode,
  finishDetach,
  markSnapshotRemoved,
  pollEngine,
  removeSnapshot,
  setShareState,
  startAttach,
  startDetach,
  startEngine,
} from '../../simulator/index.ts';
import { hexSuffix, pick } from '../../simulator/random.ts';
import { metric, readyNodes, type Scene, type Stage, withVolume } from './stage.ts';

/** Detaches the volume and leaves it attaching. Returns its previous node. */
function* detachAndAttach({ cluster, report }: Stage, volume: string): Generator<number, string> {
  const from = engineNode(cluster, volume);
  startDetach(cluster, volume);
  report(`${volume}: detaching from ${from}`, metric('longhorn_volume_attached', { volume }, 0));
  yield 2000;
  finishDetach(cluster, volume);
  yield 3000;
  startAttach(cluster, volume);
  return from;
}

/** Starts the engine on another node than `from`, if there is one, and polls it for the first time 4 s later. */
function* startElsewhere(
  { cluster, random, report }: Stage,
  volume: string,
  from: string,
): Generator<number, void> {
  const others = readyNodes(cluster).filter((node) => node !== from);
  const to = pick(others, random) ?? from;
  startEngine(cluster, volume, to);
  yield 4000;
  pollEngine(cluster, volume);
  report(
    `${volume}: attached on ${to}`,
    metric('longhorn_volume_info', { volume, engine_node: to }, 1),
    metric('longhorn_volume_attached', { volume }, 1),
  );
}

export const volumeMoves: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const from = yield* detachAndAttach(stage, volume);
    yield 2000;
    yield* startElsewhere(stage, volume, from);
  });

export const attachIsStuck: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const from = yield* detachAndAttach(stage, volume);
    stage.report(
      `${volume}: stuck attaching, its engine does not start`,
      metric('longhorn_volume_attached', { volume }, 0),
    );
    yield 40_000;
    yield* startElsewhere(stage, volume, from);
  });

export const shareFails: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, report } = stage;
    setShareState(cluster, volume, 'running');
    yield 3000;
    setShareState(cluster, volume, 'error');
    report(
      `${volume}: its NFS share failed, so its workload hangs although the volume is healthy`,
      metric('longhorn_volume_healthy', { volume }, 1),
    );
    yield 25_000;
    setShareState(cluster, volume, 'running');
    report(`${volume}: its NFS share is running again`, metric('longhorn_volume_healthy', { volume }, 1));
  });

export const volumeComesAndGoes: Scene = function* (stage) {
  const { cluster, random, report } = stage;
  const volume = `pvc-new-${hexSuffix(cluster.random)}`;
  stage.claimNamed(volume);
  createVolume(cluster, volume);
  report(`${volume}: being created`, metric('longhorn_exporter_volumes', { scope: 'cluster' }, '+1'));
  yield 3000;
  attachVolume(cluster, volume, pick(readyNodes(cluster), random) ?? '');
  report(`${volume}: attached and healthy`, metric('longhorn_volume_healthy', { volume }, 1));
  yield 40_000;
  deleteVolume(cluster, volume);
  stage.release(volume);
  report(
    `${volume}: deleted, its series disappear immediately`,
    metric('longhorn_exporter_volumes', { scope: 'cluster' }, '-1'),
  );
};

export const snapshotComesAndGoes: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, report } = stage;
    const snapshot = createSnapshot(cluster, volume);
    report(
      `${volume}: snapshot ${snapshot} taken (visible after the next sweep)`,
      metric('longhorn_volume_snapshots', { volume, kind: 'user' }, '+1'),
      metric('longhorn_volume_snapshots_created_total', { volume, kind: 'user' }, '+1'),
    );
    yield 40_000;
    markSnapshotRemoved(cluster, volume, snapshot);
    report(
      `${volume}: snapshot ${snapshot} is being removed`,
      metric('longhorn_volume_snapshots_removing', { volume }, 1),
      metric('longhorn_volume_snapshots_deleted_total', { volume, kind: 'user' }, '+1'),
    );
    yield 15_000;
    removeSnapshot(cluster, volume, snapshot);
  });
