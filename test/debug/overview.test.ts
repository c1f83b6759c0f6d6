/** What is wrong with which volume, and which of them comes first. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { overview } from '../../src/debug/overview.ts';
import { PROBLEMS, problemsOf, worstFirst } from '../../src/debug/problems.ts';
import type { SnapshotFacts } from '../../src/longhorn/snapshot.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import type { BackupSeries, SnapshotSeries } from '../../src/state/served.ts';
import { foldSnapshots, NO_SNAPSHOT_HISTORY } from '../../src/state/snapshots.ts';
import { lives } from '../state/arbitraries.ts';
import {
  answerOf,
  at,
  backup,
  controller,
  failed,
  node,
  play,
  replica,
  type Step,
  sampleOf,
  servedOf,
  snapshot,
  volume,
} from '../support/facts.ts';
import { viewOf } from './views.ts';

interface Case {
  readonly facts?: Partial<VolumeFacts>;
  readonly backups?: Step['backups'];
  readonly snapshots?: readonly SnapshotFacts[];
  readonly nodes?: Step['nodes'];
  /** The second at which the volume is first seen like this; now is second 200. */
  readonly since?: number;
}

/** What is wrong with one volume that is so. */
function problems({ facts = {}, backups = [], snapshots, nodes = [], since }: Case): string[] {
  const played = play([
    { at: since ?? 200, volumes: [volume(facts)], backups },
    { at: 200, nodes },
  ]);
  const seen = played.state.volumes.get('pvc-1') ?? assert.fail('no volume');
  const series: BackupSeries[] = servedOf(played).backups.filter((each) => each.volume === seen);
  let ofSnapshots: SnapshotSeries | undefined;
  if (snapshots !== undefined) {
    const history = foldSnapshots(NO_SNAPSHOT_HISTORY, answerOf(snapshots), at(0).monotonic).history;
    assert.ok(history.summary, 'an answer has a summary');
    ofSnapshots = { volume: seen, summary: history.summary, backedUpTo: undefined };
  }
  return problemsOf({
    volume: seen,
    snapshots: ofSnapshots,
    backups: series,
    readyNodes: nodes.length,
    now: played.now,
  });
}

/** One replica runs, the other finds no disk. */
const WITHOUT_DISK: Partial<VolumeFacts> = {
  scheduled: false,
  replicas: [replica('r1'), replica('r2', 'stopped', { node: '', hasDisk: false })],
};
const DETACHED: Partial<VolumeFacts> = { state: 'detached', robustness: 'unknown' };
const ATTACHING: Partial<VolumeFacts> = { state: 'attaching', robustness: 'unknown' };

const many = (count: number, more: Partial<SnapshotFacts> = {}): SnapshotFacts[] =>
  Array.from({ length: count }, (_, i) => snapshot(`${more.kind}-${more.removing}-${i}`, more));

const CASES: readonly (readonly [what: string, of: Case, ...problems: string[]])[] = [
  ['a healthy volume', {}],
  ['faulted', { facts: { robustness: 'faulted', state: 'detached' } }, 'faulted'],
  [
    'attached to a node that is down',
    { facts: { controllers: [controller('node-1', { running: false })] } },
    'unknown',
  ],
  ['attached, its engine not polled yet', { facts: { robustness: 'unknown' } }],
  ['detaching', { facts: { robustness: 'unknown', state: 'detaching' } }],
  ['unknown because it is detached', { facts: { robustness: 'unknown', state: 'detached' } }],
  ['being created', { facts: { robustness: '', state: 'creating', replicas: [] } }],
  ['degraded', { facts: { robustness: 'degraded', replicas: [replica('r1', 'failed')] } }, 'degraded'],
  ['healthy without all its replicas', { facts: { replicasDesired: 3 } }, 'replicas missing'],
  [
    'healthy with one that is not',
    { facts: { replicas: [replica('r1'), replica('r2', 'stopped')] } },
    'last copy',
    'replicas missing',
  ],
  ['healthy with more than enough', { facts: { replicasDesired: 1 } }],
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
    { nodes: [node('node-1'), node('node-2')] },
    'last copy',
    'replicas on too few nodes',
  ],
  ['all replicas on the only node', { nodes: [node('node-1')] }],
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
    'replicas on too few nodes',
  ],
  [
    'detached with a failed replica',
    {
      facts: {
        ...DETACHED,
        replicasDesired: 3,
        replicas: [replica('r1', 'stopped'), replica('r2', 'stopped'), replica('r3', 'failed')],
      },
    },
    'replicas missing while detached',
  ],
  ['attaching for a quarter of an hour', { facts: ATTACHING, since: 200 - 15 * 60 }],
  ['attaching for longer', { facts: ATTACHING, since: 199 - 15 * 60 }, 'operation stuck'],
  ['a clone that failed', { facts: { clone: 'failed' } }, 'operation failed'],
  ['healthy, how many it should have is not known', { facts: { replicasDesired: undefined } }],
  ['healthy without a list of replicas', { facts: { replicas: undefined } }],
  [
    'a replica without a disk',
    { facts: { ...DETACHED, ...WITHOUT_DISK } },
    'last copy',
    'replicas missing while detached',
    'replica unschedulable',
  ],
  ['no disk for one replica more than enough', { facts: { scheduled: false } }],
  ['scheduling is not known', { facts: { scheduled: undefined } }],
  ['200 of 250 snapshots', { snapshots: many(200) }],
  ['201 of 250 snapshots', { snapshots: many(201) }, 'snapshots near the limit'],
  [
    '201 of 250 snapshots of both kinds',
    { snapshots: [...many(190), ...many(11, { kind: 'system' })] },
    'snapshots near the limit',
  ],
  ['those being removed do not count', { snapshots: [...many(200), ...many(100, { removing: true })] }],
  ['no limit is known', { facts: { snapshotLimit: undefined }, snapshots: many(1_000) }],
  [
    'the last backup failed',
    { backups: [backup('b1'), failed('b2', { snapshotCreated: at(100).wall })] },
    'last backup failed',
  ],
  [
    'one failed before the last',
    { backups: [failed('b1', { snapshotCreated: at(-100).wall }), backup('b2')] },
  ],
  [
    'all at once, worst first',
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

describe('What is wrong', () => {
  for (const [what, of, ...expected] of CASES) {
    test(what, () => assert.deepEqual(problems(of), expected));
  }

  test('every problem has a case', () => {
    const shown = new Set(CASES.flatMap(([, , ...expected]) => expected));
    assert.deepEqual([...shown].sort(), PROBLEMS.map(({ name }) => name).sort());
  });

  test('whatever a cluster does: the problems are those of the metrics, each once and worst first', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { view, now } = viewOf(life);
        for (const row of overview(view, now).volumes) {
          const seen = view.state.volumes.get(row.name) ?? assert.fail(row.name);
          const metric = (name: string) =>
            sampleOf(VOLUME_TABLE, { volume: seen, zones: new Map() }, now, name);
          const backups = view.served.backups.filter((series) => series.volume === seen);
          const expected: Readonly<Record<string, boolean>> = {
            faulted: metric('longhorn_volume_faulted') === 1,
            unknown: metric('longhorn_volume_unknown') === 1,
            degraded: metric('longhorn_volume_degraded') === 1,
            'replica unschedulable': metric('longhorn_volume_scheduled') === 0,
            'last backup failed': backups.some(
              (series) => sampleOf(BACKUP_TABLE, series, now, 'longhorn_backup_last_failed') === 1,
            ),
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

describe('The order of volumes', () => {
  test('the worst problem decides, then the name; those without any come last', () => {
    const volumes = [
      volume({ name: 'a' }),
      volume({ name: 'b', robustness: 'degraded', replicas: [replica('r1', 'failed')] }),
      volume({ name: 'c', robustness: 'faulted', state: 'detached', replicas: [] }),
      volume({
        name: 'd',
        ...DETACHED,
        scheduled: false,
        replicasDesired: 3,
        replicas: [replica('r1'), replica('r2'), replica('r3', 'stopped', { node: '', hasDisk: false })],
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

  test('whatever a cluster does: the same rows come in the same order', () => {
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

  test('whatever a cluster does: every volume has its row, and those served here say so', () => {
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
