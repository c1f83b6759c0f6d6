// What a cluster is made of: plain immutable data in Longhorn's own words, with times and sizes as the API writes them.

export const STREAMS = ['volumes', 'backups', 'nodes', 'backuptargets'] as const;
export type Stream = (typeof STREAMS)[number];

export type VolumeState = 'creating' | 'attaching' | 'attached' | 'detaching' | 'detached' | 'deleting';
export type Robustness = '' | 'healthy' | 'degraded' | 'faulted' | 'unknown';
export type ReplicaMode = '' | 'RW' | 'WO' | 'ERR';

export type Replica = Readonly<{
  name: string;
  node: string;
  mode: ReplicaMode;
  running: boolean;
  /** Empty unless failed. */
  failedAt: string;
  /** Whether its data was ever complete; not in the API, but decides what becomes of it when its volume detaches. */
  wasHealthy: boolean;
}>;

/** A volume's engine, as the API calls it. Without a node it is stopped. */
export type Controller = Readonly<{ name: string; node: string; running: boolean }>;

export type RebuildStatus = Readonly<{
  /** A replica's name, or `tcp://...` when the engine's address matches none. */
  replica: string;
  isRebuilding: boolean;
  /** 0 to 100. */
  progress: number;
  state: '' | 'in_progress' | 'complete' | 'error';
  error: string;
  fromReplicaList: readonly string[];
}>;

export type Workload = Readonly<{
  podName: string;
  podStatus: string;
  workloadName: string;
  workloadType: string;
}>;

export type Volume = Readonly<{
  name: string;
  created: string;
  /** Bytes, as a decimal string. */
  size: string;
  namespace: string;
  pvcName: string;
  workloads: readonly Workload[];
  lastPodRefAt: string;
  state: VolumeState;
  robustness: Robustness;
  controllers: readonly Controller[];
  replicas: readonly Replica[];
  rebuildStatus: readonly RebuildStatus[];
  numberOfReplicas: number;
  /** Status of the condition Scheduled; empty leaves the condition out. */
  scheduled: 'True' | 'False' | '';
  standby: boolean;
  restoreRequired: boolean;
  accessMode: string;
  dataEngine: string;
  backupTargetName: string;
  snapshotMaxCount: number;
}>;

export type Backup = Readonly<{
  name: string;
  volume: string;
  target: string;
  state: '' | 'New' | 'Pending' | 'InProgress' | 'Completed' | 'Error' | 'Unknown' | 'Deleting';
  progress: number;
  error: string;
  /** Empty while Longhorn has only found the backup on the target and not yet read it. */
  snapshotName: string;
  snapshotCreated: string;
  /** The upload's end. */
  created: string;
  size: string;
  newlyUploadDataSize: string;
  reUploadedDataSize: string;
  mode: 'full' | 'incremental';
  labels: Readonly<Record<string, string>>;
  url: string;
  volumeCreated: string;
  volumeSize: string;
}>;

export type BackupTarget = Readonly<{ name: string; url: string; available: boolean; message: string }>;

export type Node = Readonly<{ name: string; ready: boolean; reason: string }>;

export type Snapshot = Readonly<{
  name: string;
  /** When its record was made. */
  crCreationTime: string;
  /** When the engine took it; empty until then. */
  creationTime: string;
  userCreated: boolean;
  markRemoved: boolean;
  size: number;
  error: string;
}>;
