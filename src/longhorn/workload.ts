/** Names the workload that uses a volume so that the name outlives roll-outs and job runs. */

import { type JsonObject, objects, text } from './read.ts';

/** A ReplicaSet's pod-template hash: the alphabet of Kubernetes' generated names, which has no vowels. */
const POD_TEMPLATE_HASH = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/;
const JOB_NUMBER = /-\d+$/;

function stable({ workloadName, workloadType }: JsonObject): string {
  const name = text(workloadName);
  if (workloadType === 'ReplicaSet') return name.replace(POD_TEMPLATE_HASH, '');
  return workloadType === 'Job' ? name.replace(JOB_NUMBER, '') : name;
}

/**
 * From `kubernetesStatus`: the lexically smallest `workloadName`, without what changes at each roll-out.
 * Empty when `lastPodRefAt` is set: the pods that are named are then those of the past.
 */
export function workloadName(kubernetesStatus: JsonObject): string {
  if (text(kubernetesStatus.lastPodRefAt) !== '') return '';
  const names = objects(kubernetesStatus.workloadsStatus).map(stable).filter(Boolean);
  return names.sort()[0] ?? '';
}
