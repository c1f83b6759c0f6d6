/** One trouble for each alert: what happens to the cluster, when the alert shall fire, and what it shall say. */

import {
  attachVolume,
  completeBackup,
  createSnapshot,
  engineNode,
  failBackup,
  failedReplicas,
  failRebuild,
  failReplica,
  faultVolume,
  finishRebuild,
  nodeDown,
  nodeUp,
  rfc3339,
  salvageVolume,
  setBackupProgress,
  setRebuildProgress,
  setScheduled,
  setTargetAvailable,
  startBackup,
  startRebuild,
} from '../../simulator/index.ts';
import type { Volume } from '../../simulator/model.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import type { Exporter, Fleet } from './fleet.ts';

/** The volume that things happen to; its engine runs on node-1. */
export const VOLUME = 'pvc-0001';
const PVC = `Volume ${VOLUME} of PVC shop/data-app-0001-0, used by app-0001,`;
const VOLUME_LABELS = { volume: VOLUME, namespace: 'shop' };
const BACKUP_LABELS = { ...VOLUME_LABELS, target: 'default' };

export interface Trouble {
  readonly alert: string;
  /** Minutes that all is well before; 10 unless told otherwise. */
  readonly lead?: number;
  readonly begin: (fleet: Fleet) => Promise<void> | void;
  readonly end: (fleet: Fleet) => void;
  /** Minutes from the beginning until the condition holds for the first time; 0 unless told otherwise. */
  readonly delay?: number;
  /** The alert's `for:`, in minutes. */
  readonly pending: number;
  /** Minutes from the end of the trouble until the alert is gone. */
  readonly lingers: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
  /** Who serves what the alert is about; none when it is about there being none. */
  readonly owner?: (fleet: Fleet) => Exporter;
  /** Whether another node takes over when the owner dies; else another exporter starts on the same node. */
  readonly moves: boolean;
}

const ofVolume = {
  labels: VOLUME_LABELS,
  owner: (fleet: Fleet) => fleet.serving(`longhorn_volume_info{volume="${VOLUME}"`),
  moves: true,
};
const ofPod = { owner: (fleet: Fleet) => fleet.on('node-1'), moves: false };

const edit = ({ cluster }: Fleet, change: (volume: Volume) => Partial<Volume>) =>
  cluster.volumes.change(VOLUME, (before) => ({ ...before, ...change(before) }));

const failOne = ({ cluster }: Fleet) => {
  const [replica] = cluster.volumes.get(VOLUME)?.replicas ?? [];
  if (replica) failReplica(cluster, VOLUME, replica.name);
};

const failed = ({ cluster }: Fleet): string => failedReplicas(cluster, VOLUME)[0] ?? '';
const rebuilding = ({ cluster }: Fleet): string =>
  cluster.volumes.get(VOLUME)?.replicas.find(({ mode }) => mode === 'WO')?.name ?? '';
const backUp = ({ cluster }: Fleet) => completeBackup(cluster, startBackup(cluster, VOLUME));

export const TROUBLES: readonly Trouble[] = [
  {
    ...ofVolume,
    alert: 'LonghornVolumeFaulted',
    begin: ({ cluster }) => faultVolume(cluster, VOLUME),
    end({ cluster }) {
      salvageVolume(cluster, VOLUME);
      attachVolume(cluster, VOLUME, 'node-1');
    },
    pending: 10,
    lingers: 5,
    description: `${PVC} has no usable replica left: reading and writing fail.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeUnknown',
    begin(fleet) {
      nodeDown(fleet.cluster, engineNode(fleet.cluster, VOLUME));
      fleet.on('node-1').state = 'down';
    },
    end: ({ cluster }) => nodeUp(cluster, 'node-1'),
    // Most of five minutes.
    delay: 3,
    pending: 15,
    lingers: 2,
    description: `${PVC} is attached, but the node of its engine is down: its workload does not run, and may not be able to move.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeDegraded',
    begin: failOne,
    end: (fleet) =>
      finishRebuild(fleet.cluster, VOLUME, startRebuild(fleet.cluster, VOLUME, { replica: failed(fleet) })),
    pending: 60,
    lingers: 5,
    description: `${PVC} has fewer healthy replicas than it should have, for more than an hour: one more failure or two may lose its data.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeReplicasMissing',
    // As when no replica is left and Longhorn has not yet said faulted: robustness stays what it was.
    begin: (fleet) =>
      edit(fleet, ({ replicas }) => ({
        replicas: replicas.map((each, i) => ({ ...each, mode: i < 2 ? 'ERR' : 'RW' })),
      })),
    end: (fleet) =>
      edit(fleet, ({ replicas }) => ({ replicas: replicas.map((each) => ({ ...each, mode: 'RW' })) })),
    delay: 5,
    pending: 15,
    lingers: 0,
    description: `${PVC} is called healthy by Longhorn, but has fewer healthy replicas than desired: 1.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornReplicaUnschedulable',
    begin: ({ cluster }) => setScheduled(cluster, VOLUME, false),
    end: ({ cluster }) => setScheduled(cluster, VOLUME, true),
    pending: 15,
    lingers: 5,
    description: `${PVC} has a replica that no disk can take, for want of space, of nodes, or of matching tags.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornRebuildStuck',
    begin(fleet) {
      failOne(fleet);
      startRebuild(fleet.cluster, VOLUME, { replica: failed(fleet) });
      setRebuildProgress(fleet.cluster, VOLUME, rebuilding(fleet), 40);
    },
    end: (fleet) => finishRebuild(fleet.cluster, VOLUME, rebuilding(fleet)),
    pending: 60,
    lingers: 5,
    description: `${PVC} has been rebuilding a replica for 1h 0m 0s, and there was no progress for an hour or more.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornRebuildsFailing',
    async begin(fleet) {
      failOne(fleet);
      for (let attempt = 1; ; attempt++) {
        const replica = startRebuild(fleet.cluster, VOLUME, { replica: failed(fleet) });
        await fleet.stay(4);
        failRebuild(fleet.cluster, VOLUME, replica);
        if (attempt === 3) return;
        await fleet.stay(1);
      }
    },
    end: () => {},
    pending: 0,
    // The first of the three is two hours ago.
    lingers: 105,
    description: `${PVC} had 3 failed rebuilds of replicas within two hours.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornSnapshotsNearLimit',
    begin: (fleet) => edit(fleet, () => ({ snapshotMaxCount: 2 })),
    end: (fleet) => edit(fleet, () => ({ snapshotMaxCount: 250 })),
    delay: 5,
    pending: 15,
    lingers: 0,
    description: `${PVC} has 100% of the snapshots that it may have; at 100% neither snapshots nor backups can be made.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornSnapshotRemovalStuck',
    begin({ cluster }) {
      for (let i = 0; i < 2; i++) createSnapshot(cluster, VOLUME, { markRemoved: true });
    },
    end: ({ cluster }) =>
      cluster.setSnapshots(
        VOLUME,
        cluster.snapshotsOf(VOLUME).filter(({ markRemoved }) => !markRemoved),
      ),
    pending: 360,
    lingers: 15,
    description: `${PVC} has 2 snapshots that are marked removed for hours, but still take space.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupFailed',
    labels: BACKUP_LABELS,
    begin: ({ cluster }) => failBackup(cluster, startBackup(cluster, VOLUME)),
    end: backUp,
    pending: 15,
    lingers: 5,
    description: `${PVC} failed to be backed up to default, and no later backup succeeded.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupStuck',
    labels: BACKUP_LABELS,
    begin: ({ cluster }) => setBackupProgress(cluster, startBackup(cluster, VOLUME, { name: 'stuck' }), 30),
    end: ({ cluster }) => completeBackup(cluster, 'stuck'),
    pending: 60,
    lingers: 5,
    description: `${PVC} has been in backup to default for 1h 0m 0s, and there was no progress for an hour or more.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupTooOld',
    lead: 0,
    begin({ cluster }) {
      for (const { name } of cluster.backupsOf(VOLUME)) cluster.backups.remove(name);
      const created = rfc3339(cluster.now() - 27 * 3_600_000);
      completeBackup(cluster, startBackup(cluster, VOLUME, { snapshotCreated: created }), { created });
    },
    end: backUp,
    pending: 1440,
    lingers: 0,
    description: `${PVC} was last backed up 2d 3h 0m 0s ago.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeNeverBackedUp',
    lead: 0,
    begin({ cluster }) {
      for (const { name } of cluster.backupsOf(VOLUME)) cluster.backups.remove(name);
    },
    end: backUp,
    pending: 1440,
    lingers: 0,
    description: `${PVC} has no backup on any target.`,
  },
  {
    alert: 'LonghornBackupTargetUnavailable',
    labels: { target: 'default' },
    owner: (fleet) => fleet.serving('longhorn_backup_target_available{target="default"'),
    moves: true,
    begin: ({ cluster }) => setTargetAvailable(cluster, 'default', false),
    end: ({ cluster }) => setTargetAvailable(cluster, 'default', true),
    delay: 5,
    pending: 15,
    lingers: 0,
    description:
      'Longhorn cannot reach the backup target default: nothing is backed up to it, and nothing can be restored from it.',
  },
  {
    ...ofPod,
    alert: 'LonghornUnreachable',
    labels: { node: 'node-1' },
    begin: ({ broken }) => void broken.set('node-1', STREAMS),
    end: ({ broken }) => void broken.clear(),
    delay: 5,
    pending: 10,
    lingers: 0,
    description:
      'The exporter on node node-1 reads nothing from longhorn-manager: Longhorn is not managed there, and its volumes are soon no longer served.',
  },
  {
    ...ofPod,
    alert: 'LonghornStreamStale',
    labels: { node: 'node-1', stream: 'backups' },
    begin: ({ broken }) => void broken.set('node-1', ['backups']),
    end: ({ broken }) => void broken.clear(),
    delay: 5,
    pending: 15,
    lingers: 0,
    description:
      'The exporter on node node-1 gets no list of backups from longhorn-manager, though it gets others: what it serves of them is old, and soon withdrawn.',
  },
  {
    alert: 'LonghornExporterDown',
    labels: {},
    moves: false,
    begin({ exporters }) {
      for (const exporter of exporters) exporter.state = 'down';
    },
    end({ exporters }) {
      for (const exporter of exporters) exporter.state = 'up';
    },
    delay: 5,
    pending: 10,
    lingers: 0,
    description: 'Prometheus reaches no exporter of Longhorn: no other alert on Longhorn can fire.',
  },
  {
    ...ofPod,
    alert: 'LonghornExporterMissing',
    labels: {},
    begin(fleet) {
      fleet.on('node-2').state = 'gone';
    },
    end(fleet) {
      fleet.on('node-2').state = 'up';
    },
    delay: 5,
    pending: 15,
    lingers: 0,
    description:
      'On 1 of the nodes that Longhorn calls Ready no exporter is up: their volumes are not served.',
  },
  {
    alert: 'LonghornVolumesNotServed',
    labels: {},
    // Another exporter than that of the volume, so that the trouble stays what it is.
    owner: (fleet) =>
      fleet.exporters.findLast(({ state, text }) => state === 'up' && !text.includes(VOLUME)) ?? fleet.on(''),
    moves: false,
    begin(fleet) {
      fleet.serving(`longhorn_volume_info{volume="${VOLUME}"`).state = 'down';
    },
    end(fleet) {
      for (const exporter of fleet.exporters) if (exporter.state === 'down') exporter.state = 'up';
    },
    pending: 15,
    lingers: 0,
    description: "No exporter serves 1 of Longhorn's volumes: no alert on them can fire.",
  },
  {
    ...ofPod,
    alert: 'LonghornExporterErrors',
    labels: { node: 'node-1', error: 'setting' },
    begin(fleet) {
      fleet.on('node-1').state = 'gone';
      fleet.start('node-1', { configErrors: 1 });
    },
    end(fleet) {
      fleet.on('node-1').state = 'gone';
      fleet.start('node-1');
    },
    pending: 15,
    lingers: 5,
    description: 'The exporter on node node-1 replaced an invalid setting by its default.',
  },
];
