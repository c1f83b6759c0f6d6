/** Computes a volume's robustness from its replicas and its engine's node, like Longhorn. */

import type { Replica, Robustness, Volume } from './model.ts';

/** A replica whose data is complete and in use. */
export const isHealthy = (replica: Replica): boolean => replica.mode === 'RW' && replica.failedAt === '';

export function robustnessOf(volume: Volume, nodeIsReady: (node: string) => boolean): Robustness {
  const { state, replicas, controllers, robustness } = volume;
  if (state === 'creating') return '';
  if (replicas.length > 0 && replicas.every((replica) => replica.failedAt !== '')) return 'faulted';
  if (state !== 'attached') return 'unknown';
  if (controllers.some(({ node, running }) => node !== '' && (!running || !nodeIsReady(node))))
    return 'unknown';

  // Without any mode it cannot be computed: a sharded volume has no replicas, and a restarted monitor knows none yet.
  if (replicas.every(({ mode, failedAt }) => mode === '' || failedAt !== '')) {
    return replicas.length === 0 && (robustness === '' || robustness === 'unknown') ? 'healthy' : robustness;
  }
  const healthy = replicas.filter(isHealthy).length;
  // A restored volume counts as degraded until it has all its data.
  const isIncomplete = volume.restoreRequired && !volume.standby;
  if (healthy >= volume.numberOfReplicas && !isIncomplete) return 'healthy';
  return healthy > 0 ? 'degraded' : 'faulted';
}
