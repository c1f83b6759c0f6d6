/** Reads a volume from an object of the `volumes` stream. */

import {
  bytes,
  condition,
  expectObjects,
  expectText,
  type JsonObject,
  message,
  number,
  object,
  objects,
  ratio,
  text,
  time,
} from './read.ts';
import { type ReplicaFacts, readReplicas } from './replica.ts';
import { workloadName } from './workload.ts';

/** One engine of the volume (`controllers[]`). There are two while migrating. */
export interface ControllerFacts {
  /** `hostId`; empty while detached. */
  readonly node: string;
  readonly running: boolean;
  readonly expanding: boolean;
  /** Bytes. */
  readonly size: number | undefined;
  readonly actualSize: number | undefined;
  readonly expansionError: string;
  readonly lastRestoredBackup: string;
}

/** Work that the engine reports per replica (`restoreStatus[]`, `purgeStatus[]`), summarized. */
export interface ReplicaWork {
  readonly running: boolean;
  /** Of the slowest running replica, 0 to 1. */
  readonly progress: number | undefined;
  /** The first error text; empty if there is none. */
  readonly error: string;
}

export interface VolumeFacts {
  readonly name: string;
  /** Unix milliseconds; with the name it identifies the volume. */
  readonly created: number | undefined;
  /** Of the PVC; empty if the volume has none. */
  readonly namespace: string;
  /** Also empty if the PVC is in the past: `lastPVCRefAt` is set. */
  readonly pvc: string;
  readonly workload: string;
  /** When its last pod ended, Unix milliseconds; undefined while a pod uses it, or if none ever did. */
  readonly lastPodRefAt: number | undefined;
  readonly state: string | undefined;
  readonly robustness: string | undefined;
  readonly size: number | undefined;
  /** Whether the condition Scheduled is not False; undefined without the condition. */
  readonly scheduled: boolean | undefined;
  readonly tooManySnapshots: boolean;
  readonly restoring: boolean | undefined;
  readonly restore: ReplicaWork;
  readonly purge: ReplicaWork;
  /** `cloneStatus.state`; empty if it is not a clone. */
  readonly clone: string;
  readonly standby: boolean;
  readonly accessMode: string;
  readonly migratable: boolean;
  readonly shareState: string;
  readonly dataEngine: string;
  readonly backupTarget: string;
  /** Undefined if Longhorn does not report them. */
  readonly controllers: readonly ControllerFacts[] | undefined;
  /** Whether an attachment ticket is for more than a backup, a snapshot or a rebuild; undefined without tickets. */
  readonly hasWorkloadTicket: boolean | undefined;
  readonly replicasDesired: number | undefined;
  readonly snapshotLimit: number | undefined;
  /** Bytes; undefined without a limit. */
  readonly snapshotLimitBytes: number | undefined;
  readonly replicas: readonly ReplicaFacts[] | undefined;
}

/** Throws if `state`, `robustness`, `controllers` or `replicas` has the wrong type. */
export function readVolume(volume: JsonObject, name: string): VolumeFacts {
  const kubernetes = object(volume.kubernetesStatus);
  const scheduled = condition(volume, 'Scheduled');
  return {
    name,
    created: time(volume.created),
    namespace: text(kubernetes.namespace),
    pvc: text(kubernetes.lastPVCRefAt) === '' ? text(kubernetes.pvcName) : '',
    workload: workloadName(kubernetes),
    lastPodRefAt: time(kubernetes.lastPodRefAt),
    state: expectText(volume, 'state'),
    robustness: expectText(volume, 'robustness'),
    size: bytes(volume.size),
    scheduled: scheduled === undefined ? undefined : scheduled !== 'False',
    tooManySnapshots: condition(volume, 'TooManySnapshots') === 'True',
    restoring: typeof volume.restoreRequired === 'boolean' ? volume.restoreRequired : undefined,
    restore: readWork(volume.restoreStatus, 'isRestoring'),
    purge: readWork(volume.purgeStatus, 'isPurging'),
    clone: text(object(volume.cloneStatus).state),
    standby: volume.standby === true,
    accessMode: text(volume.accessMode),
    migratable: volume.migratable === true,
    shareState: text(volume.shareState),
    dataEngine: text(volume.dataEngine),
    backupTarget: text(volume.backupTargetName),
    controllers: expectObjects(volume, 'controllers')?.map(readController),
    hasWorkloadTicket: hasWorkloadTicket(volume.volumeAttachment),
    replicasDesired: number(volume.numberOfReplicas),
    snapshotLimit: number(volume.snapshotMaxCount),
    snapshotLimitBytes: bytes(volume.snapshotMaxSize) || undefined,
    replicas: readReplicas(expectObjects(volume, 'replicas'), objects(volume.rebuildStatus)),
  };
}

const readController = (controller: JsonObject): ControllerFacts => ({
  node: text(controller.hostId),
  running: controller.running === true,
  expanding: controller.isExpanding === true,
  size: bytes(controller.size),
  actualSize: bytes(controller.actualSize),
  expansionError: message(controller.lastExpansionError),
  lastRestoredBackup: text(controller.lastRestoredBackup),
});

function readWork(status: unknown, flag: 'isRestoring' | 'isPurging'): ReplicaWork {
  const entries = objects(status);
  const running = entries.filter((entry) => entry[flag] === true);
  const progress = running.map((entry) => ratio(entry.progress)).filter((value) => value !== undefined);
  return {
    running: running.length > 0,
    progress: progress.length > 0 ? Math.min(...progress) : undefined,
    error: entries.map((entry) => message(entry.error)).find((error) => error !== '') ?? '',
  };
}

/** Attachment types of Longhorn's own controllers. A ticket of any other type means that the volume is in use. */
const MAINTENANCE: ReadonlySet<string> = new Set([
  'backup-controller',
  'snapshot-controller',
  'volume-rebuilding-controller',
  'volume-eviction-controller',
  'volume-restore-controller',
  'volume-clone-controller',
  'volume-expansion-controller',
  'salvage-controller',
  'bim-ds-controller',
  'longhorn-upgrader',
]);

/** Tickets without a frontend do not count: recurring jobs attach detached volumes that way, and nothing can use them. */
function hasWorkloadTicket(volumeAttachment: unknown): boolean | undefined {
  const tickets = objects(Object.values(object(object(volumeAttachment).attachments)));
  if (tickets.length === 0) return undefined;
  return tickets.some(
    ({ attachmentType, parameters }) =>
      typeof attachmentType === 'string' &&
      !MAINTENANCE.has(attachmentType) &&
      object(parameters).disableFrontend !== 'true',
  );
}
