/** What the commands of each page must show, as its text says, during the trouble that a runbook is about. */

import type { Cluster } from '../../simulator/index.ts';
import type { Volume } from '../../simulator/model.ts';
import { VOLUME } from '../alerts/troubles.ts';

interface Shown {
  /** Changes the cluster first; not needed for alerts that have a row in test/alerts/troubles.ts. */
  readonly before?: (cluster: Cluster) => void;
  /** Nodes whose manager pod has no exporter. */
  readonly nodesWithoutExporter?: readonly string[];
  readonly shows: readonly RegExp[];
}

const change =
  (edit: (volume: Volume) => Partial<Volume>) =>
  (cluster: Cluster): void =>
    cluster.volumes.change(VOLUME, (before) => ({ ...before, ...edit(before) }));

/** Replicas, most with `-o wide`: node and state. */
const REPLICA_FAILED = /^pvc-0001-r-\w+ +error +node-1 /m;
const REPLICA_RUNS = /^pvc-0001-r-\w+ +running +node-3 /m;
const NODES_READY = /^node-1 +True /m;
const TARGETS = /^default +s3:\/\/backups@us-east-1\/ +true/m;
const JOBS = /^nightly +\["default"\] +backup +0 2 \* \* \* /m;
const RAN = /^job\.batch\/nightly-\d+ /m;
const GOOD_BACKUP = /^backup-pvc-0001-1 .* 2026-11-22T04:55:00Z +default +Completed /m;
const PODS = /^longhorn-manager-x7k2p +3\/3 +Running +node-1$/m;
const INSTANCE_MANAGERS = /^instance-manager-node-2 +1\/1 +Running +node-2$/m;
const LOG_NAMES_VOLUME = /^time=.* level=error msg=".*pvc-0001/m;
const WHY_FAILED = /FailedReplica +replica pvc-0001-r-\w+ on node-\d failed: /;
const REFUSED = /"stream":"volumes","detail":"connect ECONNREFUSED /;

const runbook = (alert: string): string => `docs/runbooks/${alert}.md`;

export const SHOWN: Readonly<Record<string, Shown>> = {
  'docs/alerts.md': { shows: [/^daemonset\.apps\/longhorn-manager$/m] },
  'docs/debugging.md': {
    shows: [
      /^daemonset\.apps\/longhorn-manager$/m,
      PODS,
      /^pod\/longhorn-manager-x7k2p$/m,
      /^deployment\.apps\/longhorn-exporter$/m,
      NODES_READY,
    ],
  },
  'docs/drain.md': { shows: [/^daemonset\.apps\/longhorn-manager$/m] },
  'docs/install.md': {
    shows: [
      /\{"matchLabels":\{"release":"monitoring"\}\}/,
      /^longhorn-manager-x7k2p +3\/3 /m,
      /^longhorn_up 1$/m,
      /^longhorn_exporter_volumes\{scope="owned"\} \d+$/m,
    ],
  },
  [runbook('LonghornBackupFailed')]: {
    shows: [/^backup-\w+ .* default +Error /m, /^AWS Error: {2}RequestTimeout /m, TARGETS],
  },
  [runbook('LonghornBackupOverdue')]: {
    shows: [JOBS, RAN, /^pvc-0001 .*,recurring-job-group\.longhorn\.io\/default=enabled$/m, GOOD_BACKUP],
  },
  [runbook('LonghornBackupStuck')]: {
    // The newest comes last.
    shows: [/ Completed .*\n.* Completed .*\nstuck .* InProgress/, TARGETS, LOG_NAMES_VOLUME],
  },
  [runbook('LonghornBackupTargetLost')]: {
    shows: [/^ {4}backupTargetURL: ""$/m, /^ {2}default-resource\.yaml: /m],
  },
  [runbook('LonghornBackupTargetUnavailable')]: {
    shows: [
      /^default .* false$/m,
      /"message":"failed to list backup volumes: timeout".*"status":"True"/,
      /msg="Failed to sync backup target default"$/m,
    ],
  },
  [runbook('LonghornBackupTooOld')]: {
    before: change(() => ({ jobs: [] })),
    shows: [
      JOBS,
      /^pvc-0001 .* longhornvolume=pvc-0001$/m,
      RAN,
      / 2026-11-20T04:01:00Z +default +Completed /,
    ],
  },
  [runbook('LonghornExporterDown')]: {
    shows: [
      PODS,
      /^podmonitor\.monitoring\.coreos\.com\/longhorn-exporter$/m,
      /^servicemonitor\.monitoring\.coreos\.com\/longhorn-exporter$/m,
      /^longhorn-manager$/m,
      /^ok$/m,
    ],
  },
  [runbook('LonghornExporterErrors')]: {
    shows: [PODS, /^\{"level":40,.*"msg":"SILENCE_LIMIT is not a duration .* using the default"\}$/m],
  },
  [runbook('LonghornExporterMissing')]: {
    nodesWithoutExporter: ['node-2'],
    shows: [
      NODES_READY,
      /^longhorn-manager-x7k2p +node-1 +\S+,metrics-exporter +true,true,true$/m,
      /^longhorn-manager-node-2 +node-2 +longhorn-manager,pre-pull-share-manager-image +true,true$/m,
      REFUSED,
    ],
  },
  [runbook('LonghornNodeSoleCopies')]: {
    shows: [
      /^VOLUME +NODE +FAILED\npvc-0001 +node-\d +\S+Z\npvc-0001 +node-\d +\S+Z\npvc-0001 +node-3 *\npvc-0002 /m,
    ],
  },
  [runbook('LonghornRebuildStuck')]: {
    shows: [
      /^ {8}isRebuilding: true\n {8}progress: 40\n {8}state: in_progress$/m,
      REPLICA_RUNS,
      INSTANCE_MANAGERS,
      LOG_NAMES_VOLUME,
    ],
  },
  [runbook('LonghornRebuildsFailing')]: {
    shows: [REPLICA_FAILED, WHY_FAILED, /^ {4}rebuildStatus: /m, LOG_NAMES_VOLUME],
  },
  [runbook('LonghornReplicaUnschedulable')]: {
    before: change(() => ({ scheduledReason: 'ReplicaSchedulingFailure' })),
    shows: [
      /"reason":"ReplicaSchedulingFailure","status":"False","type":"Scheduled"/,
      /^Annotations: +longhorn\.io\/volume-scheduling-error: ReplicaSchedulingFailure$/m,
      /^ {4}diskStatus:\n {6}disk-node-1:$/m,
    ],
  },
  [runbook('LonghornReplicasKeepFailing')]: {
    shows: [/^pvc-0001-r-\w+ +error +node-\d /m, WHY_FAILED, LOG_NAMES_VOLUME],
  },
  [runbook('LonghornSnapshotPending')]: {
    shows: [/^NAME +TAKEN +ERROR\n/m, /^snap-\w+ {20,}failed to take snapshot: engine is not running$/m, RAN],
  },
  [runbook('LonghornSnapshotRemovalStuck')]: {
    shows: [
      /^\S+ +pvc-0001 +\S+Z +false /m,
      /^ {4}purgeStatus:\n {6}tcp:/m,
      /^disable-snapshot-purge +false$/m,
    ],
  },
  [runbook('LonghornSnapshotsNearLimit')]: {
    shows: [/^\S+ +pvc-0001 +\S+Z +true /m, JOBS],
  },
  [runbook('LonghornStandbyBehind')]: {
    before: change(({ controllers }) => ({
      standby: true,
      restoreRequired: true,
      controllers: controllers.map((engine) => ({ ...engine, lastRestoredBackup: 'backup-pvc-0001-3' })),
      restoreStatus: [
        {
          replica: 'pvc-0001-r-1',
          backupURL: 's3://backups@us-east-1/?backup=backup-pvc-0001-2&volume=pvc-0001',
          isRestoring: false,
          progress: 12,
          lastRestored: 'backup-pvc-0001-3',
          state: 'error',
          error: 'failed to restore: timeout',
        },
      ],
    })),
    shows: [
      /^ {8}error: 'failed to restore: timeout'$/m,
      /^ {8}lastRestored: backup-pvc-0001-3$/m,
      /^backup-pvc-0001-1$/m,
    ],
  },
  [runbook('LonghornStreamStale')]: {
    shows: [PODS, REFUSED, /^time=.* level=error msg="Failed to sync /m],
  },
  [runbook('LonghornUnreachable')]: {
    shows: [PODS, REFUSED, /^time=.* level=error /m, /^longhorn_exporter_stream_up\{stream="volumes"\} 0$/m],
  },
  [runbook('LonghornVolumeAttachStuck')]: {
    shows: [
      /"type":"Scheduled"/,
      /^engine\.longhorn\.io\/pvc-0001-e-0 +stopped/m,
      /^replica\.longhorn\.io\/pvc-0001-r-\w+ +stopped +node-2 /m,
      /^ {4}csi-pvc-0001:\n {6}nodeID: node-1$/m,
      /^ {6}satisfied: false$/m,
      INSTANCE_MANAGERS,
    ],
  },
  [runbook('LonghornVolumeBackupsGone')]: {
    shows: [
      TARGETS,
      /^backupvolume\.longhorn\.io\/pvc-0002-default /m,
      /^backup\.longhorn\.io\/backup-pvc-0002-1 /m,
      /^default$/m,
    ],
  },
  [runbook('LonghornVolumeDegraded')]: { shows: [REPLICA_FAILED, REPLICA_RUNS, WHY_FAILED, NODES_READY] },
  [runbook('LonghornVolumeDetachedShortOfReplicas')]: {
    shows: [REPLICA_FAILED, /^pvc-0001-r-\w+ +stopped +node-3 /m],
  },
  [runbook('LonghornVolumeFaulted')]: {
    shows: [
      /^pvc-0001-r-\w+ +node-1 +error +2026-11-22T06:01:00Z$/m,
      /^ {2}robustness: faulted$/m,
      /Faulted +volume became faulted/,
      WHY_FAILED,
      /^node-1 +Ready$/m,
      NODES_READY,
    ],
  },
  [runbook('LonghornVolumeLastCopy')]: { shows: [REPLICA_FAILED, REPLICA_RUNS, NODES_READY] },
  [runbook('LonghornVolumeNeverBackedUp')]: { shows: [/^pvc-0001 .* longhornvolume=pvc-0001,/m, JOBS] },
  [runbook('LonghornVolumeNoRebuild')]: {
    shows: [
      REPLICA_FAILED,
      /^ {4}replicaModeMap:\n( {6}pvc-0001-r-\w+: (RW|ERR)\n){2,3}/m,
      /^concurrent-replica-rebuild-per-node-limit +5$/m,
    ],
  },
  [runbook('LonghornVolumeNotCovered')]: {
    before: change(() => ({ jobs: [{ name: 'nobody', isGroup: true }] })),
    shows: [
      /^pvc-0001 .*,recurring-job-group\.longhorn\.io\/nobody=enabled$|recurring-job-group\.longhorn\.io\/nobody=enabled$/m,
      JOBS,
    ],
  },
  [runbook('LonghornVolumeOperationFailed')]: {
    shows: [/^ {4}lastExpansionError: /m, /^ {4}restoreStatus: /m, /"state":"failed"\}$/m],
  },
  [runbook('LonghornVolumeOperationStuck')]: {
    shows: [
      /^ {2}state: detaching$/m,
      /^ {4}purgeStatus:$/m,
      /Warning +detaching +volume is detaching/,
      /kind: VolumeAttachment/,
    ],
  },
  [runbook('LonghornVolumeReplicasColocated')]: {
    shows: [
      /^(pvc-0001-r-\w+ +running +node-1 .*\n){3}/m,
      NODES_READY,
      /^replica-soft-anti-affinity +false$/m,
      /^replica-auto-balance +disabled$/m,
    ],
  },
  [runbook('LonghornVolumeReplicasMissing')]: {
    shows: [REPLICA_RUNS, /^ {6}pvc-0001-r-\w+: ERR$/m, /^ {2}robustness: healthy$/m, LOG_NAMES_VOLUME],
  },
  [runbook('LonghornVolumeShareDown')]: {
    shows: [
      /^ {2}state: error$/m,
      /^share-manager-pvc-0001 +0\/1 +Failed +node-1$/m,
      /msg="NFS server exited"$/m,
      /share manager pod failed$/m,
    ],
  },
  [runbook('LonghornVolumeUnknown')]: {
    shows: [
      /^node-1 +NotReady$/m,
      /^instance-manager-node-1 +0\/1 +Failed +node-1$/m,
      /^ {2}currentNodeID: node-1$/m,
      /Unknown +the node of the engine is down/,
    ],
  },
  [runbook('LonghornVolumesNotServed')]: {
    shows: [/^volume\.longhorn\.io\/pvc-0001\nvolume\.longhorn\.io\/pvc-0002$/m, NODES_READY],
  },
};
