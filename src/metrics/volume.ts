/** Metrics of a volume and its replicas, from the `volumes` stream. */

import { toWall, wallOf } from '../clock.ts';
import { REBUILD_RESULTS, type Robustness } from '../events.ts';
import { OPERATIONS, shareUp } from '../state/operations.ts';
import { countStatuses, oldestRebuild, replicasOf } from '../state/replicas.ts';
import { redundancyNodes, type VolumeSeries } from '../state/served.ts';
import { REPLICA_STATUSES, type Volume } from '../state/state.ts';
import { isInUse, lastUse } from '../state/volumes.ts';
import { type Family, flag, seconds, type Table } from './family.ts';

/** The gauge for one robustness; unknown while Longhorn does not report any. */
const shows = ({ volume: { health } }: VolumeSeries, robustness: Robustness): number | undefined =>
  flag(health.shown === undefined ? undefined : health.shown === robustness);

/** False if the condition Scheduled is False and fewer replicas than desired have a disk and have not failed. */
function scheduled({ facts }: Volume): boolean | undefined {
  if (facts.scheduled !== false) return facts.scheduled;
  const placed = (facts.replicas ?? []).filter(({ hasDisk, failed }) => hasDisk && !failed).length;
  return facts.replicas !== undefined && placed >= (facts.replicasDesired ?? Number.POSITIVE_INFINITY);
}

function zones({ volume, zones }: VolumeSeries): number | undefined {
  const nodes = redundancyNodes(volume);
  if (zones.size === 0 || nodes === undefined) return undefined;
  const known = new Set([...nodes].flatMap((node) => zones.get(node) ?? []));
  // If none of these nodes has a zone, the number of zones is unknown, not 0.
  return known.size === 0 && nodes.size > 0 ? undefined : known.size;
}

const families: readonly Family<VolumeSeries>[] = [
  {
    name: 'longhorn_volume_healthy',
    type: 'gauge',
    help: '1 if robustness is healthy, else 0 (also for detached).',
    value: (series) => shows(series, 'healthy'),
  },
  {
    name: 'longhorn_volume_degraded',
    type: 'gauge',
    help: '1 if robustness is degraded, else 0.',
    value: (series) => shows(series, 'degraded'),
  },
  {
    name: 'longhorn_volume_faulted',
    type: 'gauge',
    help: '1 if robustness is faulted, else 0.',
    value: (series) => shows(series, 'faulted'),
  },
  {
    name: 'longhorn_volume_unknown',
    type: 'gauge',
    help: "1 if state is attached and no controller is running (the engine's node is down), else 0.",
    value: (series) => shows(series, 'unknown'),
  },
  {
    name: 'longhorn_volume_attached',
    type: 'gauge',
    help: '1 if state is attached, else 0.',
    value: ({ volume: { facts } }) =>
      flag(facts.state === undefined ? undefined : facts.state === 'attached'),
  },
  {
    name: 'longhorn_volume_scheduled',
    type: 'gauge',
    help: '0 if the condition Scheduled is False and fewer replicas than desired have a disk, else 1.',
    value: ({ volume }) => flag(scheduled(volume)),
  },
  {
    name: 'longhorn_volume_restoring',
    type: 'gauge',
    help: '1 if restoreRequired is true, else 0.',
    value: ({ volume: { facts } }) => flag(facts.restoring),
  },
  {
    name: 'longhorn_volume_info',
    type: 'gauge',
    help: 'Always 1. pvc and workload from kubernetesStatus, engine_node from controllers[].hostId, the others from the fields of the same name.',
    labels: ['pvc', 'workload', 'engine_node', 'access_mode', 'data_engine', 'standby', 'backup_target'],
    samples: ({ volume: { facts, engineNode } }) => [
      [
        1,
        facts.pvc,
        facts.workload,
        engineNode,
        facts.accessMode,
        facts.dataEngine,
        String(facts.standby),
        facts.backupTarget,
      ],
    ],
  },
  {
    name: 'longhorn_volume_replicas',
    type: 'gauge',
    help: 'Current number of replicas in any status; twice as many while migrating.',
    value: ({ volume }) => replicasOf(volume)?.length,
  },
  {
    name: 'longhorn_volume_replicas_desired',
    type: 'gauge',
    help: 'numberOfReplicas.',
    value: ({ volume: { facts } }) => facts.replicasDesired,
  },
  {
    name: 'longhorn_volume_replicas_status',
    type: 'gauge',
    help: 'Number of replicas by status, from mode, failedAt, running and rebuildStatus.',
    labels: ['status'],
    *samples({ volume }) {
      const replicas = replicasOf(volume);
      if (replicas === undefined) return;
      const counts = countStatuses(replicas);
      for (const status of REPLICA_STATUSES) yield [counts[status], status];
    },
  },
  {
    name: 'longhorn_volume_redundancy_nodes',
    type: 'gauge',
    help: 'Number of nodes (hostId) with a replica that could serve the volume now.',
    value: ({ volume }) => redundancyNodes(volume)?.size,
  },
  {
    name: 'longhorn_volume_redundancy_zones',
    type: 'gauge',
    help: 'Number of zones with a replica that could serve the volume now; absent if no node has a zone.',
    value: zones,
  },
  {
    name: 'longhorn_volume_in_use',
    type: 'gauge',
    help: '1 if attached for a workload, by the attachmentType of its tickets, else 0.',
    value: ({ volume: { facts } }) => flag(facts.state === undefined ? undefined : isInUse(facts)),
  },
  {
    name: 'longhorn_volume_last_used_timestamp_seconds',
    type: 'gauge',
    help: 'Only while not in use: lastPodRefAt, or when it was last seen in use if that is later.',
    value: ({ volume }, now) => (isInUse(volume.facts) ? undefined : seconds(lastUse(volume, now))),
  },
  {
    name: 'longhorn_volume_share_up',
    type: 'gauge',
    help: 'Attached, non-migratable RWX volumes only: 1 if shareState is running, else 0.',
    value: ({ volume: { facts } }) => flag(shareUp(facts)),
  },
  {
    name: 'longhorn_volume_operation_started_timestamp_seconds',
    type: 'gauge',
    help: 'Only while the operation is in progress: when it was first seen.',
    labels: ['operation'],
    *samples({ volume }, now) {
      for (const [name, { startedAt, pausedAt }] of volume.operations)
        if (pausedAt === undefined) yield [seconds(toWall(startedAt, now)), name];
    },
  },
  {
    name: 'longhorn_volume_operation_progress_ratio',
    type: 'gauge',
    help: "Only while a restore or purge is in progress: the slowest replica's progress, 0 to 1.",
    labels: ['operation'],
    *samples({ volume: { facts } }) {
      for (const { name, isInProgress, progress } of OPERATIONS)
        if (progress !== undefined && isInProgress(facts)) yield [progress(facts), name];
    },
  },
  {
    name: 'longhorn_volume_operation_failed',
    type: 'gauge',
    help: 'Always 1, only while Longhorn reports that the operation failed.',
    labels: ['operation'],
    *samples({ volume: { facts } }) {
      for (const { name, error } of OPERATIONS)
        if (error !== undefined && error(facts) !== '') yield [1, name];
    },
  },
  {
    name: 'longhorn_volume_snapshot_limit',
    type: 'gauge',
    help: 'snapshotMaxCount.',
    value: ({ volume: { facts } }) => facts.snapshotLimit,
  },
  {
    name: 'longhorn_volume_snapshot_limit_bytes',
    type: 'gauge',
    help: 'snapshotMaxSize; absent if it is 0 (no limit).',
    value: ({ volume: { facts } }) => facts.snapshotLimitBytes,
  },
  {
    name: 'longhorn_volume_too_many_snapshots',
    type: 'gauge',
    help: "Always 1, only while the condition TooManySnapshots is True: above Longhorn's own warning threshold.",
    value: ({ volume: { facts } }) => (facts.tooManySnapshots ? 1 : undefined),
  },
  {
    name: 'longhorn_volume_degraded_since_timestamp_seconds',
    type: 'gauge',
    help: 'When the volume became degraded, faulted or unknown, from first sight or failedAt; only until it is healthy or detached.',
    value: ({ volume: { health } }, now) =>
      health.unhealthySince === undefined ? undefined : seconds(wallOf(health.unhealthySince, now)),
  },
  {
    name: 'longhorn_volume_degraded_seconds_total',
    type: 'counter',
    help: 'Time spent with robustness degraded.',
    value: ({ volume: { health } }) => seconds(health.degradedMs),
  },
  {
    name: 'longhorn_volume_faulted_seconds_total',
    type: 'counter',
    help: 'Time spent with robustness faulted.',
    value: ({ volume: { health } }) => seconds(health.faultedMs),
  },
  {
    name: 'longhorn_volume_robustness_changes_total',
    type: 'counter',
    help: 'Number of changes between healthy, degraded, faulted and unknown while attached.',
    value: ({ volume: { health } }) => health.changes,
  },
  {
    name: 'longhorn_volume_replica_failures_total',
    type: 'counter',
    help: 'Number of times a replica failed that had been healthy since its last failure.',
    value: ({ volume: { replicas } }) => replicas.failures,
  },
  {
    name: 'longhorn_volume_rebuilds_total',
    type: 'counter',
    help: 'Number of finished replica rebuilds (mode WO) by result.',
    labels: ['result'],
    *samples({ volume: { replicas } }) {
      for (const result of REBUILD_RESULTS) yield [replicas.rebuilds[result], result];
    },
  },
  {
    name: 'longhorn_volume_rebuild_started_timestamp_seconds',
    type: 'gauge',
    help: 'Only while a replica is rebuilding (mode WO): when the oldest running rebuild was first seen.',
    value: ({ volume }, now) => {
      const oldest = oldestRebuild(volume);
      return oldest === undefined ? undefined : seconds(toWall(oldest.rebuild.startedAt, now));
    },
  },
  {
    name: 'longhorn_volume_rebuild_progress_ratio',
    type: 'gauge',
    help: 'Only while a replica is rebuilding: rebuildStatus.progress of the oldest running rebuild, 0 to 1; it may decrease.',
    value: ({ volume }) => oldestRebuild(volume)?.replica.facts.progress,
  },
  {
    name: 'longhorn_volume_rebuild_last_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last successful rebuild that was seen from its start.',
    value: ({ volume: { replicas } }) => replicas.lastRebuildSeconds,
  },
];

export const VOLUME_TABLE: Table<VolumeSeries> = {
  title: 'Volumes and replicas',
  intro:
    'From the stream `volumes`. Labels: `volume`, `namespace` (of the PVC, empty without one) and those listed.',
  labels: ['volume', 'namespace'],
  identify: ({ volume: { facts } }) => [facts.name, facts.namespace],
  families,
};
