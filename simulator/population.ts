/** Creates a cluster with healthy nodes, volumes, snapshots and completed backups, reproducible by seed. */

import { type Cluster, emptyCluster } from './cluster.ts';
import { goTime, goTimeToRfc3339, rfc3339 } from './go.ts';
import type { Backup, Controller, Replica, Snapshot, Volume } from './model.ts';
import { hexSuffix, type Random, seededRandom } from './random.ts';

export interface ClusterOptions {
  volumes?: number;
  nodes?: number;
  /** In the whole cluster, spread over the volumes; three per volume by default. */
  backups?: number;
  snapshotsPerVolume?: number;
  seed?: number;
  now?: () => number;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const VOLUME_SIZE = 10_737_418_240;
const NAMESPACES = ['shop', 'batch', 'media'];

/** An engine running on this node, or a stopped engine without a node. */
export const engineOn = (name: string, node: string, size: string): Controller => ({
  name,
  node,
  running: node !== '',
  size,
  isExpanding: false,
  lastExpansionError: '',
  lastExpansionFailedAt: '',
  lastRestoredBackup: '',
});

/** Default values of a volume. */
export const DEFAULT_VOLUME = {
  size: String(VOLUME_SIZE),
  workloads: [],
  lastPVCRefAt: '',
  lastPodRefAt: '',
  rebuildStatus: [],
  numberOfReplicas: 3,
  scheduled: 'True',
  scheduledReason: '',
  tooManySnapshots: '',
  standby: false,
  restoreRequired: false,
  fromBackup: '',
  restoreStatus: [],
  cloneStatus: { sourceVolume: '', snapshot: '', state: '' },
  accessMode: 'rwo',
  shareState: '',
  shareEndpoint: '',
  migratable: false,
  dataLocality: 'disabled',
  dataEngine: 'v1',
  backupTargetName: 'default',
  snapshotMaxCount: 250,
  // Longhorn adds every volume without a job label to this group.
  jobs: [{ name: 'default', isGroup: true }],
} as const;

const numbered = (prefix: string, index: number, digits: number): string =>
  `${prefix}${String(index + 1).padStart(digits, '0')}`;

/** Healthy replicas, on distinct nodes if there are enough. */
const healthyReplicas = (
  volume: string,
  nodes: readonly string[],
  count: number,
  firstNode: number,
  random: Random,
): Replica[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `${volume}-r-${hexSuffix(random)}`,
    node: nodes[(firstNode + index) % nodes.length] ?? '',
    mode: 'RW',
    running: true,
    failedAt: '',
    wasHealthy: true,
  }));

function healthyVolume(index: number, nodes: readonly string[], now: number, random: Random): Volume {
  const name = numbered('pvc-', index, 4);
  const workload = numbered('app-', index, 4);
  const node = nodes[index % nodes.length] ?? '';
  return {
    ...DEFAULT_VOLUME,
    name,
    created: goTime(now - 30 * DAY + index * MINUTE),
    namespace: NAMESPACES[index % NAMESPACES.length] ?? '',
    pvcName: `data-${workload}-0`,
    workloads: [
      {
        podName: `${workload}-0`,
        podStatus: 'Running',
        workloadName: workload,
        workloadType: 'StatefulSet',
      },
    ],
    state: 'attached',
    robustness: 'healthy',
    controllers: [engineOn(`${name}-e-0`, node, DEFAULT_VOLUME.size)],
    replicas: healthyReplicas(name, nodes, 3, index, random),
  };
}

/** Backups of a volume are a day apart; the newest ended at least an hour ago. */
function completedBackup(volume: Volume, age: number, now: number): Backup {
  const name = `backup-${volume.name}-${age}`;
  const taken = now - 60 * MINUTE - (age - 1) * DAY;
  return {
    name,
    volume: volume.name,
    target: volume.backupTargetName,
    state: 'Completed',
    progress: 100,
    error: '',
    messages: {},
    snapshotName: `snap-${name}`,
    snapshotCreated: rfc3339(taken - 5 * MINUTE),
    created: rfc3339(taken),
    size: '104857600',
    newlyUploadDataSize: '20971520',
    reUploadedDataSize: '0',
    mode: 'incremental',
    labels: { RecurringJob: 'nightly' },
    url: `s3://backups@us-east-1/?backup=${name}&volume=${volume.name}`,
    volumeCreated: goTimeToRfc3339(volume.created),
    volumeSize: volume.size,
  };
}

function takenSnapshot(volume: string, age: number, now: number): Snapshot {
  const time = rfc3339(now - age * DAY);
  return {
    name: `snap-${volume}-${age}`,
    crCreationTime: time,
    creationTime: time,
    createSnapshot: true,
    userCreated: true,
    markRemoved: false,
    labels: {},
    size: 1_048_576 * age,
    error: '',
  };
}

export function createCluster(options: ClusterOptions = {}): Cluster {
  const { volumes = 10, nodes = 3, snapshotsPerVolume = 2, seed = 1, now = Date.now } = options;
  const cluster = emptyCluster({ now, random: seededRandom(seed) });
  const start = now();

  const nodeNames = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  for (const name of nodeNames) cluster.nodes.put({ name, ready: true, reason: '', zone: '', region: '' });
  cluster.backuptargets.put({
    name: 'default',
    url: 's3://backups@us-east-1/',
    available: true,
    message: '',
  });
  cluster.backuptargets.put({
    name: 'offsite',
    url: 'nfs://10.0.0.9:/backups',
    available: true,
    message: '',
  });
  cluster.recurringjobs.put({
    name: 'nightly',
    task: 'backup',
    cron: '0 2 * * *',
    groups: ['default'],
    retain: 7,
    concurrency: 2,
    executionCount: 41,
  });

  const population = Array.from({ length: volumes }, (_, index) =>
    healthyVolume(index, nodeNames, start, cluster.random),
  );
  for (const volume of population) {
    cluster.volumes.put(volume);
    const ages = Array.from({ length: snapshotsPerVolume }, (_, index) => index + 1);
    cluster.setSnapshots(
      volume.name,
      ages.map((age) => takenSnapshot(volume.name, age, start)),
    );
  }

  const { backups = 3 * volumes } = options;
  for (let index = 0; index < backups; index++) {
    const volume = population[index % volumes];
    if (volume !== undefined)
      cluster.backups.put(completedBackup(volume, 1 + Math.floor(index / volumes), start));
  }
  return cluster;
}
