/** The name of the workload that uses a volume, stable across rollouts and job runs. */

import { type JsonObject, objects, text } from './read.ts';

/** A ReplicaSet's pod-template hash. The alphabet of Kubernetes' generated names has no vowels. */
const POD_TEMPLATE_HASH = /-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/;
const JOB_NUMBER = /-\d+$/;

function stable({ workloadName, workloadType }: JsonObject): string {
  const name = text(workloadName);
  if (workloadType === 'ReplicaSet') return name.replace(POD_TEMPLATE_HASH, '');
  return workloadType === 'Job' ? name.replace(JOB_NUMBER, '') : name;
}

/**
 * From `kubernetesStatus`: the lexically smallest `workloadName`, without the part that changes with each rollout.
 * Empty if `lastPodRefAt` is set, because the workloads are then in the past.
 */
export function workloadName(kubernetesStatus: JsonObject): string {
  if (text(kubernetesStatus.lastPodRefAt) !== '') return '';
  const names = objects(kubernetesStatus.workloadsStatus).map(stable).filter(Boolean);
  return names.sort()[0] ?? '';
}
