/** The families of a volume's snapshots; source: `snapshotCRList`, asked for one volume after the other. */

import type { SnapshotSeries } from '../state/served.ts';
import { byKind } from '../state/snapshots.ts';
import { type Family, seconds, type Table } from './family.ts';

const families: readonly Family<SnapshotSeries>[] = [
  {
    name: 'longhorn_volume_snapshots',
    type: 'gauge',
    help: 'Snapshots by kind, without those being removed. user: userCreated; system: made by Longhorn, for a rebuild for instance.',
    labels: ['kind'],
    samples: ({ summary }) => byKind(summary.count),
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
    help: 'Snapshots that appeared between two sweeps. One that comes and goes between them is missed.',
    labels: ['kind'],
    samples: ({ history }) => byKind(history.created),
  },
  {
    name: 'longhorn_volume_snapshots_deleted_total',
    type: 'counter',
    help: 'Snapshots that vanished or became marked removed between two sweeps, each once. One that comes and goes between them is missed.',
    labels: ['kind'],
    samples: ({ history }) => byKind(history.deleted),
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
