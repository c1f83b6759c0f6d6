/** What the exporter knows of one volume from one object of the `volumes` stream. */

import {
  condition,
  expectObjects,
  expectText,
  type JsonObject,
  number,
  object,
  objects,
  text,
  time,
} from './read.ts';
import { type ReplicaFacts, readReplicas } from './replica.ts';
import { workloadName } from './workload.ts';

export interface VolumeFacts {
  readonly name: string;
  /** Unix milliseconds; with the name it identifies the volume. */
  readonly created: number | undefined;
  /** Of the PVC; empty when the volume has none. */
  readonly namespace: string;
  readonly pvc: string;
  readonly workload: string;
  readonly state: string | undefined;
  readonly robustness: string | undefined;
  /** Whether every replica found a disk; undefined without the condition. */
  readonly scheduled: boolean | undefined;
  readonly restoring: boolean | undefined;
  readonly standby: boolean;
  readonly accessMode: string;
  readonly dataEngine: string;
  readonly backupTarget: string;
  /** The nodes of the running engines: two while migrating. */
  readonly engineNodes: readonly string[];
  readonly replicasDesired: number | undefined;
  readonly snapshotLimit: number | undefined;
  readonly replicas: readonly ReplicaFacts[] | undefined;
}

/** Throws when `state`, `robustness`, `controllers` or `replicas` are of a type they cannot have. */
export function readVolume(volume: JsonObject, name: string): VolumeFacts {
  const kubernetes = object(volume.kubernetesStatus);
  const scheduled = condition(volume, 'Scheduled');
  return {
    name,
    created: time(volume.created),
    namespace: text(kubernetes.namespace),
    pvc: text(kubernetes.pvcName),
    workload: workloadName(kubernetes),
    state: expectText(volume, 'state'),
    robustness: expectText(volume, 'robustness'),
    scheduled: scheduled === undefined ? undefined : scheduled !== 'False',
    restoring: typeof volume.restoreRequired === 'boolean' ? volume.restoreRequired : undefined,
    standby: volume.standby === true,
    accessMode: text(volume.accessMode),
    dataEngine: text(volume.dataEngine),
    backupTarget: text(volume.backupTargetName),
    engineNodes: (expectObjects(volume, 'controllers') ?? [])
      .filter((controller) => controller.running === true && text(controller.hostId) !== '')
      .map((controller) => text(controller.hostId)),
    replicasDesired: number(volume.numberOfReplicas),
    snapshotLimit: number(volume.snapshotMaxCount),
    replicas: readReplicas(expectObjects(volume, 'replicas'), objects(volume.rebuildStatus)),
  };
}
