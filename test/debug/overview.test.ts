/** The problems of volumes, and the order of volumes by them. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { overview } from '../../src/debug/overview.ts';
import type { ProblemInput } from '../../src/debug/problem.ts';
import { optInProblemsOf, PROBLEMS, problemsOf, worstFirst } from '../../src/debug/problems.ts';
import type { VolumeEvent } from '../../src/events.ts';
import type { SnapshotFacts } from '../../src/longhorn/snapshot.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import type { BackupSeries, SnapshotSeries } from '../../src/state/served.ts';
import { foldSnapshots, NO_SNAPSHOT_HISTORY } from '../../src/state/snapshots.ts';
import type { SnapshotHistory } from '../../src/state/state.ts';
import { lives } from '../state/arbitraries.ts';
import {
  at,
  backup,
  controller,
  failed,
  node,
  play,
  replica,
  running,
  type Step,
  sampleOf,
  servedOf,
  snapshot,
  snapshotsByName,
  volume,
} from '../support/facts.ts';
import { viewOf } from './views.ts';

interface Case {
  readonly facts?: Partial<VolumeFacts>;
  readonly backups?: Step['backups'];
  readonly snapshots?: readonly SnapshotFacts[];
  readonly nodes?: Step['nodes'];
  /** For how many seconds the volume has had these facts; before that it was healthy. */
  readonly lasting?: number;
  /** Earlier facts and backups, with how many seconds ago they were listed. */
  readonly earlier?: readonly (readonly [ago: number, step: Pick<Case, 'facts' | 'backups'>])[];
  /** For how many seconds these snapshots have been listed. */
  readonly snapshotsFor?: number;
  readonly schedule?: { readonly due?: number; readonly interval?: number; readonly restoredUntil?: number };
  /** Events, with how many seconds ago they happened. */
  readonly events?: readonly (readonly [ago: number, event: VolumeEvent])[];
  readonly hadBackups?: boolean;
}

/** The current second. */
const NOW = 200;
const TWO_NODES = [replica('r1'), replica('r2', 'healthy', { node: 'node-2' })];

const HOUR = 3_600;

/** The input for the volume in this case. */
function inputOf(given: Case): ProblemInput {
  const {
    facts = {},
    backups = [],
    snapshots,
    nodes = [],
    lasting,
    schedule,
    events = [],
    hadBackups,
  } = given;
  const base = volume({ replicas: TWO_NODES });
  const current = { ...base, ...facts };
  const played = play([
    ...(lasting === undefined
      ? []
      : [
          { at: NOW - lasting - 10, volumes: [base] },
          { at: NOW - lasting, volumes: [current] },
        ]),
    ...(given.earlier ?? []).map(([ago, step]) => ({
      at: NOW - ago,
      volumes: [{ ...base, ...step.facts }],
      backups: step.backups ?? [],
      nodes,
    })),
    { at: NOW, volumes: [current], backups, nodes },
  ]);
  const listed = played.state.volumes.get('pvc-1') ?? assert.fail('no volume');
  const series: BackupSeries[] = servedOf(played).backups.filter((each) => each.volume === listed);
  let subject = listed;
  let snapshotSeries: SnapshotSeries | undefined;
  if (snapshots !== undefined) {
    const fold = (history: SnapshotHistory, ago: number) =>
      foldSnapshots(history, snapshotsByName(snapshots), at(NOW - ago).monotonic).history;
    const history = fold(fold(NO_SNAPSHOT_HISTORY, given.snapshotsFor ?? 0), 0);
    assert.ok(history.summary, 'no summary of the snapshots');
    subject = { ...listed, snapshots: history };
    snapshotSeries = { volume: subject, summary: history.summary, backedUpTo: undefined };
  }
  return {
    volume: subject,
    snapshots: snapshotSeries,
    backups: series,
    hadBackups: hadBackups === true,
    schedule: schedule && {
      volume: subject,
      schedule:
        listed.facts.standby === true
          ? undefined
          : { from: [], jobs: new Map(), interval: schedule.interval, due: schedule.due },
      restoredUntil: schedule.restoredUntil,
    },
    events: events.map(([ago, event]) => ({ ...event, volume: 'pvc-1', at: at(NOW - ago).monotonic })),
    nodes: {
      listed: nodes.length,
      ready: nodes.filter(({ ready }) => ready).length,
      allReadySince: played.state.allReadySince,
    },
    now: played.now,
  };
}

const problems = (given: Case): string[] => problemsOf(inputOf(given));

/** One replica runs, and no disk has room for the other. */
const WITHOUT_DISK: Partial<VolumeFacts> = {
  scheduled: false,
  replicas: [replica('r1'), replica('r2', 'stopped', { node: '', hasDisk: false })],
};
const DETACHED: Partial<VolumeFacts> = { state: 'detached', robustness: 'unknown' };
const TWO_DETACHED: Partial<VolumeFacts> = {
  ...DETACHED,
  replicas: TWO_NODES.map((each) => ({ ...each, mode: '', running: false })),
};
const DEGRADED: Partial<VolumeFacts> = {
  robustness: 'degraded',
  replicasDesired: 3,
  replicas: [...TWO_NODES, replica('r3', 'failed')],
};
const THREE: Partial<VolumeFacts> = {
  replicasDesired: 3,
  replicas: [...TWO_NODES, replica('r3', 'healthy', { node: 'node-3' })],
};
const ATTACHING: Partial<VolumeFacts> = { state: 'attaching', robustness: 'unknown' };

/** A rebuild, backup or restore with this progress. */
const rebuilding = (progress: number): Pick<Case, 'facts'> => ({
  facts: { robustness: 'degraded', replicas: [...TWO_NODES, replica('r3', 'rebuilding', { progress })] },
});
const uploading = (progress: number): Pick<Case, 'backups'> => ({ backups: [running('b1', { progress })] });
const restoring = (progress: number): Pick<Case, 'facts'> => ({
  facts: { restoring: true, restore: { running: true, progress, error: '' } },
});

/** Progress values at a fixed interval, the last one now. */
const steps = (caseAt: (progress: number) => Case, seconds: number, progress: readonly number[]): Case => ({
  ...caseAt(progress.at(-1) ?? 0),
  earlier: progress
    .slice(0, -1)
    .map((each, i) => [seconds * (progress.length - 1 - i), caseAt(each)] as const),
});

const backupDaysOld = (days: number) =>
  backup('b1', { snapshotCreated: at(NOW - days * 86_400 - 60).wall, created: at(NOW - days * 86_400).wall });

const many = (count: number, more: Partial<SnapshotFacts> = {}): SnapshotFacts[] =>
  Array.from({ length: count }, (_, i) => snapshot(`${more.kind}-${more.removing}-${i}`, more));

const CASES: readonly (readonly [what: string, given: Case, ...problems: string[]])[] = [
  ['a healthy volume', {}],
  ['a faulted volume', { facts: { robustness: 'faulted', state: 'detached' } }, 'faulted'],
  [
    'attached to a node that is down',
    { facts: { controllers: [controller('node-1', { running: false })] } },
    'unknown',
  ],
  ['attached, its engine not polled yet', { facts: { robustness: 'unknown' } }],
  ['detaching', { facts: { robustness: 'unknown', state: 'detaching' } }],
  ['unknown because it is detached', { facts: { robustness: 'unknown', state: 'detached' } }],
  ['being created', { facts: { robustness: '', state: 'creating', replicas: [] } }],
  [
    'degraded, its only listed replica failed',
    { facts: { robustness: 'degraded', replicas: [replica('r1', 'failed')] } },
    'degraded',
  ],
  ['healthy with fewer replicas than desired', { facts: { replicasDesired: 3 } }, 'replicas missing'],
  [
    'healthy with one stopped replica',
    { facts: { replicas: [replica('r1'), replica('r2', 'stopped')] } },
    'replicas missing',
  ],
  ['healthy with more replicas than desired', { facts: { replicasDesired: 1 } }],
  [
    'the NFS server of an RWX volume is down',
    { facts: { accessMode: 'rwx', shareState: 'error' } },
    'share down',
  ],
  ['the NFS server of an RWX volume runs', { facts: { accessMode: 'rwx', shareState: 'running' } }],
  [
    'one replica of two is left',
    { facts: { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'failed')] } },
    'last copy',
    'degraded',
  ],
  [
    'all replicas on one node of two',
    { facts: { replicas: [replica('r1'), replica('r2')] }, nodes: [node('node-1'), node('node-2')] },
    'last copy',
    'replicas share a node',
  ],
  [
    'all replicas on the only node',
    { facts: { replicas: [replica('r1'), replica('r2')] }, nodes: [node('node-1')] },
  ],
  ['one replica, and one is desired', { facts: { replicasDesired: 1, replicas: [replica('r1')] } }],
  [
    'three replicas on two nodes of three',
    {
      facts: {
        replicasDesired: 3,
        replicas: [replica('r1'), replica('r2'), replica('r3', 'healthy', { node: 'node-2' })],
      },
      nodes: [node('node-1'), node('node-2'), node('node-3')],
    },
    'replicas share a node',
  ],
  [
    'detached with a failed replica',
    {
      facts: {
        ...DETACHED,
        replicasDesired: 3,
        replicas: [
          replica('r1', 'stopped'),
          replica('r2', 'stopped', { node: 'node-2' }),
          replica('r3', 'failed'),
        ],
      },
    },
    'replicas missing while detached',
  ],
  ['attaching for 15 minutes', { facts: ATTACHING, lasting: 15 * 60 }],
  ['attaching for more than 15 minutes', { facts: ATTACHING, lasting: 15 * 60 + 1 }, 'attach stuck'],
  [
    'detaching for more than 30 minutes',
    { facts: { ...ATTACHING, state: 'detaching' }, lasting: 30 * 60 + 1 },
    'operation stuck',
  ],
  [
    'three replica failures within six hours',
    { events: [60, 3_600, 21_600].map((ago) => [ago, { type: 'replica_failed', replica: 'r1' }]) },
    'replicas keep failing',
  ],
  [
    'two replica failures within six hours, and an earlier one',
    { events: [60, 3_600, 21_601].map((ago) => [ago, { type: 'replica_failed', replica: 'r1' }]) },
  ],
  [
    'three failed rebuilds within two hours',
    {
      events: [60, 3_600, 7_200].map((ago) => [
        ago,
        { type: 'rebuild_ended', replica: 'r1', result: 'failed' },
      ]),
    },
    'rebuilds failing',
  ],
  [
    'degraded for 30 minutes without a rebuild',
    { facts: DEGRADED, lasting: 30 * 60 },
    'degraded',
    'no rebuild',
  ],
  [
    'degraded for 30 minutes, and a rebuild ended in that time',
    {
      facts: DEGRADED,
      lasting: 30 * 60,
      events: [[60, { type: 'rebuild_ended', replica: 'r1', result: 'interrupted' }]],
    },
    'degraded',
  ],
  [
    'degraded for less than 30 minutes without a rebuild',
    { facts: DEGRADED, lasting: 30 * 60 - 1 },
    'degraded',
  ],
  [
    'a snapshot requested more than an hour ago and not taken',
    { snapshots: [snapshot('s1', { taken: false, created: undefined, requested: at(NOW - 3_601).wall })] },
    'snapshot pending',
  ],
  [
    'a daily backup 13 hours late',
    { schedule: { due: at(NOW - 13 * 3_600).wall, interval: 86_400_000 } },
    'backup overdue',
  ],
  ['a daily backup 11 hours late', { schedule: { due: at(NOW - 11 * 3_600).wall, interval: 86_400_000 } }],
  [
    'a daily backup 13 hours late, not used since the last backup',
    { facts: TWO_DETACHED, schedule: { due: at(NOW - 13 * 3_600).wall, interval: 86_400_000 } },
  ],
  ['all its backups are gone', { hadBackups: true }, 'backups gone'],
  [
    'a rebuild without progress for an hour',
    steps(rebuilding, HOUR + 1, [0.1, 0.1]),
    'degraded',
    'rebuild stuck',
  ],
  ['a rebuild with progress within the last hour', steps(rebuilding, HOUR - 1, [0.1, 0.2]), 'degraded'],
  [
    'a rebuild of more than five hours that falls back and makes no net progress',
    steps(rebuilding, HOUR / 2 + 1, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.5, 0.6, 0.7]),
    'degraded',
    'rebuild stuck',
  ],
  [
    'a rebuild of 90 minutes that falls back and makes progress again',
    steps(rebuilding, HOUR / 2 + 1, [0.9, 0.5, 0.6, 0.7]),
    'degraded',
  ],
  [
    'a rebuild of three days, even with progress',
    steps(rebuilding, 24 * HOUR, [0.1, 0.2, 0.3, 0.4]),
    'degraded',
    'rebuild stuck',
  ],
  ['a backup without progress for an hour', steps(uploading, HOUR + 1, [0.1, 0.1]), 'backup stuck'],
  ['a backup with progress', steps(uploading, HOUR - 1, [0.1, 0.2, 0.3])],
  [
    'a standby volume whose source has a backup without progress',
    steps((progress) => ({ ...uploading(progress), facts: { standby: true } }), HOUR + 1, [0.1, 0.1]),
  ],
  [
    'a restore without progress for three hours',
    steps(restoring, 3 * HOUR + 1, [0.1, 0.1]),
    'operation stuck',
  ],
  ['a restore with progress', steps(restoring, 2 * HOUR, [0.1, 0.2, 0.3])],
  [
    'two snapshots being removed for more than six hours',
    { snapshots: many(2, { removing: true }), snapshotsFor: 6 * HOUR + 1, earlier: [[7 * HOUR, {}]] },
    'snapshot removal stuck',
  ],
  [
    'two snapshots being removed for more than six hours, attached for five of them',
    {
      snapshots: many(2, { removing: true }),
      snapshotsFor: 6 * HOUR + 1,
      earlier: [
        [7 * HOUR, { facts: TWO_DETACHED }],
        [5 * HOUR, {}],
      ],
    },
  ],
  [
    'two snapshots being removed for six hours',
    { snapshots: many(2, { removing: true }), snapshotsFor: 6 * HOUR },
  ],
  [
    'one snapshot being removed for seven hours, which Longhorn may keep',
    { snapshots: many(1, { removing: true }), snapshotsFor: 7 * HOUR },
  ],
  [
    'two snapshots being removed for seven hours while detached',
    { facts: TWO_DETACHED, snapshots: many(2, { removing: true }), snapshotsFor: 7 * HOUR },
  ],
  [
    'in use, last backup three days ago, no job',
    { backups: [backupDaysOld(3)], schedule: {} },
    'last backup too old',
  ],
  ['in use, last backup two days ago, no job', { backups: [backupDaysOld(2)], schedule: {} }],
  ['in use, last backup three days ago, jobs not known', { backups: [backupDaysOld(3)] }],
  [
    'last backup three days ago, not used since, no job',
    { facts: TWO_DETACHED, backups: [backupDaysOld(3)], schedule: {} },
  ],
  [
    'a daily backup 13 hours late, and a backup is running',
    { ...uploading(0.1), schedule: { due: at(NOW - 13 * HOUR).wall, interval: 86_400_000 } },
  ],
  [
    'a daily backup 13 hours late, and three backups started within two hours',
    {
      ...uploading(0.1),
      schedule: { due: at(NOW - 13 * HOUR).wall, interval: 86_400_000 },
      events: [60, 3_600, 7_200].map((ago) => [
        ago,
        { type: 'backup_started', backup: 'b1', target: 'default' },
      ]),
    },
    'backup overdue',
  ],
  [
    'a daily backup 24 hours late, not in use, but its job has backed it up while not in use',
    {
      facts: { ...TWO_DETACHED, lastPodRefAt: at(NOW - 5 * 86_400).wall },
      backups: [backupDaysOld(2)],
      schedule: { due: at(NOW - 24 * HOUR).wall, interval: 86_400_000 },
    },
    'backup overdue',
  ],
  [
    'a standby volume that has restored nothing for a day',
    {
      facts: { standby: true },
      backups: [backup('b1')],
      earlier: [[25 * HOUR, { facts: { standby: true } }]],
    },
    'standby behind',
  ],
  [
    'a new standby volume that has restored nothing yet',
    {
      facts: { standby: true },
      backups: [backupDaysOld(3)],
      earlier: [[23 * HOUR, { facts: { standby: true } }]],
    },
  ],
  [
    'three replica failures within two hours while all nodes are Ready',
    {
      ...steps(() => ({ facts: THREE }), 3 * HOUR, [0, 0]),
      nodes: ['node-1', 'node-2', 'node-3'].map((name) => node(name)),
      events: [60, 3_600, 7_200].map((ago) => [ago, { type: 'replica_failed', replica: 'r1' }]),
    },
    'replicas keep failing',
  ],
  [
    'three replica failures within two hours, all nodes Ready since just now',
    {
      facts: THREE,
      nodes: ['node-1', 'node-2', 'node-3'].map((name) => node(name)),
      events: [60, 3_600, 7_200].map((ago) => [ago, { type: 'replica_failed', replica: 'r1' }]),
    },
  ],
  [
    'three failed rebuilds within a day, and degraded',
    {
      facts: DEGRADED,
      events: [60, 3_600, 86_400].map((ago) => [
        ago,
        { type: 'rebuild_ended', replica: 'r1', result: 'failed' },
      ]),
    },
    'degraded',
    'rebuilds failing',
  ],
  [
    'a standby volume that has not restored a backup from three hours ago',
    {
      facts: { standby: true },
      backups: [
        backup('b1', {
          snapshotCreated: at(NOW - 3 * 3_600).wall,
          created: at(NOW - 3 * 3_600 + 60).wall,
        }),
      ],
      schedule: { restoredUntil: at(NOW - 4 * 3_600).wall },
    },
    'standby behind',
  ],
  [
    'a failed backup, and a later one completed on another target',
    {
      backups: [
        failed('b1', { snapshotCreated: at(-100).wall }),
        backup('b2', { target: 'away', created: at(NOW + 10).wall }),
      ],
    },
  ],
  ['a failed clone', { facts: { clone: 'failed' } }, 'operation failed'],
  ['healthy, desired number of replicas not known', { facts: { replicasDesired: undefined } }],
  ['healthy without a list of replicas', { facts: { replicas: undefined } }],
  [
    'a replica without a disk',
    { facts: { ...DETACHED, ...WITHOUT_DISK } },
    'last copy',
    'replica unschedulable',
  ],
  ['Longhorn cannot schedule one more replica than desired', { facts: { scheduled: false } }],
  ['scheduling not known', { facts: { scheduled: undefined } }],
  ['200 of 250 snapshots', { snapshots: many(200) }],
  ['201 of 250 snapshots', { snapshots: many(201) }, 'snapshots near the limit'],
  [
    '201 of 250 snapshots of both kinds',
    { snapshots: [...many(190), ...many(11, { kind: 'system' })] },
    'snapshots near the limit',
  ],
  [
    '200 of 250 snapshots, and 100 being removed',
    { snapshots: [...many(200), ...many(100, { removing: true })] },
  ],
  ['1,000 snapshots, limit not known', { facts: { snapshotLimit: undefined }, snapshots: many(1_000) }],
  [
    'the last backup failed',
    { backups: [backup('b1'), failed('b2', { snapshotCreated: at(100).wall })] },
    'last backup failed',
  ],
  [
    'a backup failed before the last one completed',
    { backups: [failed('b1', { snapshotCreated: at(-100).wall }), backup('b2')] },
  ],
  [
    'several problems at once, worst first',
    {
      facts: { robustness: 'degraded', ...WITHOUT_DISK },
      backups: [failed('b1')],
      snapshots: many(250),
    },
    'last copy',
    'degraded',
    'replica unschedulable',
    'snapshots near the limit',
    'last backup failed',
  ],
];

describe('problems of a volume', () => {
  const outcome = (expected: readonly string[]) => expected.join(', ') || 'no problem';

  for (const [what, given, ...expected] of CASES) {
    test(`${what}: ${outcome(expected)}`, () => assert.deepEqual(problems(given), expected));
  }

  test('every problem: has a test case', () => {
    const covered = new Set(CASES.flatMap(([, , ...expected]) => expected));
    assert.deepEqual([...covered].sort(), PROBLEMS.map(({ name }) => name).sort());
  });

  const OPT_IN: readonly (readonly [what: string, given: Case, ...problems: string[]])[] = [
    ['in use, no backup, no job', { schedule: {} }, 'never backed up', 'no backup job'],
    ['in use, no backup, jobs not known', {}, 'never backed up'],
    ['in use, a backup, no job', { backups: [backup('b1')], schedule: {} }, 'no backup job'],
    ['never used, no job', { facts: TWO_DETACHED, schedule: {} }],
    [
      'detached for less than a day, a backup, no job',
      { facts: TWO_DETACHED, earlier: [[86_400, {}]], backups: [backup('b1')], schedule: {} },
      'no backup job',
    ],
    [
      'detached for more than a day, a backup, no job',
      {
        facts: TWO_DETACHED,
        earlier: [
          [86_500, {}],
          [86_450, { facts: TWO_DETACHED }],
        ],
        backups: [backup('b1')],
        schedule: {},
      },
    ],
    ['a standby volume, no job', { facts: { standby: true }, schedule: {} }],
  ];
  for (const [what, given, ...expected] of OPT_IN)
    test(`opt-in, ${what}: ${outcome(expected)}`, () =>
      assert.deepEqual(optInProblemsOf(inputOf(given)), expected));

  test('any cluster: problems agree with the metrics, each listed once and worst first', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { view, now } = viewOf(life);
        for (const row of overview(view, now).volumes) {
          const known = view.state.volumes.get(row.name) ?? assert.fail(row.name);
          const metric = (name: string) =>
            sampleOf(VOLUME_TABLE, { volume: known, zones: new Map() }, now, name);
          const expected: Readonly<Record<string, boolean>> = {
            faulted: metric('longhorn_volume_faulted') === 1,
            unknown: metric('longhorn_volume_unknown') === 1,
            degraded: metric('longhorn_volume_degraded') === 1,
            'replica unschedulable': metric('longhorn_volume_scheduled') === 0,
          };
          for (const [problem, holds] of Object.entries(expected)) {
            assert.equal(row.problems.includes(problem), holds, `${row.name}: ${problem}`);
          }
          const ranks = row.problems.map((problem) => PROBLEMS.findIndex(({ name }) => name === problem));
          assert.deepEqual(
            ranks,
            [...new Set(ranks)].sort((a, b) => a - b),
          );
        }
      }),
    );
  });
});

describe('order of volumes', () => {
  test('volumes with and without problems: by the worst problem, then by name; without problems last', () => {
    const volumes = [
      volume({ name: 'a' }),
      volume({ name: 'b', robustness: 'degraded', replicas: [replica('r1', 'failed')] }),
      volume({ name: 'c', robustness: 'faulted', state: 'detached', replicas: [] }),
      volume({
        name: 'd',
        ...TWO_DETACHED,
        scheduled: false,
        replicasDesired: 3,
      }),
      volume({ name: 'e', robustness: 'degraded', scheduled: false, replicas: [] }),
      volume({ name: 'f', controllers: [controller('node-1', { running: false })] }),
      volume({ name: 'g', replicasDesired: 3 }),
      volume({ name: 'h' }),
    ];
    const { view, now } = viewOf([
      { at: 0, volumes: volumes.toReversed(), backups: [failed('x', { volume: 'h' })] },
    ]);
    const order = overview(view, now).volumes.map(({ name }) => name);
    assert.deepEqual(order, ['c', 'f', 'b', 'e', 'g', 'd', 'h', 'a']);
  });

  test('any cluster: the order is strict, and does not depend on the order of the input', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { view, now } = viewOf(life);
        const { volumes } = overview(view, now);
        assert.deepEqual(volumes.toReversed().sort(worstFirst), volumes);
        for (const [i, row] of volumes.entries()) {
          const next = volumes[i + 1];
          if (next !== undefined) assert.ok(worstFirst(row, next) < 0, `${row.name} before ${next.name}`);
        }
      }),
    );
  });

  test('any cluster: one row per volume, and servedHere is true exactly for those served here', () => {
    fc.assert(
      fc.property(lives(), fc.constantFrom(undefined, 'node-1'), (life, node) => {
        const { view, now } = viewOf(life);
        const served = servedOf(
          { state: view.state, now, events: [] },
          { node, staleAfter: 600_000, snapshotsStaleAfter: 600_000, jobsStaleAfter: 1_800_000 },
        );
        const shown = overview({ ...view, node, served }, now);
        assert.deepEqual(shown.volumes.map(({ name }) => name).sort(), [...view.state.volumes.keys()].sort());
        const here = shown.volumes.filter(({ servedHere }) => servedHere);
        assert.deepEqual(
          here.map(({ name }) => name).sort(),
          served.volumes.map(({ volume }) => volume.facts.name).sort(),
        );
        assert.equal(shown.volumesServedHere, here.length);
        assert.equal(shown.volumesInCluster, shown.volumes.length);
      }),
    );
  });
});

test('a rebuild progresses, then Longhorn does not respond for 70 minutes: not stuck', () => {
  const { view } = viewOf([
    { at: 0, volumes: [volume(rebuilding(0.1).facts)] },
    { at: 60, volumes: [volume(rebuilding(0.4).facts)] },
  ]);
  const later = at(60 + 70 * 60);
  assert.deepEqual(overview(view, later).volumes[0]?.problems, ['degraded']);
});
