/** What `kubectl` finds in a simulated cluster: Longhorn's custom resources with their columns, its pods, events and logs. */

import type { Cluster } from '../../simulator/index.ts';
import type { Volume } from '../../simulator/model.ts';
import type { Content, KubeObject, Resource } from './api.ts';

const NAMESPACE = 'longhorn-system';

/** A value deep in an object; an undefined part makes it undefined. */
const at =
  (path: string) =>
  (object: KubeObject): unknown =>
    path
      .split('.')
      .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], object);

const condition = (type: string) => (object: KubeObject) =>
  (at('status.conditions')(object) as { type: string; status: string }[] | undefined)?.find(
    (each) => each.type === type,
  )?.status;

interface Extra {
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly created?: string;
  /** Whether it is cluster-scoped. */
  readonly cluster?: boolean;
}

const kubeObject = (
  name: string,
  fields: Readonly<Record<string, unknown>>,
  { labels = {}, created, cluster = false, annotations }: Extra = {},
): KubeObject => ({
  metadata: {
    name,
    ...(!cluster && { namespace: NAMESPACE }),
    labels,
    ...(annotations && { annotations }),
    creationTimestamp: created || '2026-11-22T06:00:00Z',
  },
  ...fields,
});

/** A warning as Longhorn's controllers write it. */
const event = (kind: string, object: string, reason: string, message: string): KubeObject =>
  kubeObject(`${object}.${reason.toLowerCase()}`, {
    involvedObject: { kind, name: object, namespace: NAMESPACE },
    type: 'Warning',
    reason,
    message,
  });

const managerOn = (node: string): string =>
  node === 'node-1' ? 'longhorn-manager-x7k2p' : `longhorn-manager-${node}`;
export const instanceManagerOn = (node: string): string => `instance-manager-${node}`;

interface Kind extends Resource {
  readonly list: (cluster: Cluster, nodesWithoutExporter: readonly string[]) => readonly KubeObject[];
}

const longhorn = { group: 'longhorn.io', version: 'v1beta2' } as const;

/** With the columns of Longhorn's CRDs. */
const LONGHORN: readonly Kind[] = [
  {
    ...longhorn,
    kind: 'Volume',
    plural: 'volumes',
    columns: {
      State: at('status.state'),
      Robustness: at('status.robustness'),
      Scheduled: condition('Scheduled'),
      Size: at('spec.size'),
      Node: at('status.currentNodeID'),
    },
    list: (cluster) =>
      cluster.volumes.list().map((volume) => {
        const [last] = cluster
          .backupsOf(volume.name)
          .filter(({ state }) => state === 'Completed')
          .sort((a, b) => (a.snapshotCreated < b.snapshotCreated ? 1 : -1));
        const spec = {
          size: volume.size,
          numberOfReplicas: volume.numberOfReplicas,
          backupTargetName: volume.backupTargetName,
          accessMode: volume.accessMode,
          snapshotMaxCount: volume.snapshotMaxCount,
        };
        const status = {
          cloneStatus: volume.cloneStatus,
          conditions: [
            { type: 'Scheduled', status: volume.scheduled, reason: volume.scheduledReason },
            { type: 'TooManySnapshots', status: volume.tooManySnapshots === '' ? 'False' : 'True' },
          ],
          currentNodeID: volume.controllers[0]?.node ?? '',
          lastBackup: last?.name ?? '',
          lastBackupAt: last?.created ?? '',
          restoreRequired: volume.restoreRequired,
          robustness: volume.robustness,
          shareState: volume.shareState,
          state: volume.state,
        };
        const labels = Object.fromEntries(
          volume.jobs.map(({ name, isGroup }) => [
            `recurring-job${isGroup ? '-group' : ''}.longhorn.io/${name}`,
            'enabled',
          ]),
        );
        return kubeObject(
          volume.name,
          { spec, status },
          { labels: { longhornvolume: volume.name, ...labels } },
        );
      }),
  },
  {
    ...longhorn,
    kind: 'Replica',
    plural: 'replicas',
    columns: {
      State: at('status.currentState'),
      Node: at('spec.nodeID'),
      Disk: at('spec.diskID'),
      InstanceManager: at('status.instanceManagerName'),
    },
    list: (cluster) =>
      cluster.volumes.list().flatMap(({ name: volumeName, replicas }) =>
        replicas.map(({ name, node, running, failedAt }) =>
          kubeObject(
            name,
            {
              spec: { volumeName, nodeID: node, diskID: node && `disk-${node}`, failedAt },
              status: {
                currentState: running ? 'running' : failedAt === '' ? 'stopped' : 'error',
                instanceManagerName: running ? instanceManagerOn(node) : '',
              },
            },
            { labels: { longhornvolume: volumeName, longhornnode: node } },
          ),
        ),
      ),
  },
  {
    ...longhorn,
    kind: 'Engine',
    plural: 'engines',
    columns: { State: at('status.currentState'), Node: at('spec.nodeID') },
    list: (cluster) => cluster.volumes.list().flatMap(enginesOf),
  },
  {
    ...longhorn,
    kind: 'Backup',
    plural: 'backups',
    columns: {
      SnapshotName: at('status.snapshotName'),
      SnapshotSize: at('status.size'),
      SnapshotCreatedAt: at('status.snapshotCreatedAt'),
      BackupTarget: at('status.backupTargetName'),
      State: at('status.state'),
      LastSyncedAt: at('status.lastSyncedAt'),
    },
    list: (cluster) =>
      cluster.backups.list().map(({ name, volume, target, created, snapshotCreated, ...status }) =>
        kubeObject(
          name,
          {
            status: {
              ...status,
              backupTargetName: target,
              snapshotCreatedAt: snapshotCreated,
              backupCreatedAt: created,
              lastSyncedAt: created,
            },
          },
          { labels: { 'backup-volume': volume, 'backup-target': target }, created: snapshotCreated },
        ),
      ),
  },
  {
    ...longhorn,
    kind: 'BackupVolume',
    plural: 'backupvolumes',
    columns: { LastBackupName: at('status.lastBackupName') },
    list: (cluster) =>
      [...new Set(cluster.backups.list().map(({ volume }) => volume))].map((volume) =>
        kubeObject(`${volume}-default`, {
          status: { lastBackupName: cluster.backupsOf(volume).at(-1)?.name },
        }),
      ),
  },
  {
    ...longhorn,
    kind: 'BackupTarget',
    plural: 'backuptargets',
    short: ['lhbt'],
    columns: { URL: at('spec.backupTargetURL'), Available: at('status.available') },
    list: (cluster) =>
      cluster.backuptargets.list().map(({ name, url, available, message }) =>
        kubeObject(name, {
          spec: { backupTargetURL: url, credentialSecret: 'backup-secret' },
          status: {
            available,
            conditions: [
              { type: 'Unavailable', status: available ? 'False' : 'True', reason: 'Unavailable', message },
            ],
          },
        }),
      ),
  },
  {
    ...longhorn,
    kind: 'Node',
    plural: 'nodes',
    columns: {
      Ready: condition('Ready'),
      AllowScheduling: at('spec.allowScheduling'),
      Schedulable: () => 'True',
    },
    list: (cluster) =>
      cluster.nodes.list().map(({ name, ready, reason }) => {
        const status = ready ? 'True' : 'False';
        return kubeObject(name, {
          spec: { allowScheduling: true },
          status: {
            conditions: [{ type: 'Ready', status, reason }],
            diskStatus: {
              [`disk-${name}`]: { conditions: [{ type: 'Schedulable', status }], storageAvailable: 1 },
            },
          },
        });
      }),
  },
  {
    ...longhorn,
    kind: 'RecurringJob',
    plural: 'recurringjobs',
    columns: {
      Groups: (object) => JSON.stringify(at('spec.groups')(object)),
      Task: at('spec.task'),
      Cron: at('spec.cron'),
      Retain: at('spec.retain'),
    },
    list: (cluster) =>
      cluster.recurringjobs
        .list()
        .map(({ name, executionCount, ...spec }) => kubeObject(name, { spec, status: { executionCount } })),
  },
  {
    ...longhorn,
    kind: 'Snapshot',
    plural: 'snapshots',
    columns: {
      Volume: at('spec.volume'),
      CreationTime: at('status.creationTime'),
      ReadyToUse: at('status.readyToUse'),
      Size: at('status.size'),
    },
    list: (cluster) =>
      cluster.volumes.list().flatMap(({ name: volume }) =>
        cluster.snapshotsOf(volume).map(({ name, createSnapshot, crCreationTime, ...status }) =>
          kubeObject(
            name,
            {
              spec: { volume, createSnapshot },
              status: { ...status, readyToUse: status.creationTime !== '' && !status.markRemoved },
            },
            { labels: { longhornvolume: volume }, created: crCreationTime },
          ),
        ),
      ),
  },
  {
    ...longhorn,
    kind: 'ShareManager',
    plural: 'sharemanagers',
    columns: { State: at('status.state') },
    list: (cluster) =>
      sharedVolumes(cluster).map(({ name, shareState, shareEndpoint }) =>
        kubeObject(name, { status: { state: shareState, endpoint: shareEndpoint } }),
      ),
  },
  {
    ...longhorn,
    kind: 'VolumeAttachment',
    plural: 'volumeattachments',
    columns: {},
    list: (cluster) =>
      cluster.volumes.list().map(({ name, state, controllers }) => {
        const nodeID = controllers[0]?.node || 'node-1';
        const isRequested = state === 'attached' || state === 'attaching';
        const tickets = isRequested ? { [`csi-${name}`]: { type: 'csi-attacher', nodeID } } : {};
        return kubeObject(name, {
          spec: { volume: name, attachmentTickets: tickets },
          status: { attachmentTicketStatuses: { [`csi-${name}`]: { satisfied: state === 'attached' } } },
        });
      }),
  },
  {
    ...longhorn,
    kind: 'Setting',
    plural: 'settings',
    columns: { Value: at('value') },
    list: () =>
      Object.entries({
        'concurrent-replica-rebuild-per-node-limit': '5',
        'disable-snapshot-purge': 'false',
        'replica-auto-balance': 'disabled',
        'replica-soft-anti-affinity': 'false',
      }).map(([name, value]) => kubeObject(name, { value })),
  },
];

const sharedVolumes = (cluster: Cluster): Volume[] =>
  cluster.volumes.list().filter(({ shareState }) => shareState !== '');

function enginesOf(volume: Volume): KubeObject[] {
  return volume.controllers.map(({ name, node, running, ...engine }) => {
    const address = (replica: string): string => `tcp://${replica}`;
    const byAddress = <T extends { readonly replica: string }>(all: readonly T[]) =>
      Object.fromEntries(all.map(({ replica, ...entry }) => [address(replica), entry]));
    const modes = volume.replicas
      .filter(({ mode }) => mode !== '')
      .map((replica) => [replica.name, replica.mode]);
    const purges = volume.replicas.map((replica) => [
      address(replica.name),
      { isPurging: false, progress: 0, error: '' },
    ]);
    return kubeObject(
      name,
      {
        spec: { volumeName: volume.name, nodeID: node },
        status: {
          currentState: running ? 'running' : 'stopped',
          currentSize: engine.size,
          isExpanding: engine.isExpanding,
          lastExpansionError: engine.lastExpansionError,
          lastRestoredBackup: engine.lastRestoredBackup,
          purgeStatus: Object.fromEntries(purges),
          rebuildStatus: byAddress(volume.rebuildStatus),
          replicaModeMap: Object.fromEntries(modes),
          restoreStatus: byAddress(volume.restoreStatus),
        },
      },
      { labels: { longhornvolume: volume.name, longhornnode: node } },
    );
  });
}

const pod = (
  name: string,
  node: string,
  containers: readonly string[],
  labels: Record<string, string>,
  isRunning: boolean,
) =>
  kubeObject(
    name,
    {
      spec: { nodeName: node, containers: containers.map((container) => ({ name: container })) },
      status: {
        phase: isRunning ? 'Running' : 'Failed',
        containerStatuses: containers.map((container) => ({ name: container, ready: isRunning })),
      },
    },
    { labels },
  );

const MANAGER = ['longhorn-manager', 'pre-pull-share-manager-image', 'metrics-exporter'];

const readyOf = (object: KubeObject): string => {
  const all = at('status.containerStatuses')(object) as readonly { ready: boolean }[];
  return `${all.filter(({ ready }) => ready).length}/${all.length}`;
};

/** Longhorn's Kubernetes objects. */
const KUBERNETES: readonly Kind[] = [
  {
    group: '',
    version: 'v1',
    kind: 'Pod',
    plural: 'pods',
    columns: { Ready: readyOf, Status: at('status.phase'), 'wide:Node': at('spec.nodeName') },
    list: (cluster, nodesWithoutExporter) => [
      ...cluster.nodes
        .list()
        .flatMap(({ name, ready }) => [
          pod(
            managerOn(name),
            name,
            nodesWithoutExporter.includes(name) ? MANAGER.slice(0, 2) : MANAGER,
            { app: 'longhorn-manager' },
            ready,
          ),
          pod(instanceManagerOn(name), name, ['instance-manager'], {}, ready),
        ]),
      ...sharedVolumes(cluster).map(({ name, shareState, controllers }) =>
        pod(
          `share-manager-${name}`,
          controllers[0]?.node ?? '',
          ['share-manager'],
          {},
          shareState === 'running',
        ),
      ),
    ],
  },
  {
    group: '',
    version: 'v1',
    kind: 'Node',
    plural: 'nodes',
    cluster: true,
    columns: { Status: (object) => (condition('Ready')(object) === 'True' ? 'Ready' : 'NotReady') },
    list: (cluster) =>
      cluster.nodes
        .list()
        .map(({ name, ready }) =>
          kubeObject(
            name,
            { status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'Unknown' }] } },
            { cluster: true },
          ),
        ),
  },
  {
    group: '',
    version: 'v1',
    kind: 'Event',
    plural: 'events',
    columns: { Type: at('type'), Reason: at('reason'), Message: at('message') },
    list: (cluster) => cluster.volumes.list().flatMap(eventsOf),
  },
  {
    group: '',
    version: 'v1',
    kind: 'ConfigMap',
    plural: 'configmaps',
    columns: {},
    list: () => [
      kubeObject('longhorn-default-resource', { data: { 'default-resource.yaml': 'backup-target: ""\n' } }),
    ],
  },
  {
    group: '',
    version: 'v1',
    kind: 'PersistentVolume',
    plural: 'persistentvolumes',
    short: ['pv'],
    cluster: true,
    columns: {},
    list: (cluster) =>
      cluster.volumes.list().map(({ name, namespace, pvcName, scheduledReason }) =>
        kubeObject(
          name,
          {
            spec: {
              claimRef: { namespace, name: pvcName },
              csi: { driver: 'driver.longhorn.io', volumeHandle: name },
            },
          },
          {
            cluster: true,
            ...(scheduledReason && {
              annotations: { 'longhorn.io/volume-scheduling-error': scheduledReason },
            }),
          },
        ),
      ),
  },
  {
    group: 'apps',
    version: 'v1',
    kind: 'DaemonSet',
    plural: 'daemonsets',
    short: ['ds'],
    columns: {},
    list: () => [kubeObject('longhorn-manager', {})],
  },
  {
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    plural: 'deployments',
    short: ['deploy'],
    columns: {},
    list: () => [kubeObject('longhorn-exporter', {})],
  },
  {
    group: 'batch',
    version: 'v1',
    kind: 'CronJob',
    plural: 'cronjobs',
    columns: { Schedule: at('spec.schedule'), Suspend: at('spec.suspend') },
    list: (cluster) =>
      cluster.recurringjobs
        .list()
        .map(({ name, cron }) => kubeObject(name, { spec: { schedule: cron, suspend: false } })),
  },
  {
    group: 'batch',
    version: 'v1',
    kind: 'Job',
    plural: 'jobs',
    columns: { Status: () => 'Complete' },
    list: (cluster) => cluster.recurringjobs.list().map(({ name }) => kubeObject(`${name}-29400120`, {})),
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    columns: {},
    list: () => [kubeObject('longhorn-manager', {})],
  },
  ...(['PodMonitor', 'ServiceMonitor', 'Prometheus'] as const).map((kind) => ({
    group: 'monitoring.coreos.com',
    version: 'v1',
    kind,
    plural: kind === 'Prometheus' ? 'prometheuses' : `${kind.toLowerCase()}s`,
    columns: {},
    list: () => [
      kubeObject('longhorn-exporter', {
        spec: { podMonitorSelector: { matchLabels: { release: 'monitoring' } } },
      }),
    ],
  })),
];

function eventsOf(volume: Volume): KubeObject[] {
  const failed = volume.replicas.filter(({ failedAt }) => failedAt !== '');
  return [
    ...(volume.robustness === 'faulted'
      ? [event('Volume', volume.name, 'Faulted', 'volume became faulted')]
      : []),
    ...failed.map(({ name, node }) =>
      event('Volume', volume.name, 'FailedReplica', `replica ${name} on ${node} failed: connection refused`),
    ),
    ...(volume.controllers.some(({ node, running }) => node !== '' && !running)
      ? [event('Volume', volume.name, 'Unknown', 'the node of the engine is down')]
      : []),
    ...(['detaching', 'attaching'].includes(volume.state)
      ? [event('Volume', volume.name, volume.state, `volume is ${volume.state}`)]
      : []),
    ...(volume.shareState === 'error'
      ? [event('ShareManager', `share-manager-${volume.name}`, 'Failed', 'share manager pod failed')]
      : []),
  ];
}

/** `exporterLog`: the log of a real exporter. */
function logOf(
  cluster: Cluster,
  exporterLog: string,
  name: string,
  container: string | undefined,
): string | undefined {
  const volumes = cluster.volumes.list();
  const line = (text: string): string => `time="2026-11-22T06:00:00Z" level=error msg="${text}"\n`;
  if (container === 'metrics-exporter') return exporterLog;
  const managerLog = [
    ...cluster.backuptargets.list().map(({ name }) => line(`Failed to sync backup target ${name}`)),
    ...volumes.map((volume) => line(`volume ${volume.name}: ${volume.state}, ${volume.robustness}`)),
  ];
  if (container === 'longhorn-manager') return managerLog.join('');
  if (name.startsWith('share-manager-')) return line('NFS server exited');
  const node = /^instance-manager-(.+)$/.exec(name)?.[1];
  if (node === undefined) return undefined;
  return volumes
    .filter(({ controllers }) => controllers.some((engine) => engine.node === node))
    .map((volume) => line(`engine of ${volume.name}: replica failed: connection refused`))
    .join('');
}

const KINDS = [...LONGHORN, ...KUBERNETES];

/** On `nodesWithoutExporter` the manager's pod lacks our container. */
export const contentOf = (
  cluster: Cluster,
  exporterLog: string,
  nodesWithoutExporter: readonly string[] = [],
): Content => ({
  resources: KINDS,
  list: (resource) => KINDS.find((kind) => kind === resource)?.list(cluster, nodesWithoutExporter) ?? [],
  log: (name, container) => logOf(cluster, exporterLog, name, container),
});
