/** Changes of the simulated cluster for the faults and their rounds. */

import {
  attachVolume,
  type Cluster,
  changeBackup,
  createSnapshot,
  createVolume,
  deleteVolume,
  markSnapshotRemoved,
  type Random,
  recreateVolume,
  removeSnapshot,
  setScheduled,
} from '../../simulator/index.ts';
import { hexSuffix, pick } from '../../simulator/random.ts';

/** Deletes, creates and recreates volumes. */
export function changeContent(cluster: Cluster, random: Random): void {
  const volumes = [...cluster.volumes.list()];
  const nodes = cluster.nodes.list().filter(({ ready }) => ready);
  for (const operation of ['delete', 'recreate', 'recreate', 'create', 'create'] as const) {
    const volume = pick(volumes, random);
    const name = `pvc-late-${hexSuffix(random)}`;
    if (operation === 'create' && cluster.volumes.list().length < 40) {
      createVolume(cluster, name);
      attachVolume(cluster, name, pick(nodes, random)?.name ?? 'node-1');
    } else if (volume !== undefined && cluster.volumes.get(volume.name) !== undefined) {
      if (operation === 'delete' && volumes.length > 20) deleteVolume(cluster, volume.name);
      // Longhorn's creation times are in whole seconds.
      else if (Date.parse(volume.created.slice(0, 19)) < cluster.now() - 2_000)
        recreateVolume(cluster, volume.name);
    }
  }
}

/** The volumes in an exposition. */
export const volumesIn = (exposition: string): string[] =>
  [...exposition.matchAll(/^longhorn_volume_healthy\{volume="([^"]*)"/gm)].map(([, name = '']) => name);

/** Changes a volume, its backups and its snapshots, so that an exporter without new data serves wrong values. */
export function changeServedObjects(exposition: string, cluster: Cluster, random: Random): void {
  const name = pick(
    volumesIn(exposition).filter((name) => cluster.volumes.get(name) !== undefined),
    random,
  );
  if (name === undefined) return;
  setScheduled(cluster, name, cluster.volumes.get(name)?.scheduled === 'False');
  for (const backup of cluster.backupsOf(name)) {
    changeBackup(cluster, backup.name, { size: String(Number(backup.size) + 1) });
  }
  rotateSnapshots(cluster, name, random);
}

/** Creates a snapshot, marks the previous one as removed, and removes the one before that. */
function rotateSnapshots(cluster: Cluster, volume: string, random: Random): void {
  for (const { name, markRemoved } of cluster.snapshotsOf(volume)) {
    if (!name.startsWith('rotated-')) continue;
    if (markRemoved) removeSnapshot(cluster, volume, name);
    else markSnapshotRemoved(cluster, volume, name);
  }
  createSnapshot(cluster, volume, { name: `rotated-${hexSuffix(random)}` });
}
