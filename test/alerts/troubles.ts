/** What causes each alert, when the alert must fire and resolve, and its description. */

import {
  attachVolume,
  changeSnapshot,
  completeBackup,
  createSnapshot,
  detachVolume,
  engineNode,
  failBackup,
  failedReplicas,
  failRebuild,
  failReplica,
  faultVolume,
  finishAttach,
  finishDetach,
  finishRebuild,
  nodeDown,
  nodeUp,
  requestSnapshot,
  rfc3339,
  salvageVolume,
  setBackupProgress,
  setCloneState,
  setNodeReady,
  setRebuildProgress,
  setScheduled,
  setShareState,
  setTargetAvailable,
  startAttach,
  startBackup,
  startDetach,
  startRebuild,
} from '../../simulator/index.ts';
import type { Volume } from '../../simulator/model.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import type { Exporter, Fleet } from './fleet.ts';

/** The volume that has the trouble; its engine runs on node-1. */
export const VOLUME = 'pvc-0001';
/** How descriptions of its alerts begin. */
export const PVC = `Volume ${VOLUME} of PVC shop/data-app-0001-0, used by app-0001,`;
const VOLUME_LABELS = { volume: VOLUME, namespace: 'shop' };
const BACKUP_LABELS = { ...VOLUME_LABELS, target: 'default' };

export interface Trouble {
  readonly alert: string;
  /** Healthy minutes before; default 10. */
  readonly lead?: number;
  readonly begin: (fleet: Fleet) => Promise<void> | void;
  readonly end: (fleet: Fleet) => void;
  /** Minutes from the beginning until the condition first holds; default 0. */
  readonly delay?: number;
  /** The alert's `for:`, in minutes. */
  readonly pending: number;
  /** Minutes from the end of the trouble until the alert is gone. */
  readonly lingers: number;
  readonly labels: Readonly<Record<string, string>>;
  /** `$value` as shown in the description, if it is shown. */
  readonly value?: string;
  /** The whole description, if it looks up more than the value and the volume's PVC. */
  readonly description?: string;
  /** Which exporter serves the alert's series; undefined if the alert is about missing exporters. */
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

const editVolume = ({ cluster }: Fleet, change: (volume: Volume) => Partial<Volume>) =>
  cluster.volumes.change(VOLUME, (before) => ({ ...before, ...change(before) }));

/** Fails the first replica that has not failed yet. */
const failOne = ({ cluster }: Fleet) => {
  const replica = cluster.volumes.get(VOLUME)?.replicas.find(({ failedAt }) => failedAt === '');
  if (replica) failReplica(cluster, VOLUME, replica.name);
};

const rebuildAll = ({ cluster }: Fleet) => {
  for (const replica of failedReplicas(cluster, VOLUME))
    finishRebuild(cluster, VOLUME, startRebuild(cluster, VOLUME, { replica }));
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
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeUnknown',
    begin(fleet) {
      nodeDown(fleet.cluster, engineNode(fleet.cluster, VOLUME));
      fleet.on('node-1').state = 'down';
    },
    end: ({ cluster }) => nodeUp(cluster, 'node-1'),
    // The state must have lasted for most of five minutes.
    delay: 3,
    pending: 15,
    lingers: 2,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeDegraded',
    begin: failOne,
    end: (fleet) =>
      finishRebuild(fleet.cluster, VOLUME, startRebuild(fleet.cluster, VOLUME, { replica: failed(fleet) })),
    pending: 60,
    lingers: 5,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeReplicasMissing',
    // An edit does not recompute robustness: two of three replicas are missing, and Longhorn still reports healthy.
    begin: (fleet) =>
      editVolume(fleet, ({ replicas }) => ({
        replicas: replicas.map((each, i) => ({ ...each, mode: i < 2 ? 'ERR' : 'RW' })),
      })),
    end: (fleet) =>
      editVolume(fleet, ({ replicas }) => ({ replicas: replicas.map((each) => ({ ...each, mode: 'RW' })) })),
    delay: 5,
    pending: 15,
    lingers: 0,
    value: '1',
  },
  {
    ...ofVolume,
    alert: 'LonghornReplicaUnschedulable',
    begin(fleet) {
      setScheduled(fleet.cluster, VOLUME, false);
      editVolume(fleet, () => ({ numberOfReplicas: 4 }));
    },
    end: ({ cluster }) => setScheduled(cluster, VOLUME, true),
    // The state must have lasted for most of five minutes.
    delay: 3,
    pending: 15,
    lingers: 2,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeShareDown',
    async begin(fleet) {
      setShareState(fleet.cluster, VOLUME, 'running');
      await fleet.advance(10);
      setShareState(fleet.cluster, VOLUME, 'error');
    },
    end: ({ cluster }) => setShareState(cluster, VOLUME, 'running'),
    // The state must have lasted for most of four minutes.
    delay: 2,
    pending: 3,
    lingers: 2,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeAttachStuck',
    begin({ cluster }) {
      detachVolume(cluster, VOLUME);
      startAttach(cluster, VOLUME);
    },
    end: ({ cluster }) => finishAttach(cluster, VOLUME, 'node-1'),
    delay: 16,
    pending: 0,
    lingers: 0,
    value: '16m 0s',
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeOperationStuck',
    labels: { ...VOLUME_LABELS, operation: 'detach' },
    begin: ({ cluster }) => startDetach(cluster, VOLUME),
    end: ({ cluster }) => finishDetach(cluster, VOLUME),
    delay: 31,
    pending: 0,
    lingers: 5,
    description: `${PVC} has been in the operation detach for 31m 0s, which is longer than it should take. Until it ends, the volume may be unusable or unprotected, or block other operations. The runbook says what to check for each operation.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeOperationFailed',
    labels: { ...VOLUME_LABELS, operation: 'clone' },
    begin: ({ cluster }) => setCloneState(cluster, VOLUME, 'failed'),
    end: ({ cluster }) => setCloneState(cluster, VOLUME, 'completed'),
    pending: 0,
    lingers: 5,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeLastCopy',
    begin(fleet) {
      failOne(fleet);
      failOne(fleet);
    },
    end: rebuildAll,
    pending: 10,
    lingers: 0,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeReplicasColocated',
    begin: (fleet) =>
      editVolume(fleet, ({ replicas }) => ({
        replicas: replicas.map((each) => ({ ...each, node: 'node-1' })),
      })),
    end: (fleet) =>
      editVolume(fleet, ({ replicas }) => ({
        replicas: replicas.map((each, i) => ({ ...each, node: `node-${i + 1}` })),
      })),
    delay: 5,
    pending: 60,
    lingers: 0,
    value: '1',
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeNoRebuild',
    begin: failOne,
    end: rebuildAll,
    delay: 31,
    pending: 0,
    lingers: 0,
    description: `${PVC} whose engine is on node-1, has been degraded for half an hour, and no replica is being rebuilt: one or two more failures may lose its data. Check whether a disk can take a replica, and whether rebuilds are disabled.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeDetachedShortOfReplicas',
    begin(fleet) {
      failOne(fleet);
      detachVolume(fleet.cluster, VOLUME);
    },
    end(fleet) {
      attachVolume(fleet.cluster, VOLUME, 'node-1');
      rebuildAll(fleet);
    },
    delay: 15,
    pending: 360,
    lingers: 0,
    value: '3',
  },
  {
    alert: 'LonghornNodeSoleCopies',
    labels: { node: 'node-3' },
    owner: (fleet) => fleet.serving('longhorn_node_sole_copy_volumes{node="node-3"'),
    moves: true,
    begin(fleet) {
      failOne(fleet);
      failOne(fleet);
    },
    end: rebuildAll,
    pending: 5,
    lingers: 5,
    description:
      'Node node-3 has all usable replicas of 1 volumes, including those with one desired replica: stopping it stops them, losing it loses their data. Tools that drain nodes can wait for this alert to resolve.',
  },
  {
    ...ofVolume,
    alert: 'LonghornReplicasKeepFailing',
    async begin(fleet) {
      // While a node is down, one failure of each replica is ignored.
      setNodeReady(fleet.cluster, 'node-4', false);
      await fleet.advance(2);
      for (let round = 1; ; round++) {
        failOne(fleet);
        if (round === 4) return;
        await fleet.advance(2);
        rebuildAll(fleet);
        await fleet.advance(2);
      }
    },
    end: rebuildAll,
    pending: 0,
    // The first of the four is six hours ago.
    lingers: 343,
    value: '4',
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
    value: '1h 0m 0s',
  },
  {
    ...ofVolume,
    alert: 'LonghornRebuildsFailing',
    async begin(fleet) {
      failOne(fleet);
      for (let attempt = 1; ; attempt++) {
        const replica = startRebuild(fleet.cluster, VOLUME, { replica: failed(fleet) });
        await fleet.advance(4);
        failRebuild(fleet.cluster, VOLUME, replica);
        if (attempt === 3) return;
        await fleet.advance(1);
      }
    },
    end: rebuildAll,
    pending: 0,
    // The first of the three is two hours ago.
    lingers: 105,
    value: '3',
  },
  {
    ...ofVolume,
    alert: 'LonghornSnapshotsNearLimit',
    labels: { ...VOLUME_LABELS, limit: 'count' },
    begin: (fleet) => editVolume(fleet, () => ({ snapshotMaxCount: 2 })),
    end: (fleet) => editVolume(fleet, () => ({ snapshotMaxCount: 250 })),
    delay: 5,
    pending: 15,
    lingers: 0,
    description: `${PVC} has 100% of the snapshots it may have; at 100% no snapshot and no backup can be made. Delete snapshots, or let a recurring job do it.`,
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
    lingers: 0,
    value: '2',
  },
  {
    ...ofVolume,
    alert: 'LonghornSnapshotPending',
    begin: ({ cluster }) => void requestSnapshot(cluster, VOLUME),
    end({ cluster }) {
      for (const { name, creationTime } of cluster.snapshotsOf(VOLUME))
        if (creationTime === '')
          changeSnapshot(cluster, VOLUME, name, { creationTime: rfc3339(cluster.now()), userCreated: true });
    },
    delay: 61,
    pending: 10,
    lingers: 15,
    value: '1h 11m 0s',
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupFailed',
    labels: BACKUP_LABELS,
    begin: ({ cluster }) => failBackup(cluster, startBackup(cluster, VOLUME)),
    end: backUp,
    pending: 0,
    lingers: 5,
    description: `${PVC} could not be backed up to default (reason: timeout), and no later backup has succeeded on any target: data written since the last good one would be lost. Check the error of the backup and the target.`,
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupStuck',
    labels: BACKUP_LABELS,
    begin: ({ cluster }) => setBackupProgress(cluster, startBackup(cluster, VOLUME, { name: 'stuck' }), 30),
    end: ({ cluster }) => completeBackup(cluster, 'stuck'),
    pending: 60,
    lingers: 5,
    value: '1h 0m 0s',
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupTooOld',
    lead: 0,
    begin({ cluster }) {
      for (const { name } of cluster.backupsOf(VOLUME)) cluster.backups.remove(name);
      const created = rfc3339(cluster.now() - 50 * 3_600_000);
      completeBackup(cluster, startBackup(cluster, VOLUME, { snapshotCreated: created }), { created });
    },
    end: backUp,
    delay: 1,
    pending: 15,
    lingers: 0,
    value: '2d 2h 16m 0s',
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
  },
  {
    ...ofVolume,
    alert: 'LonghornVolumeBackupsGone',
    begin({ cluster }) {
      for (const { name } of cluster.backupsOf(VOLUME)) cluster.backups.remove(name);
    },
    end: backUp,
    delay: 20,
    pending: 0,
    lingers: 0,
    value: '3',
  },
  {
    ...ofVolume,
    alert: 'LonghornBackupTargetLost',
    labels: { target: 'default' },
    begin: ({ cluster }) => cluster.backuptargets.change('default', (before) => ({ ...before, url: '' })),
    end: ({ cluster }) =>
      cluster.backuptargets.change('default', (before) => ({ ...before, url: 's3://b@r/' })),
    delay: 20,
    pending: 0,
    lingers: 0,
    description:
      'The backup target default, which had backups and is used by 4 volumes, no longer has a URL: Longhorn has forgotten its backups and makes no new ones. Set the URL again; the backups are still on the target.',
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
      'Longhorn cannot reach the backup target default (reason: timeout), or keeps losing it: until it is back, nothing is backed up to it and nothing can be restored from it. Check the target and its credentials.',
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
      'The exporter on node node-1 receives nothing from longhorn-manager: volumes there are not managed, and the exporter soon stops serving them. Look at the log of longhorn-manager.',
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
      'The exporter on node node-1 gets no list of backups from longhorn-manager, or keeps losing the connection: the metrics made from it are stale, and soon withdrawn. Look for errors in the log of longhorn-manager.',
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
    value: '1',
  },
  {
    alert: 'LonghornVolumesNotServed',
    labels: {},
    // Not the exporter of the volume, because its failure is the trouble itself.
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
    value: '1',
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
    description:
      'The exporter on node node-1 replaced an invalid setting with its default. Its log has the details.',
  },
];
