/** Problems of a volume, its replicas and its operations, worst first. */

import type { NamedEvent } from '../events.ts';
import { VOLUME_TABLE } from '../metrics/volume.ts';
import { OPERATIONS, shareUp } from '../state/operations.ts';
import { oldestRebuild, replicasOf } from '../state/replicas.ts';
import { redundancyNodes } from '../state/served.ts';
import { ALERT_LIMITS } from './alert-limits.ts';
import { countEvents, hangs, type ProblemInput, type ProblemRow } from './problem.ts';
import { reader } from './series.ts';

const NO_ZONES: ReadonlyMap<string, string> = new Map();

/** Whether a gauge of the volume has this value. */
function gauge(name: string, value: number): ProblemRow['holds'] {
  const read = reader(VOLUME_TABLE, name);
  return ({ volume, now }) => read({ volume, zones: NO_ZONES }, now) === value;
}

const isHealthy = gauge('longhorn_volume_healthy', 1);
const isDegraded = gauge('longhorn_volume_degraded', 1);
const isFaulted = gauge('longhorn_volume_faulted', 1);

const desiredOf = ({ volume }: ProblemInput): number => volume.facts.replicasDesired ?? 0;

/** Undefined if Longhorn lists no replicas. */
const nodesOf = ({ volume }: ProblemInput): number | undefined => redundancyNodes(volume)?.size;

/** How long an operation has been in progress, in milliseconds; 0 if it is not. */
function runningFor(name: string, { volume, now }: ProblemInput): number {
  const operation = volume.operations.get(name);
  return operation === undefined || operation.pausedAt !== undefined
    ? 0
    : now.monotonic - operation.startedAt;
}

/** Whether it is in progress, and not for too long, so that its side effects are no problem. */
function isExcusedBy(name: 'expand' | 'clone', input: ProblemInput): boolean {
  const running = runningFor(name, input);
  return running > 0 && running < ALERT_LIMITS[name];
}

/** How long an operation has made no progress, in milliseconds; 0 if it is not in progress. */
function stalledFor(name: string, input: ProblemInput): number {
  const advancedAt = input.volume.operations.get(name)?.progressed.advancedAt ?? input.now.monotonic;
  return Math.min(runningFor(name, input), input.now.monotonic - advancedAt);
}

const isRestoreProgressing = (input: ProblemInput): boolean =>
  runningFor('restore', input) > 0 && stalledFor('restore', input) < ALERT_LIMITS.stalled;

/** Operations with a time limit. Attach has its own row. */
const TIMED = ['create', 'detach', 'delete', 'migrate', 'expand', 'clone'] as const;
const JUDGED_BY_PROGRESS = ['restore', 'purge'] as const;

const isFailedRebuild = (event: NamedEvent): boolean =>
  event.type === 'rebuild_ended' && event.result === 'failed';

/** Failures, finished rebuilds of any result, and ends of a degraded period. */
const CHURN = {
  failure: ({ type }: NamedEvent) => type === 'replica_failed',
  rebuild: ({ type }: NamedEvent) => type === 'rebuild_ended',
  recovery: (event: NamedEvent) => event.type === 'robustness_changed' && event.from === 'degraded',
};

export const VOLUME_PROBLEMS: readonly ProblemRow[] = [
  { name: 'faulted', alert: 'LonghornVolumeFaulted', holds: isFaulted },
  { name: 'unknown', alert: 'LonghornVolumeUnknown', holds: gauge('longhorn_volume_unknown', 1) },
  {
    name: 'share down',
    alert: 'LonghornVolumeShareDown',
    holds: ({ volume }) => shareUp(volume.facts) === false,
  },
  {
    name: 'last copy',
    alert: 'LonghornVolumeLastCopy',
    holds(input) {
      const onlyNode = isHealthy(input) && input.nodes.listed <= 1;
      return nodesOf(input) === 1 && desiredOf(input) > 1 && !onlyNode && !isExcusedBy('clone', input);
    },
  },
  {
    name: 'attach stuck',
    alert: 'LonghornVolumeAttachStuck',
    holds: (input) => runningFor('attach', input) > ALERT_LIMITS.attach,
  },
  { name: 'degraded', alert: 'LonghornVolumeDegraded', holds: isDegraded },
  {
    name: 'no rebuild',
    alert: 'LonghornVolumeNoRebuild',
    holds(input) {
      const { volume, now } = input;
      const { noRebuild } = ALERT_LIMITS;
      if (!isDegraded(input) || now.monotonic - volume.health.shownSince < noRebuild) return false;
      if (isExcusedBy('expand', input) || isExcusedBy('clone', input) || isRestoreProgressing(input))
        return false;
      return oldestRebuild(volume) === undefined && countEvents(input, noRebuild, CHURN.rebuild) === 0;
    },
  },
  {
    name: 'operation failed',
    alert: 'LonghornVolumeOperationFailed',
    holds: ({ volume }) => OPERATIONS.some(({ error }) => (error?.(volume.facts) ?? '') !== ''),
  },
  {
    name: 'operation stuck',
    alert: 'LonghornVolumeOperationStuck',
    holds: (input) =>
      TIMED.some((name) => runningFor(name, input) > ALERT_LIMITS[name]) ||
      JUDGED_BY_PROGRESS.some((name) => stalledFor(name, input) > ALERT_LIMITS.stalled),
  },
  {
    name: 'replicas missing',
    alert: 'LonghornVolumeReplicasMissing',
    holds(input) {
      const healthy = replicasOf(input.volume)?.filter(({ status }) => status === 'healthy').length;
      return isHealthy(input) && healthy !== undefined && healthy < desiredOf(input);
    },
  },
  {
    name: 'replicas missing while detached',
    alert: 'LonghornVolumeDetachedShortOfReplicas',
    holds(input) {
      const replicas = replicasOf(input.volume) ?? [];
      const left = replicas.filter(({ status }) => status !== 'failed').length;
      const detached = input.volume.facts.state === 'detached' && !isFaulted(input);
      return detached && replicas.length > 0 && left < desiredOf(input);
    },
  },
  {
    name: 'replicas keep failing',
    alert: 'LonghornReplicasKeepFailing',
    holds(input) {
      const { failuresWithin, failuresSoonWithin, failuresSoon } = ALERT_LIMITS;
      const { nodes, now } = input;
      const desired = desiredOf(input);
      const count = (counts: (event: NamedEvent) => boolean) => countEvents(input, failuresWithin, counts);
      const isSoon = (counts: (event: NamedEvent) => boolean) =>
        countEvents(input, failuresSoonWithin, counts) >= failuresSoon;
      // While nodes restart one after the other, each of them causes a replica failure.
      const quietNodes =
        nodes.allReadySince !== undefined && now.monotonic - nodes.allReadySince > failuresSoonWithin;
      return (
        (quietNodes && (isSoon(CHURN.failure) || isSoon(CHURN.recovery))) ||
        count(CHURN.failure) > desired ||
        count(CHURN.rebuild) > 2 * desired ||
        (desired > 0 && count(CHURN.recovery) >= 2 * desired)
      );
    },
  },
  {
    name: 'rebuilds failing',
    alert: 'LonghornRebuildsFailing',
    holds(input) {
      const { failedRebuilds, failedRebuildsWithin, failedRebuildsDegradedWithin } = ALERT_LIMITS;
      const within = isDegraded(input) ? failedRebuildsDegradedWithin : failedRebuildsWithin;
      return countEvents(input, within, isFailedRebuild) >= failedRebuilds;
    },
  },
  {
    name: 'rebuild stuck',
    alert: 'LonghornRebuildStuck',
    holds({ volume, now }) {
      const rebuild = oldestRebuild(volume)?.rebuild;
      return rebuild !== undefined && hangs(rebuild.progressed, now.monotonic - rebuild.startedAt, now);
    },
  },
  {
    name: 'replicas share a node',
    alert: 'LonghornVolumeReplicasColocated',
    holds(input) {
      const nodes = nodesOf(input) ?? Number.POSITIVE_INFINITY;
      return isHealthy(input) && nodes < desiredOf(input) && nodes < input.nodes.ready;
    },
  },
  {
    name: 'replica unschedulable',
    alert: 'LonghornReplicaUnschedulable',
    holds: gauge('longhorn_volume_scheduled', 0),
  },
];
