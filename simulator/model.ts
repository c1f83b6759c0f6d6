/** The objects of a cluster: plain immutable data with Longhorn's terms, with times and sizes as in the API. */

export const STREAMS = ['volumes', 'backups', 'nodes', 'backuptargets', 'recurringjobs'] as const;
export type Stream = (typeof STREAMS)[number];

export type VolumeState = 'creating' | 'attaching' | 'attached' | 'detaching' | 'detached' | 'deleting';
export type Robustness = '' | 'healthy' | 'degraded' | 'faulted' | 'unknown';
export type ReplicaMode = '' | 'RW' | 'WO' | 'ERR';

export interface Replica {
  readonly name: string;
  readonly node: string;
  readonly mode: ReplicaMode;
  readonly running: boolean;
  /** Empty unless it failed. */
  readonly failedAt: string;
  /** Whether its data was ever complete. Not in the API, but determines what happens when its volume detaches. */
  readonly wasHealthy: boolean;
}

/** The API's name for a volume's engine. Without a node it is stopped; on a dead node it has a node but is not running. */
export interface Controller {
  readonly name: string;
  readonly node: string;
  readonly running: boolean;
  /** Bytes, as a decimal string; less than the volume's size until an expansion is complete. */
  readonly size: string;
  readonly isExpanding: boolean;
  readonly lastExpansionError: string;
  readonly lastExpansionFailedAt: string;
  /** The last backup that a standby volume restored. */
  readonly lastRestoredBackup: string;
}

/** The status of a restore on one replica. */
export interface RestoreStatus {
  readonly replica: string;
  readonly backupURL: string;
  readonly isRestoring: boolean;
  /** 0 to 100. */
  readonly progress: number;
  readonly lastRestored: string;
  readonly state: '' | 'in_progress' | 'complete' | 'error';
  readonly error: string;
}

/** A deep copy of another volume. */
export interface CloneStatus {
  readonly sourceVolume: string;
  readonly snapshot: string;
  readonly state: '' | 'initiated' | 'copy-completed-awaiting-healthy' | 'completed' | 'failed';
}

/** A recurring job or group in a volume's labels. */
export interface JobLabel {
  readonly name: string;
  readonly isGroup: boolean;
}

export interface RebuildStatus {
  /** A replica's name, or `tcp://...` if the engine's address matches none. */
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
  /** If set, the PVC and the workloads no longer exist. */
  readonly lastPVCRefAt: string;
  readonly lastPodRefAt: string;
  readonly state: VolumeState;
  readonly robustness: Robustness;
  readonly controllers: readonly Controller[];
  readonly replicas: readonly Replica[];
  readonly rebuildStatus: readonly RebuildStatus[];
  readonly numberOfReplicas: number;
  /** Status of the condition Scheduled; empty: no such condition. */
  readonly scheduled: 'True' | 'False' | '';
  /** The reason, if Scheduled is False. */
  readonly scheduledReason: string;
  /** The message of the condition TooManySnapshots; empty if it is False. */
  readonly tooManySnapshots: string;
  readonly standby: boolean;
  readonly restoreRequired: boolean;
  /** URL of the backup that the volume was restored from, or empty. */
  readonly fromBackup: string;
  readonly restoreStatus: readonly RestoreStatus[];
  readonly cloneStatus: CloneStatus;
  readonly accessMode: 'rwo' | 'rwx';
  /** State of the NFS server of an rwx volume; empty without one. */
  readonly shareState: '' | 'unknown' | 'starting' | 'running' | 'stopping' | 'stopped' | 'error';
  readonly shareEndpoint: string;
  readonly migratable: boolean;
  readonly dataLocality: string;
  readonly dataEngine: string;
  readonly backupTargetName: string;
  readonly snapshotMaxCount: number;
  /** Not in the stream, only in the response to recurringJobList. */
  readonly jobs: readonly JobLabel[];
}

export interface Backup {
  readonly name: string;
  readonly volume: string;
  readonly target: string;
  readonly state: '' | 'New' | 'Pending' | 'InProgress' | 'Completed' | 'Error' | 'Unknown' | 'Deleting';
  readonly progress: number;
  readonly error: string;
  /** `error`: why the deletion failed. */
  readonly messages: Readonly<Record<string, string>>;
  /** Empty while Longhorn has found the backup on the target but not read it yet. */
  readonly snapshotName: string;
  /** Empty until the snapshot is taken, and permanently after an early failure. */
  readonly snapshotCreated: string;
  /** The end of the upload. */
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

export interface Node {
  readonly name: string;
  readonly ready: boolean;
  readonly reason: string;
  readonly zone: string;
  readonly region: string;
}

export interface RecurringJob {
  readonly name: string;
  readonly task: string;
  readonly cron: string;
  readonly groups: readonly string[];
  readonly retain: number;
  readonly concurrency: number;
  readonly executionCount: number;
}

export interface Snapshot {
  readonly name: string;
  /** When its record was created. */
  readonly crCreationTime: string;
  /** When the engine took it; empty until then. */
  readonly creationTime: string;
  /** Whether it was requested; false for a system snapshot. */
  readonly createSnapshot: boolean;
  /** True once a requested snapshot is taken. */
  readonly userCreated: boolean;
  readonly markRemoved: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly size: number;
  readonly error: string;
}
