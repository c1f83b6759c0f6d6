/** Scenes about whole volumes: one moves to another node, one comes and goes, a snapshot is taken and removed. */

import {
  attachVolume,
  createSnapshot,
  createVolume,
  deleteVolume,
  engineNode,
  finishAttach,
  finishDetach,
  markSnapshotRemoved,
  removeSnapshot,
  startAttach,
  startDetach,
} from '../../simulator/index.ts';
import { hexSuffix, pick } from '../../simulator/random.ts';
import { metric, readyNodes, type Scene, withVolume } from './stage.ts';

export const volumeMoves: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, random, tell } = stage;
    const from = engineNode(cluster, volume);
    startDetach(cluster, volume);
    tell(`${volume}: detaches from ${from}`, metric('longhorn_volume_attached', { volume }, 0));
    yield 2000;
    finishDetach(cluster, volume);
    yield 3000;
    startAttach(cluster, volume);
    yield 2000;
    const to = pick(
      readyNodes(cluster).filter((node) => node !== from),
      random,
    );
    finishAttach(cluster, volume, to ?? from);
    tell(
      `${volume}: is attached on ${to ?? from} now`,
      metric('longhorn_volume_info', { volume, engine_node: to ?? from }, 1),
      metric('longhorn_volume_attached', { volume }, 1),
    );
  });

export const volumeComesAndGoes: Scene = function* (stage) {
  const { cluster, random, tell } = stage;
  const volume = `pvc-new-${hexSuffix(cluster.random)}`;
  stage.claimNamed(volume);
  createVolume(cluster, volume);
  tell(`${volume}: is being created`, metric('longhorn_exporter_volumes', { scope: 'cluster' }, '+1'));
  yield 3000;
  attachVolume(cluster, volume, pick(readyNodes(cluster), random) ?? '');
  tell(`${volume}: is attached and healthy`, metric('longhorn_volume_healthy', { volume }, 1));
  yield 40_000;
  deleteVolume(cluster, volume);
  stage.release(volume);
  tell(
    `${volume}: is deleted, its series go at once`,
    metric('longhorn_exporter_volumes', { scope: 'cluster' }, '-1'),
  );
};

export const snapshotComesAndGoes: Scene = (stage) =>
  withVolume(stage, function* ({ name: volume }) {
    const { cluster, tell } = stage;
    const snapshot = createSnapshot(cluster, volume);
    tell(
      `${volume}: snapshot ${snapshot} is taken (seen by the next sweep)`,
      metric('longhorn_volume_snapshots', { volume, kind: 'user' }, '+1'),
      metric('longhorn_volume_snapshots_created_total', { volume, kind: 'user' }, '+1'),
    );
    yield 40_000;
    markSnapshotRemoved(cluster, volume, snapshot);
    tell(
      `${volume}: snapshot ${snapshot} is being removed`,
      metric('longhorn_volume_snapshots_removing', { volume }, 1),
      metric('longhorn_volume_snapshots_deleted_total', { volume, kind: 'user' }, '+1'),
    );
    yield 15_000;
    removeSnapshot(cluster, volume, snapshot);
  });
