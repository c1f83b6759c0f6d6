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

const of = (node: string | undefined) => {
  const { volumes, backups, targets } = servedOf(cluster, { ...EVERYTHING, node });
  return [
    ...volumes.map(({ volume }) => volume.facts.name),
    ...backups.map((series) => `${series.volume.facts.name} on ${series.target}`),
    ...targets.map(({ facts }) => facts.name),
  ];
};

describe('What is served', () => {
  test('is everything for an exporter without a node', () =>
    assert.equal(of(undefined).length, 3 * NAMES.length));

  test('is served by exactly one exporter', () => {
    const all = NODES.flatMap(of);
    assert.equal(new Set(all).size, all.length);
    assert.deepEqual(all.sort(), of(undefined).sort());
  });

  test('is nothing for an exporter whose node is not listed', () => assert.deepEqual(of('node-4'), []));

  test('is nothing for an exporter whose node is not Ready', () => {
    const down = play([{ at: 1, nodes: NODES.map((name) => node(name, name !== 'node-1')) }], cluster.state);
    const { volumes, backups, targets } = servedOf(down, { ...EVERYTHING, node: 'node-1' });
    assert.deepEqual([volumes, backups, targets], [[], [], []]);
  });

  test('does not change when a volume moves', () => {
    const names = (played: typeof cluster) =>
      servedOf(played, { ...EVERYTHING, node: 'node-2' }).volumes.map(({ volume }) => volume.facts.name);
    const moved = play(
      [{ at: 5, volumes: NAMES.map((name) => volume({ name, controllers: [controller('node-3')] })) }],
      cluster.state,
    );
    assert.deepEqual(names(moved), names(cluster));
  });

  test('agrees with who owns a volume', () => {
    const policy = { ...EVERYTHING, node: 'node-2' };
    const owned = NAMES.filter((name) => owns(cluster.state, fresh(cluster.now), policy, name, cluster.now));
    assert.deepEqual(
      owned,
      servedOf(cluster, policy).volumes.map(({ volume }) => volume.facts.name),
    );
  });
});

describe('When a stream has gone stale', () => {
  const { staleAfter } = EVERYTHING;
  /** How much is served when the last list of these streams has this age. */
  const amounts = (age: number, streams: readonly StreamName[], node?: string) => {
    const at = cluster.now.monotonic - age;
    const old = { ...fresh(cluster.now).volumes, lastListAt: at, lastFoldAt: at };
    const statuses: Statuses = { ...fresh(cluster.now), ...Object.fromEntries(streams.map((s) => [s, old])) };
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
    test(`${stream}: exactly the series that need it are withdrawn`, () => {
      assert.deepEqual(amounts(staleAfter + 1, [stream]), expected);
      assert.deepEqual(amounts(staleAfter + 1, [stream], 'node-1'), expected);
    });
  }

  test('nothing is owned without fresh nodes', () => {
    assert.deepEqual(amounts(staleAfter + 1, ['nodes'], 'node-1'), [false, false, false]);
    const old = { ...fresh(cluster.now), nodes: NEW_STREAM };
    const policy = { ...EVERYTHING, node: 'node-1' };
    assert.ok(NAMES.every((name) => !owns(cluster.state, old, policy, name, cluster.now)));
  });

  test('nodes are not needed by an exporter that owns everything', () => {
    assert.deepEqual(amounts(staleAfter + 1, ['nodes']), [true, true, true]);
  });

  test('everything stays until then', () =>
    assert.deepEqual(amounts(staleAfter, STREAMS, 'node-1'), [true, true, true]));
});

describe('Backup series', () => {
  const targetsOf = (...backups: ReturnType<typeof backup>[]) =>
    servedOf(play([{ at: 0, volumes: [volume()], backups }]))
      .backups.map((series) => series.target)
      .sort();

  test('exist for the volume’s own target without any backup', () =>
    assert.deepEqual(targetsOf(), ['default']));

  test('exist for every target with a backup of the volume, each once', () => {
    assert.deepEqual(
      targetsOf(backup('a'), running('b', { target: 'offsite' }), backup('c', { target: 'offsite' })),
      ['default', 'offsite'],
    );
  });

  test('do not exist for a target whose only backup is being deleted', () => {
    assert.deepEqual(targetsOf(deleting('a', { target: 'offsite' })), ['default']);
  });

  test('do not exist for a volume that does not exist', () => {
    assert.deepEqual(targetsOf(backup('a', { volume: 'gone', target: 'offsite' })), ['default']);
  });

  test('do not exist for a volume without a target of its own and without backups', () => {
    const played = play([{ at: 0, volumes: [volume({ backupTarget: '' })], backups: [] }]);
    assert.deepEqual(servedOf(played).backups, []);
  });
});

test('A backup target without a URL is not served', () => {
  const targets = [target('a'), target('b', { scheme: undefined })];
  const { targets: shown } = servedOf(play([{ at: 0, backuptargets: targets }]));
  assert.deepEqual(
    shown.map(({ facts }) => facts.name),
    ['a'],
  );
});
