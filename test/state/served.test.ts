import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { owns, type Statuses, served } from '../../src/state/served.ts';
import { NEW_STREAM } from '../../src/stream/status.ts';
import {
  backup,
  controller,
  deleting,
  EVERYTHING,
  fresh,
  node,
  play,
  running,
  servedOf,
  target,
  volume,
} from '../support/facts.ts';

const NAMES = Array.from({ length: 40 }, (_, i) => `pvc-${i}`);
const NODES = ['node-1', 'node-2', 'node-3'];

const cluster = play([
  {
    at: 0,
    volumes: NAMES.map((name) => volume({ name })),
    backups: NAMES.map((name) => backup(`backup-${name}`, { volume: name })),
    nodes: NODES.map((name) => node(name)),
    backuptargets: NAMES.map((name) => target(`target-${name}`)),
  },
]);

const servedNames = (node: string | undefined) => {
  const { volumes, backups, targets } = servedOf(cluster, { ...EVERYTHING, node });
  return [
    ...volumes.map(({ volume }) => volume.facts.name),
    ...backups.map((series) => `${series.volume.facts.name} on ${series.target}`),
    ...targets.map(({ facts }) => facts.name),
  ];
};

describe('Series served by an exporter', () => {
  test('no node configured: everything', () => assert.equal(servedNames(undefined).length, 3 * NAMES.length));

  test('one exporter per node: each series served by exactly one', () => {
    const all = NODES.flatMap(servedNames);
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(all.sort(), servedNames(undefined).sort());
  });

  test('node not listed: nothing', () => assert.deepEqual(servedNames('node-4'), []));

  test('node not Ready: nothing', () => {
    const down = play([{ at: 1, nodes: NODES.map((name) => node(name, name !== 'node-1')) }], cluster.state);
    const { volumes, backups, targets } = servedOf(down, { ...EVERYTHING, node: 'node-1' });
    assert.deepEqual([volumes, backups, targets], [[], [], []]);
  });

  test('engines move to another node: the same volumes', () => {
    const names = (played: typeof cluster) =>
      servedOf(played, { ...EVERYTHING, node: 'node-2' }).volumes.map(({ volume }) => volume.facts.name);
    const moved = play(
      [{ at: 5, volumes: NAMES.map((name) => volume({ name, controllers: [controller('node-3')] })) }],
      cluster.state,
    );
    assert.deepEqual(names(moved), names(cluster));
  });

  test('owns() is true for exactly the served volumes', () => {
    const policy = { ...EVERYTHING, node: 'node-2' };
    const owned = NAMES.filter((name) => owns(cluster.state, fresh(cluster.now), policy, name, cluster.now));
    assert.deepEqual(
      owned,
      servedOf(cluster, policy).volumes.map(({ volume }) => volume.facts.name),
    );
  });
});

describe('Stale streams', () => {
  const { staleAfter } = EVERYTHING;
  /** Whether volumes, backups and targets are served when the last list of these streams has this age. */
  const servedKinds = (age: number, streams: readonly StreamName[], node?: string) => {
    const at = cluster.now.monotonic - age;
    const stale = { ...fresh(cluster.now).volumes, lastListAt: at, lastFoldAt: at };
    const statuses: Statuses = {
      ...fresh(cluster.now),
      ...Object.fromEntries(streams.map((s) => [s, stale])),
    };
    const { volumes, backups, targets } = served(
      cluster.state,
      statuses,
      { ...EVERYTHING, node },
      cluster.now,
    );
    return [volumes, backups, targets].map((each) => each.length > 0);
  };

  const table: [stream: StreamName, volumes: boolean, backups: boolean, targets: boolean][] = [
    ['volumes', false, false, true],
    ['backups', true, false, true],
    ['backuptargets', true, true, false],
  ];
  for (const [stream, ...expected] of table) {
    test(`${stream} stale: exactly the series that need it are withdrawn`, () => {
      assert.deepEqual(servedKinds(staleAfter + 1, [stream]), expected);
      assert.deepEqual(servedKinds(staleAfter + 1, [stream], 'node-1'), expected);
    });
  }

  test('nodes stale: nothing served, no volume owned', () => {
    assert.deepEqual(servedKinds(staleAfter + 1, ['nodes'], 'node-1'), [false, false, false]);
    const withoutNodes = { ...fresh(cluster.now), nodes: NEW_STREAM };
    const policy = { ...EVERYTHING, node: 'node-1' };
    assert.ok(NAMES.every((name) => !owns(cluster.state, withoutNodes, policy, name, cluster.now)));
  });

  test('nodes stale, no node configured: everything served', () => {
    assert.deepEqual(servedKinds(staleAfter + 1, ['nodes']), [true, true, true]);
  });

  test('every stream exactly at the limit: everything served', () =>
    assert.deepEqual(servedKinds(staleAfter, STREAMS, 'node-1'), [true, true, true]));
});

describe('Targets with backup series', () => {
  const targetsOf = (...backups: ReturnType<typeof backup>[]) =>
    servedOf(play([{ at: 0, volumes: [volume()], backups }]))
      .backups.map((series) => series.target)
      .sort();

  test('no backup: the volume’s own target', () => assert.deepEqual(targetsOf(), ['default']));

  test('backups on two targets: each target once', () => {
    assert.deepEqual(
      targetsOf(backup('a'), running('b', { target: 'offsite' }), backup('c', { target: 'offsite' })),
      ['default', 'offsite'],
    );
  });

  test('only backup on another target is being deleted: not that target', () => {
    assert.deepEqual(targetsOf(deleting('a', { target: 'offsite' })), ['default']);
  });

  test('backup of a volume that does not exist: not its target', () => {
    assert.deepEqual(targetsOf(backup('a', { volume: 'gone', target: 'offsite' })), ['default']);
  });

  test('volume without its own target and without backups: none', () => {
    const played = play([{ at: 0, volumes: [volume({ backupTarget: '' })], backups: [] }]);
    assert.deepEqual(servedOf(played).backups, []);
  });
});

test('backup target without a URL: not served', () => {
  const targets = [target('a'), target('b', { scheme: undefined })];
  const { targets: servedTargets } = servedOf(play([{ at: 0, backuptargets: targets }]));
  assert.deepEqual(
    servedTargets.map(({ facts }) => facts.name),
    ['a'],
  );
});
