/** Made-up series, one value per minute, and when an alert fires on them: short trouble, schedules, two clusters. */

export interface SeriesCase {
  readonly title: string;
  readonly alert: string;
  /** What is served, by family; series without labels get those of the volume. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes at which it fires, and at which it does not. */
  readonly fires?: readonly number[];
  readonly quiet?: readonly number[];
  /** How many alerts fire; default 1. */
  readonly count?: number;
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** Repeats a sequence of values, each for a number of minutes. */
const repeat = (times: number, ...parts: readonly (readonly [value: number | string, minutes: number])[]) =>
  Array.from({ length: times }, () =>
    parts.map(([value, minutes]) => constant(value, minutes)).join(' '),
  ).join(' ');
const constant = (value: number | string, minutes: number) =>
  typeof value === 'number' ? `${value}x${minutes - 1}` : `_x${minutes}`;
const always = (value: number, minutes = 10 * DAY) => constant(value, minutes);
/** Both start with a good hour. */
const twoOfTen = (bad: number, good: number) => `${constant(good, HOUR)} ${repeat(40, [bad, 2], [good, 8])}`;
const fifteenOf25 = (bad: number, good: number) =>
  `${constant(good, HOUR)} ${repeat(16, [bad, 15], [good, 10])}`;

/** Each gauge with a `for:`, and the minutes by which its alert fires; undefined: it stays quiet. */
const FLAPPING: readonly (readonly [
  alert: string,
  family: string,
  bad: number,
  firesOnTwoOfTen: number | undefined,
  firesOn15of25: number | undefined,
  others?: Readonly<Record<string, string>>,
])[] = [
  ['LonghornVolumeFaulted', 'longhorn_volume_faulted', 1, 92, 70],
  ['LonghornVolumeUnknown', 'longhorn_volume_unknown', 1, 145, 140],
  ['LonghornVolumeShareDown', 'longhorn_volume_share_up', 0, 83, 65, { longhorn_volume_attached: always(1) }],
  ['LonghornReplicaUnschedulable', 'longhorn_volume_scheduled', 0, 95, 125],
  ['LonghornBackupTargetUnavailable', 'longhorn_backup_target_available{target="default"}', 0, 95, 110],
  [
    'LonghornReplicasKeepFailing',
    'longhorn_volume_degraded',
    1,
    84,
    126,
    { longhorn_volume_replicas_desired: always(3) },
  ],
  ['LonghornVolumeDegraded', 'longhorn_volume_degraded', 1, undefined, undefined],
  [
    'LonghornVolumeLastCopy',
    'longhorn_volume_redundancy_nodes',
    1,
    90,
    70,
    { longhorn_volume_replicas_desired: always(3) },
  ],
  [
    'LonghornStreamStale',
    'longhorn_exporter_stream_up{node="a", stream="backups"}',
    0,
    105,
    150,
    { 'longhorn_exporter_stream_up{node="a", stream="volumes"}': always(1) },
  ],
  [
    'LonghornVolumeReplicasColocated',
    'longhorn_volume_redundancy_nodes',
    2,
    155,
    200,
    {
      longhorn_volume_replicas_desired: always(3),
      longhorn_volume_healthy: always(1),
      'longhorn_exporter_nodes{node="a", status="ready"}': always(3),
    },
  ],
  ['LonghornExporterDown', 'up{job="longhorn-exporter", node="a"}', 0, undefined, 140],
  [
    'LonghornExporterMissing',
    'up{job="longhorn-exporter", node="a"}',
    0,
    undefined,
    140,
    {
      'up{job="longhorn-exporter", node="b"}': always(1),
      'longhorn_exporter_nodes{node="b", status="ready"}': always(2),
    },
  ],
];

const good = (family: string, bad: number) => (family.endsWith('_nodes') ? 3 : 1 - bad);

const flapping = FLAPPING.flatMap(
  ([alert, family, bad, firesOnTwoOfTen, firesOn15of25, others = {}]): SeriesCase[] => {
    const expected = (firesAt: number | undefined) =>
      firesAt === undefined
        ? { quiet: Array.from({ length: 20 }, (_, i) => HOUR + 20 * i) }
        : { fires: [firesAt + 1], quiet: [HOUR - 1] };
    return [
      {
        title: `trouble in 2 of every 10 minutes: ${firesOnTwoOfTen === undefined ? 'quiet' : 'fires'}`,
        alert,
        series: { [family]: twoOfTen(bad, good(family, bad)), ...others },
        ...expected(firesOnTwoOfTen),
      },
      {
        title: `trouble in 15 of every 25 minutes: ${firesOn15of25 === undefined ? 'quiet' : 'fires'}`,
        alert,
        series: { [family]: fifteenOf25(bad, good(family, bad)), ...others },
        ...expected(firesOn15of25),
      },
    ];
  },
);

const FAILURES: SeriesCase['series'] = {
  longhorn_volume_replica_failures_total: `${constant(0, HOUR)} ${constant(1, 23)} ${constant(2, 23)} ${always(3)}`,
  longhorn_volume_replicas_desired: always(3),
};
const NOT_READY = 'longhorn_exporter_nodes{node="a", status="not_ready"}';

const FAILURE_CASES: readonly SeriesCase[] = [
  {
    title: 'all streams of a node are down in 15 of every 25 minutes: fires',
    alert: 'LonghornStreamStale',
    series: { 'longhorn_exporter_stream_up{node="a", stream="volumes"}': fifteenOf25(0, 1) },
    fires: [151],
    quiet: [HOUR - 1],
  },
  {
    title: 'all replicas fail once, at the same time: quiet',
    alert: 'LonghornReplicasKeepFailing',
    series: {
      ...FAILURES,
      longhorn_volume_replica_failures_total: `${constant(0, HOUR)} ${always(3)}`,
      [NOT_READY]: always(0),
    },
    quiet: [HOUR, HOUR + 1, 2 * HOUR],
  },
  {
    title: 'three failures within two hours: fires at the third',
    alert: 'LonghornReplicasKeepFailing',
    series: { ...FAILURES, [NOT_READY]: always(0) },
    quiet: [HOUR + 45],
    fires: [HOUR + 47],
  },
  {
    title: 'three failures while nodes restart: quiet',
    alert: 'LonghornReplicasKeepFailing',
    series: { ...FAILURES, [NOT_READY]: repeat(10, [0, 20], [1, 5]) },
    quiet: [HOUR + 47, 3 * HOUR],
  },
];

/** A timestamp that advances by `every` minutes, `times` times, from `first`. */
const grows = (every: number, times: number, first = 0) =>
  Array.from({ length: times }, (_, i) => constant(60 * (first + every * i), every)).join(' ');
/** A timestamp this many minutes before the first value. */
const ago = (minutes: number) => always(-60 * minutes);

const SUCCESS = 'longhorn_backup_last_success_timestamp_seconds';
const DUE = 'longhorn_backup_due_timestamp_seconds';
const INTERVAL = 'longhorn_backup_schedule_interval_seconds';
const IN_USE = 'longhorn_volume_in_use';
const LAST_USED = 'longhorn_volume_last_used_timestamp_seconds';
const STANDBY = 'longhorn_volume_info{volume="pvc-1", namespace="shop", standby="true"}';
const JOBS = 'longhorn_volume_recurring_jobs{volume="pvc-1", namespace="shop", task="backup"}';
const RESTORED = 'longhorn_volume_restored_until_timestamp_seconds';

/** Backups by a schedule: the first run is due after an hour, and none succeeds. */
const overdue = (title: string, series: SeriesCase['series'], rest: Partial<SeriesCase>): SeriesCase => ({
  title,
  alert: 'LonghornBackupOverdue',
  series: { [DUE]: always(3600), [SUCCESS]: ago(HOUR), [INTERVAL]: always(86_400), ...series },
  ...rest,
});

const SCHEDULES: readonly SeriesCase[] = [
  overdue(
    'nightly, in use: fires when half a day late',
    { [IN_USE]: always(1) },
    { quiet: [775], fires: [790] },
  ),
  overdue(
    'hourly, in use: fires when two hours late',
    { [IN_USE]: always(1), [INTERVAL]: always(3600) },
    { quiet: [179], fires: [186] },
  ),
  overdue(
    'weekly, in use: fires when half a week late',
    { [IN_USE]: always(1), [INTERVAL]: always(7 * 86_400) },
    { quiet: [3 * DAY], fires: [4 * DAY] },
  ),
  overdue(
    'nightly, in use, backups on schedule: quiet',
    { [IN_USE]: always(1), [DUE]: grows(DAY, 5, DAY), [SUCCESS]: grows(DAY, 5) },
    { quiet: [DAY, 2 * DAY, 3 * DAY] },
  ),
  overdue(
    'not used since its last backup: quiet',
    { [IN_USE]: always(0), [LAST_USED]: ago(90 * DAY), [SUCCESS]: ago(90 * DAY - HOUR) },
    { quiet: [2 * DAY] },
  ),
  overdue(
    'detached, used after its last backup: fires',
    { [IN_USE]: always(0), [LAST_USED]: ago(30) },
    { fires: [DAY] },
  ),
  overdue(
    'detached, used and never backed up: fires',
    { [IN_USE]: always(0), [LAST_USED]: ago(30), [SUCCESS]: constant('_', DAY) },
    { fires: [DAY] },
  ),
  overdue(
    'detached and unused, but its job makes backups anyway: fires',
    { [IN_USE]: always(0), [LAST_USED]: ago(90 * DAY) },
    { fires: [DAY] },
  ),
  overdue(
    'a backup that has been running since it was due: fires only after a day',
    { [IN_USE]: always(1), longhorn_backup_started_timestamp_seconds: always(3600) },
    { quiet: [DAY], fires: [DAY + 70] },
  ),
  overdue('a standby volume: quiet', { [IN_USE]: always(1), [STANDBY]: always(1) }, { quiet: [DAY] }),
  {
    title: 'without a job, used 3 of 12 hours: fires',
    alert: 'LonghornBackupTooOld',
    series: {
      [SUCCESS]: ago(88 * DAY),
      [IN_USE]: repeat(6, [0, 9 * HOUR], [1, 3 * HOUR]),
      [LAST_USED]: `${repeat(1, ['_', 12 * HOUR])} ${constant(12 * 3600, 9 * HOUR)} ${constant('_', 3 * HOUR)} ${constant(86_400, 9 * HOUR)}`,
    },
    quiet: [8 * HOUR],
    fires: [10 * HOUR, 13 * HOUR, 20 * HOUR, 23 * HOUR, 30 * HOUR],
  },
  {
    title: 'without a job, unused for months: quiet',
    alert: 'LonghornBackupTooOld',
    series: { [SUCCESS]: ago(88 * DAY), [IN_USE]: always(0), [LAST_USED]: ago(89 * DAY) },
    quiet: [HOUR, 2 * DAY],
  },
  {
    title: 'with a weekly job: quiet',
    alert: 'LonghornBackupTooOld',
    series: { [SUCCESS]: ago(HOUR), [IN_USE]: always(1), [JOBS]: always(1) },
    quiet: [3 * DAY],
  },
  {
    title: 'removed from its group by a label: fires after 50 hours',
    alert: 'LonghornBackupTooOld',
    series: { [SUCCESS]: ago(0), [IN_USE]: always(1), [JOBS]: `${constant(1, HOUR)} ${always(0)}` },
    quiet: [49 * HOUR],
    fires: [51 * HOUR],
  },
  {
    title: 'in use 3 of 12 hours, no job: fires',
    alert: 'LonghornVolumeNotCovered',
    series: { [JOBS]: `${constant(1, DAY)} ${always(0)}`, [IN_USE]: repeat(8, [0, 9 * HOUR], [1, 3 * HOUR]) },
    quiet: [DAY + HOUR],
    fires: [DAY + 95, DAY + 8 * HOUR],
  },
  {
    title: 'covered by a job: quiet',
    alert: 'LonghornVolumeNotCovered',
    series: { [JOBS]: always(1), [IN_USE]: always(1) },
    quiet: [DAY],
  },
  {
    title: 'no job, not used: quiet',
    alert: 'LonghornVolumeNotCovered',
    series: { [JOBS]: always(0), [IN_USE]: always(0) },
    quiet: [DAY],
  },
  {
    title: 'an hourly source, nothing restored: fires when three backups behind',
    alert: 'LonghornStandbyBehind',
    series: { [STANDBY]: always(1), [SUCCESS]: grows(HOUR, 30), [RESTORED]: always(0) },
    quiet: [3 * HOUR - 1],
    fires: [3 * HOUR + 31, DAY],
  },
  {
    title: 'an hourly source, the last restored backup is deleted: keeps firing',
    alert: 'LonghornStandbyBehind',
    series: {
      [STANDBY]: always(1),
      [SUCCESS]: grows(HOUR, 30),
      [RESTORED]: `${constant(0, 5 * HOUR)} stale`,
    },
    fires: [4 * HOUR, 6 * HOUR, DAY],
  },
  {
    title: 'eight backups behind, no newer backup: fires',
    alert: 'LonghornStandbyBehind',
    series: { [STANDBY]: always(1), [SUCCESS]: ago(HOUR), [RESTORED]: ago(9 * HOUR) },
    fires: [HOUR],
  },
  {
    title: 'a daily source, each backup restored six hours later: quiet',
    alert: 'LonghornStandbyBehind',
    series: {
      [STANDBY]: always(1),
      [SUCCESS]: `${constant(-3600, DAY)} ${grows(DAY, 5, DAY)}`,
      [RESTORED]: `${constant(-3600, DAY + 6 * HOUR)} ${grows(DAY, 5, DAY)}`,
    },
    quiet: [DAY - 1, 2 * DAY + 5 * HOUR, 3 * DAY + 5 * HOUR],
  },
  {
    title: 'an hourly source, each backup restored: quiet',
    alert: 'LonghornStandbyBehind',
    series: {
      [STANDBY]: always(1),
      [SUCCESS]: grows(HOUR, 30),
      [RESTORED]: `${constant(0, HOUR + 10)} ${grows(HOUR, 30, HOUR)}`,
    },
    quiet: [HOUR + 5, 5 * HOUR + 5, DAY],
  },
];

const inCluster = (cluster: string, family: string, labels = '') =>
  `${family}{cluster="${cluster}", volume="pvc-1", namespace="shop"${labels}}`;
const OPERATION_STARTED = 'longhorn_volume_operation_started_timestamp_seconds';

/** Two clusters with a volume of the same name; in `b` it is healthy, a standby, or in an operation. */
const CLUSTERS: readonly SeriesCase[] = [
  {
    title: 'standby in another cluster: fires',
    alert: 'LonghornBackupFailed',
    series: {
      [inCluster('a', 'longhorn_backup_last_failed', ', target="x"')]: always(1),
      [inCluster('a', 'longhorn_backup_last_failure_timestamp_seconds', ', target="x"')]: always(0),
      [inCluster('b', 'longhorn_backup_last_failed', ', target="y"')]: always(0),
      [inCluster('b', SUCCESS, ', target="y"')]: always(60),
      [inCluster('b', 'longhorn_volume_info', ', standby="true"')]: always(1),
    },
    fires: [5, DAY],
  },
  {
    title: 'newer backup in another cluster: fires',
    alert: 'LonghornBackupTooOld',
    series: {
      [inCluster('a', SUCCESS)]: ago(60 * HOUR),
      [inCluster('a', IN_USE)]: always(1),
      [inCluster('b', SUCCESS)]: ago(0),
      [inCluster('b', IN_USE)]: always(1),
    },
    fires: [30],
  },
  {
    title: 'deep copy in another cluster: fires',
    alert: 'LonghornVolumeDegraded',
    series: {
      [inCluster('a', 'longhorn_volume_degraded')]: always(1),
      [inCluster('b', 'longhorn_volume_degraded')]: always(1),
      [inCluster('b', OPERATION_STARTED, ', operation="clone"')]: always(0),
    },
    fires: [70],
  },
  {
    title: 'trouble in both clusters: one alert each',
    alert: 'LonghornVolumeFaulted',
    series: {
      [inCluster('a', 'longhorn_volume_faulted')]: always(1),
      [inCluster('b', 'longhorn_volume_faulted')]: always(1),
    },
    fires: [15],
    count: 2,
  },
  {
    title: 'all exporters of one of two clusters are down: fires',
    alert: 'LonghornExporterDown',
    series: {
      'up{cluster="a", job="longhorn-exporter", node="n"}': always(1),
      'up{cluster="b", job="longhorn-exporter", node="n"}': `${constant(1, HOUR)} ${always(0)}`,
    },
    quiet: [HOUR],
    fires: [HOUR + 16],
  },
  {
    title: 'two clusters of different size: quiet',
    alert: 'LonghornVolumesNotServed',
    series: {
      'longhorn_exporter_volumes{cluster="a", node="n", scope="cluster"}': always(10),
      'longhorn_exporter_volumes{cluster="a", node="n", scope="owned"}': always(10),
      'longhorn_exporter_volumes{cluster="b", node="n", scope="cluster"}': always(3),
      'longhorn_exporter_volumes{cluster="b", node="n", scope="owned"}': always(3),
    },
    quiet: [HOUR],
  },
  {
    title: 'one of two clusters lacks an exporter: fires',
    alert: 'LonghornExporterMissing',
    series: {
      'longhorn_exporter_nodes{cluster="a", node="n", status="ready"}': always(1),
      'longhorn_exporter_nodes{cluster="b", node="n", status="ready"}': always(2),
      'up{cluster="a", job="longhorn-exporter", node="n"}': always(1),
      'up{cluster="b", job="longhorn-exporter", node="n"}': always(1),
    },
    fires: [30],
  },
];

export const SERIES_CASES: readonly SeriesCase[] = [...flapping, ...FAILURE_CASES, ...SCHEDULES, ...CLUSTERS];
