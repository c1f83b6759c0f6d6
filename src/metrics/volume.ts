/** The families of a volume and its replicas; source: the `volumes` stream. */

import { type Time, toWall, wallOf } from '../clock.ts';
import { REPLICA_STATUSES, type ReplicaFacts } from '../longhorn/replica.ts';
import type { Volume } from '../state/state.ts';
import { REBUILD_RESULTS } from '../state/transition.ts';
import { type Family, flag, seconds, type Table } from './family.ts';

/** Whether Longhorn's `robustness` is this one; unknown while there is none. */
const robustnessIs = ({ facts }: Volume, robustness: string): boolean | undefined =>
  facts.robustness === undefined ? undefined : facts.robustness === robustness;

function unknownInUse({ facts: { robustness, state } }: Volume): boolean | undefined {
  if (robustness === undefined || state === undefined) return undefined;
  return robustness === 'unknown' && (state === 'attached' || state === 'detaching');
}

const countStatus = (replicas: readonly ReplicaFacts[], status: string): number =>
  replicas.reduce((count, replica) => count + (replica.status === status ? 1 : 0), 0);

/** The least value over the replicas that are being rebuilt now. */
function leastOfRebuilding(
  { facts }: Volume,
  read: (replica: ReplicaFacts) => number | undefined,
): number | undefined {
  let least: number | undefined;
  for (const replica of facts.replicas ?? []) {
    const value = replica.status === 'rebuilding' ? read(replica) : undefined;
    if (value !== undefined && (least === undefined || value < least)) least = value;
  }
  return least;
}

function rebuildStartedAt(volume: Volume, now: Time): number | undefined {
  const startedAt = leastOfRebuilding(
    volume,
    ({ name }) => volume.replicas.byName.get(name)?.rebuild?.startedAt,
  );
  return startedAt === undefined ? undefined : toWall(startedAt, now);
}

const families: readonly Family<Volume>[] = [
  {
    name: 'longhorn_volume_healthy',
    type: 'gauge',
    help: "1 if the volume's robustness is healthy, else 0; 0 too for a detached volume.",
    value: (volume) => flag(robustnessIs(volume, 'healthy')),
  },
  {
    name: 'longhorn_volume_degraded',
    type: 'gauge',
    help: "1 if the volume's robustness is degraded, else 0.",
    value: (volume) => flag(robustnessIs(volume, 'degraded')),
  },
  {
    name: 'longhorn_volume_faulted',
    type: 'gauge',
    help: "1 if the volume's robustness is faulted, else 0.",
    value: (volume) => flag(robustnessIs(volume, 'faulted')),
  },
  {
    name: 'longhorn_volume_unknown',
    type: 'gauge',
    help: "1 if the volume's robustness is unknown though its state is attached or detaching (its engine's node is down), else 0. Any detaching volume shows 1 for the seconds that detaching takes.",
    value: (volume) => flag(unknownInUse(volume)),
  },
  {
    name: 'longhorn_volume_attached',
    type: 'gauge',
    help: "1 if the volume's state is attached, else 0.",
    value: ({ facts }) => flag(facts.state === undefined ? undefined : facts.state === 'attached'),
  },
  {
    name: 'longhorn_volume_scheduled',
    type: 'gauge',
    help: "0 if the volume's condition Scheduled is False, that is a replica finds no disk, else 1.",
    value: ({ facts }) => flag(facts.scheduled),
  },
  {
    name: 'longhorn_volume_restoring',
    type: 'gauge',
    help: '1 if restoreRequired: the volume is being restored from a backup, else 0.',
    value: ({ facts }) => flag(facts.restoring),
  },
  {
    name: 'longhorn_volume_info',
    type: 'gauge',
    help: 'Always 1. pvc: kubernetesStatus.pvcName; workload: the first workloadName without what changes at each roll-out or run; engine_node: hostId of the running controller, empty when detached, the old one while migrating; access_mode, data_engine, standby, backup_target: accessMode, dataEngine, standby, backupTargetName.',
    labels: ['pvc', 'workload', 'engine_node', 'access_mode', 'data_engine', 'standby', 'backup_target'],
    samples: ({ facts, engineNode }) => [
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
    help: 'Replicas that the volume has now, in any status; twice as many while migrating.',
    value: ({ facts }) => facts.replicas?.length,
  },
  {
    name: 'longhorn_volume_replicas_desired',
    type: 'gauge',
    help: 'numberOfReplicas: how many replicas the volume shall have.',
    value: ({ facts }) => facts.replicasDesired,
  },
  {
    name: 'longhorn_volume_replicas_status',
    type: 'gauge',
    help: 'Replicas by status, each in exactly one. failed: failedAt is set, mode is ERR, or mode is WO and its rebuildStatus in error; rebuilding: mode WO; healthy: mode RW; stopped: all others.',
    labels: ['status'],
    *samples({ facts: { replicas } }) {
      if (replicas === undefined) return;
      for (const status of REPLICA_STATUSES) yield [countStatus(replicas, status), status];
    },
  },
  {
    name: 'longhorn_volume_snapshot_limit',
    type: 'gauge',
    help: 'snapshotMaxCount: how many snapshots the volume may have.',
    value: ({ facts }) => facts.snapshotLimit,
  },
  {
    name: 'longhorn_volume_degraded_since_timestamp_seconds',
    type: 'gauge',
    help: 'Only while the volume is in trouble (degraded, faulted, or unknown while attached, until healthy, or until detached and not faulted): when that was first seen, or an earlier failedAt of a replica that is later than the last healthy sight.',
    value: ({ health }, now) =>
      health.troubledSince === undefined ? undefined : seconds(wallOf(health.troubledSince, now)),
  },
  {
    name: 'longhorn_volume_degraded_seconds_total',
    type: 'counter',
    help: 'Time during which robustness was seen to be degraded.',
    value: ({ health }) => seconds(health.degradedMs),
  },
  {
    name: 'longhorn_volume_faulted_seconds_total',
    type: 'counter',
    help: 'Time during which robustness was seen to be faulted.',
    value: ({ health }) => seconds(health.faultedMs),
  },
  {
    name: 'longhorn_volume_robustness_changes_total',
    type: 'counter',
    help: 'Changes of robustness seen among healthy, degraded, faulted and unknown while attached. Being detached in between is no change.',
    value: ({ health }) => health.changes,
  },
  {
    name: 'longhorn_volume_replica_failures_total',
    type: 'counter',
    help: 'Times that a replica was seen to turn failed that had been healthy since its last failure.',
    value: ({ replicas }) => replicas.failures,
  },
  {
    name: 'longhorn_volume_rebuilds_total',
    type: 'counter',
    help: 'Rebuilds of replicas seen to end. succeeded: the replica became healthy; failed: it failed while the volume was attached; interrupted: the volume was detached, or the replica is gone.',
    labels: ['result'],
    *samples({ replicas }) {
      for (const result of REBUILD_RESULTS) yield [replicas.rebuilds[result], result];
    },
  },
  {
    name: 'longhorn_volume_rebuild_started_timestamp_seconds',
    type: 'gauge',
    help: 'Only while a replica is rebuilding (mode WO): when the oldest running rebuild was first seen.',
    value: (volume, now) => seconds(rebuildStartedAt(volume, now)),
  },
  {
    name: 'longhorn_volume_rebuild_progress_ratio',
    type: 'gauge',
    help: "Only while a replica is rebuilding: the slowest rebuild's rebuildStatus.progress, 0 to 1. It may fall.",
    value: (volume) => leastOfRebuilding(volume, (replica) => replica.progress),
  },
  {
    name: 'longhorn_volume_rebuild_last_duration_seconds',
    type: 'gauge',
    help: 'Duration of the last rebuild that was seen from its start to its success.',
    value: ({ replicas }) => replicas.lastRebuildSeconds,
  },
];

export const VOLUME_TABLE: Table<Volume> = {
  title: 'Volumes and replicas',
  intro:
    'From the stream `volumes`. Labels `volume` and `namespace` (of the PVC, empty without one), and those listed.',
  labels: ['volume', 'namespace'],
  identify: ({ facts }) => [facts.name, facts.namespace],
  families,
};
