/** What a cluster is made of: plain immutable data in Longhorn's own words, with times and sizes as the API writes them. */

export const STREAMS = ['volumes', 'backups', 'nodes', 'backuptargets'] as const;
export type Stream = (typeof STREAMS)[number];

export type VolumeState = 'creating' | 'attaching' | 'attached' | 'detaching' | 'detached' | 'deleting';
export type Robustness = '' | 'healthy' | 'degraded' | 'faulted' | 'unknown';
export type ReplicaMode = '' | 'RW' | 'WO' | 'ERR';

export interface Replica {
  readonly name: string;
  readonly node: string;
  readonly mode: ReplicaMode;
  readonly running: boolean;
  /** Empty unless failed. */
  readonly failedAt: string;
  /** Whether its data was ever complete; not in the API, but decides what becomes of it when its volume detaches. */
  readonly wasHealthy: boolean;
}

/** A volume's engine, as the API calls it. Without a node it is stopped. */
export type Controller = Readonly<{ name: string; node: string; running: boolean }>;

export interface RebuildStatus {
  /** A replica's name, or `tcp://...` when the engine's address matches none. */
  readonly replica: string;
  readonly isRebuilding: boolean;
  /** 0 to 100. */
  readonly progress: number;
  readonly state: '' | 'in_progress' | 'complete' | 'error';
  readonly error: string;
  readonly fromReplicaList: readonly string[];
}

export interface Workload {
  readonly podName: string;
  readonly podStatus: string;
  readonly workloadName: string;
  readonly workloadType: string;
}

export interface Volume {
  readonly name: string;
  readonly created: string;
  /** Bytes, as a decimal string. */
  readonly size: string;
  readonly namespace: string;
  readonly pvcName: string;
  readonly workloads: readonly Workload[];
  readonly lastPodRefAt: string;
  readonly state: VolumeState;
  readonly robustness: Robustness;
  readonly controllers: readonly Controller[];
  readonly replicas: readonly Replica[];
  readonly rebuildStatus: readonly RebuildStatus[];
  readonly numberOfReplicas: number;
  /** Status of the condition Scheduled; empty leaves the condition out. */
  readonly scheduled: 'True' | 'False' | '';
  readonly standby: boolean;
  readonly restoreRequired: boolean;
  readonly accessMode: string;
  readonly dataEngine: string;
  readonly backupTargetName: string;
  readonly snapshotMaxCount: number;
}

export interface Backup {
  readonly name: string;
  readonly volume: string;
  readonly target: string;
  readonly state: '' | 'New' | 'Pending' | 'InProgress' | 'Completed' | 'Error' | 'Unknown' | 'Deleting';
  readonly progress: number;
  readonly error: string;
  /** Empty while Longhorn has only found the backup on the target and not yet read it. */
  readonly snapshotName: string;
  readonly snapshotCreated: string;
  /** The upload's end. */
  readonly created: string;
  readonly size: string;
  readonly newlyUploadDataSize: string;
  readonly reUploadedDataSize: string;
  readonly mode: 'full' | 'incremental';
  readonly labels: Readonly<Record<string, string>>;
  readonly url: string;
  readonly volumeCreated: string;
  readonly volumeSize: string;
}

export type BackupTarget = Readonly<{ name: string; url: string; available: boolean; message: string }>;

export type Node = Readonly<{ name: string; ready: boolean; reason: string }>;

export interface Snapshot {
  readonly name: string;
  /** When its record was made. */
  readonly crCreationTime: string;
  /** When the engine took it; empty until then. */
  readonly creationTime: string;
  readonly userCreated: boolean;
  readonly markRemoved: boolean;
  readonly size: number;
  readonly error: string;
}
