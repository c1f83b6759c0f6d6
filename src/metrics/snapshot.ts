/** The families of a volume's snapshots; source: `snapshotCRList`, asked for one volume after the other. */

import { SNAPSHOT_KINDS } from '../longhorn/snapshot.ts';
import type { SnapshotSeries } from '../state/served.ts';
import type { PerKind } from '../state/state.ts';
import { type Family, type Sample, seconds, type Table } from './family.ts';

const byKind = (values: PerKind): Sample[] => SNAPSHOT_KINDS.map((kind) => [values[kind], kind]);

/**
 * What the engines hold (actualSize) less the snapshots up to the newest backup's: from above, since later snapshots may
 * have been merged. Unknown while no engine runs.
 */
/** What a restore brings, or a standby volume holds, is in a backup already. */
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
    help: 'Snapshots by kind (user: userCreated or createSnapshot), without those being removed.',
    labels: ['kind'],
    samples: ({ summary }) => byKind(summary.count),
  },
  {
    name: 'longhorn_volume_snapshots_pending',
    type: 'gauge',
    help: 'User snapshots that are requested (createSnapshot) and not taken (no creationTime).',
    value: ({ summary }) => summary.pending,
  },
  {
    name: 'longhorn_volume_snapshot_pending_since_timestamp_seconds',
    type: 'gauge',
    help: 'Only while a user snapshot is pending: crCreationTime of the oldest.',
    value: ({ summary }) => seconds(summary.pendingSince),
  },
  {
    name: 'longhorn_volume_unbacked_bytes',
    type: 'gauge',
    help: 'At most so much was written since the last completed backup: actualSize less the snapshots up to it.',
    value: unbackedBytes,
  },
  {
    name: 'longhorn_volume_snapshots_removing',
    type: 'gauge',
    help: 'Snapshots that are marked removed (markRemoved) but still there.',
    value: ({ summary }) => summary.removing,
  },
  {
    name: 'longhorn_volume_snapshots_with_error',
    type: 'gauge',
    help: 'Snapshots with an error text; often harmless: waiting for the volume to attach.',
    value: ({ summary }) => summary.withError,
  },
  {
    name: 'longhorn_volume_snapshot_bytes',
    type: 'gauge',
    help: 'Sum of the size of the snapshots by kind, those being removed included.',
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
    help: 'Snapshots that were taken between two sweeps; one that is gone by the next sweep is missed.',
    labels: ['kind'],
    samples: ({ volume }) => byKind(volume.snapshots.created),
  },
  {
    name: 'longhorn_volume_snapshots_deleted_total',
    type: 'counter',
    help: 'Snapshots that vanished or became marked removed between two sweeps, each once; one that came between them is missed.',
    labels: ['kind'],
    samples: ({ volume }) => byKind(volume.snapshots.deleted),
  },
];

export const SNAPSHOT_TABLE: Table<SnapshotSeries> = {
  title: 'Snapshots',
  intro:
    "From `snapshotCRList`, which the owner's exporter asks for one volume after the other within `SNAPSHOT_SWEEP_INTERVAL`. Labels `volume` and `namespace` (of the PVC), and those listed.",
  labels: ['volume', 'namespace'],
  identify: ({ volume }) => [volume.facts.name, volume.facts.namespace],
  families,
};
