/** Metrics of a volume's snapshots, from `snapshotCRList`, requested for one volume after the other. */

import { SNAPSHOT_KINDS } from '../longhorn/snapshot.ts';
import type { SnapshotSeries } from '../state/served.ts';
import type { PerKind } from '../state/state.ts';
import { type Family, type Sample, seconds, type Table } from './family.ts';

const byKind = (values: PerKind): Sample[] => SNAPSHOT_KINDS.map((kind) => [values[kind], kind]);

/**
 * actualSize minus the snapshots up to the one of the newest backup: an upper bound, because later snapshots may have been
 * merged. Unknown while no engine is running. The data of a restoring or standby volume is already in a backup.
 */
function unbackedBytes({ volume, backedUpTo }: SnapshotSeries): number | undefined {
  if (volume.facts.standby || volume.facts.restoring === true) return undefined;
  const [size] = (volume.facts.controllers ?? []).flatMap(({ running, actualSize }) =>
    running ? (actualSize ?? []) : [],
  );
  if (size === undefined) return undefined;
  let backedUp = 0;
  for (const { created, size = 0 } of volume.snapshots.byName?.values() ?? [])
    if (created !== undefined && backedUpTo !== undefined && created <= backedUpTo) backedUp += size;
  return Math.max(0, size - backedUp);
}

const families: readonly Family<SnapshotSeries>[] = [
  {
    name: 'longhorn_volume_snapshots',
    type: 'gauge',
    help: 'Number of snapshots by kind (user: userCreated or createSnapshot), without those being removed.',
    labels: ['kind'],
    samples: ({ summary }) => byKind(summary.count),
  },
  {
    name: 'longhorn_volume_snapshots_pending',
    type: 'gauge',
    help: 'Number of user snapshots that are requested (createSnapshot) but not taken yet (no creationTime).',
    value: ({ summary }) => summary.pending,
  },
  {
    name: 'longhorn_volume_snapshot_pending_since_timestamp_seconds',
    type: 'gauge',
    help: 'Only while a user snapshot is pending: crCreationTime of the oldest one.',
    value: ({ summary }) => seconds(summary.pendingSince),
  },
  {
    name: 'longhorn_volume_unbacked_bytes',
    type: 'gauge',
    help: 'Upper bound of the data written since the last completed backup: actualSize minus the snapshots up to it.',
    value: unbackedBytes,
  },
  {
    name: 'longhorn_volume_snapshots_removing',
    type: 'gauge',
    help: 'Number of snapshots that are marked for removal (markRemoved) but still exist.',
    value: ({ summary }) => summary.removing,
  },
  {
    name: 'longhorn_volume_snapshots_with_error',
    type: 'gauge',
    help: 'Number of snapshots with an error text. Often harmless: waiting for the volume to attach.',
    value: ({ summary }) => summary.withError,
  },
  {
    name: 'longhorn_volume_snapshot_bytes',
    type: 'gauge',
    help: 'Total size of the snapshots by kind, including those being removed.',
    labels: ['kind'],
    samples: ({ summary }) => byKind(summary.bytes),
  },
  {
    name: 'longhorn_volume_snapshot_oldest_timestamp_seconds',
    type: 'gauge',
    help: 'creationTime of the oldest snapshot that is not being removed.',
    value: ({ summary }) => seconds(summary.oldest),
  },
  {
    name: 'longhorn_volume_snapshot_newest_timestamp_seconds',
    type: 'gauge',
    help: 'creationTime of the newest snapshot.',
    value: ({ summary }) => seconds(summary.newest),
  },
  {
    name: 'longhorn_volume_snapshots_created_total',
    type: 'counter',
    help: 'Number of snapshots taken, as seen between two sweeps; misses those already gone by the next sweep.',
    labels: ['kind'],
    samples: ({ volume }) => byKind(volume.snapshots.created),
  },
  {
    name: 'longhorn_volume_snapshots_deleted_total',
    type: 'counter',
    help: 'Number of snapshots deleted or marked for removal, as seen between two sweeps; misses those taken after the previous sweep.',
    labels: ['kind'],
    samples: ({ volume }) => byKind(volume.snapshots.deleted),
  },
];

export const SNAPSHOT_TABLE: Table<SnapshotSeries> = {
  title: 'Snapshots',
  intro:
    'From `snapshotCRList`, which the exporter requests for one owned volume after the other within `SNAPSHOT_SWEEP_INTERVAL`. Labels: `volume`, `namespace` (of the PVC) and those listed.',
  labels: ['volume', 'namespace'],
  identify: ({ volume }) => [volume.facts.name, volume.facts.namespace],
  families,
};
