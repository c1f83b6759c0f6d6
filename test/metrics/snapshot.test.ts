import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SnapshotFacts } from '../../src/longhorn/snapshot.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { foldSnapshots } from '../../src/state/snapshots.ts';
import type { SnapshotHistory } from '../../src/state/state.ts';
import {
  at,
  EVERYTHING,
  play,
  sampleOf,
  servedOf,
  snapshot,
  snapshotsByName,
  unix,
  volume,
  wall,
} from '../support/facts.ts';

/** pvc-1 with these responses, requested a minute apart from second 0 on; read `later` seconds after the last request. */
function life(responses: readonly (readonly SnapshotFacts[])[], later = 0) {
  const played = play([{ at: 0, volumes: [volume()] }]);
  const known = played.state.volumes.get('pvc-1');
  assert.ok(known, 'the volume is known');
  const snapshots = responses.reduce<SnapshotHistory>(
    (history, response, i) => foldSnapshots(history, snapshotsByName(response), at(60 * i).monotonic).history,
    known.snapshots,
  );
  const now = at(60 * Math.max(0, responses.length - 1) + later);
  return {
    ...played,
    state: { ...played.state, volumes: new Map([['pvc-1', { ...known, snapshots }]]) },
    now,
  };
}

function metric(played: ReturnType<typeof life>, name: string, ...labels: string[]) {
  const [series] = servedOf(played).snapshots;
  return series && sampleOf(SNAPSHOT_TABLE, series, played.now, `longhorn_volume_${name}`, ...labels);
}

const SNAPSHOTS = [
  snapshot('a', { created: wall(-300), size: 100 }),
  snapshot('b', { created: wall(-200), size: 20, hasError: true }),
  snapshot('c', { kind: 'system', created: wall(-400), size: 3, removing: true }),
  snapshot('d', { kind: 'system', created: undefined, size: undefined, hasError: true }),
  snapshot('e', { taken: false, requested: wall(-50), created: undefined, size: undefined }),
  snapshot('f', { taken: false, requested: wall(-70), created: undefined, size: undefined }),
];

describe('Metrics of snapshots', () => {
  const table: [name: string, labels: string[], value: number | undefined][] = [
    ['snapshots', ['user'], 2],
    ['snapshots', ['system'], 1],
    ['snapshots_pending', [], 2],
    ['snapshot_pending_since_timestamp_seconds', [], unix(-70)],
    ['unbacked_bytes', [], 5_000],
    ['snapshots_removing', [], 1],
    ['snapshots_with_error', [], 2],
    ['snapshot_bytes', ['user'], 120],
    ['snapshot_bytes', ['system'], 3],
    ['snapshot_oldest_timestamp_seconds', [], unix(-300)],
    ['snapshot_newest_timestamp_seconds', [], unix(-200)],
    ['snapshots_created_total', ['user'], 0],
    ['snapshots_created_total', ['system'], 0],
    ['snapshots_deleted_total', ['user'], 0],
    ['snapshots_deleted_total', ['system'], 0],
  ];
  for (const [name, labels, value] of table) {
    test(`longhorn_volume_${name}${labels.map((label) => `, kind ${label}`).join('')}: ${value}`, () =>
      assert.equal(metric(life([SNAPSHOTS]), name, ...labels), value));
  }

  test('no snapshots: both kinds at 0, times absent', () => {
    const empty = life([[]]);
    assert.deepEqual(
      ['snapshots', 'snapshot_bytes', 'snapshots_created_total'].flatMap((name) => [
        metric(empty, name, 'user'),
        metric(empty, name, 'system'),
      ]),
      [0, 0, 0, 0, 0, 0],
    );
    assert.equal(metric(empty, 'snapshot_oldest_timestamp_seconds'), undefined);
    assert.equal(metric(empty, 'snapshot_newest_timestamp_seconds'), undefined);
  });

  test('one created, one deleted, one marked removed: counted', () => {
    const played = life([
      [snapshot('a'), snapshot('b')],
      [snapshot('b', { removing: true }), snapshot('c')],
    ]);
    assert.equal(metric(played, 'snapshots_created_total', 'user'), 1);
    assert.equal(metric(played, 'snapshots_deleted_total', 'user'), 2);
    assert.equal(metric(played, 'snapshots', 'user'), 1);
  });

  test('names and types are as documented; HELP of the counters says what is missed between two sweeps', () => {
    assert.deepEqual(Object.fromEntries(SNAPSHOT_TABLE.families.map(({ name, type }) => [name, type])), {
      longhorn_volume_snapshots: 'gauge',
      longhorn_volume_snapshots_pending: 'gauge',
      longhorn_volume_snapshot_pending_since_timestamp_seconds: 'gauge',
      longhorn_volume_unbacked_bytes: 'gauge',
      longhorn_volume_snapshots_removing: 'gauge',
      longhorn_volume_snapshots_with_error: 'gauge',
      longhorn_volume_snapshot_bytes: 'gauge',
      longhorn_volume_snapshot_oldest_timestamp_seconds: 'gauge',
      longhorn_volume_snapshot_newest_timestamp_seconds: 'gauge',
      longhorn_volume_snapshots_created_total: 'counter',
      longhorn_volume_snapshots_deleted_total: 'counter',
    });
    for (const { name, help } of SNAPSHOT_TABLE.families)
      if (name.endsWith('_total')) assert.match(help, /sweep.*miss/s, name);
  });
});

describe('Serving the series of snapshots', () => {
  test('before the first response: absent, but those of the volume are served', () => {
    const played = life([]);
    assert.deepEqual([servedOf(played).snapshots.length, servedOf(played).volumes.length], [0, 1]);
  });

  for (const [later, count] of [
    [600, 1],
    [600.001, 0],
  ] as const) {
    test(`${later} s after the request, limit 600 s: ${count === 1 ? 'served' : 'withdrawn'}`, () =>
      assert.equal(servedOf(life([SNAPSHOTS], later)).snapshots.length, count));
  }

  test('volume owned by another node: not served', () =>
    assert.deepEqual(servedOf(life([SNAPSHOTS]), { ...EVERYTHING, node: 'elsewhere' }).snapshots, []));

  test('last response would empty the volume: the age is that of the response before it', () => {
    const played = life([SNAPSHOTS, []], 545);
    assert.equal(servedOf(played).snapshots.length, 0);
  });

  test('labels: name and namespace of the volume', () => {
    const [series] = servedOf(life([SNAPSHOTS])).snapshots;
    assert.deepEqual(series && SNAPSHOT_TABLE.identify(series), ['pvc-1', 'shop']);
  });
});
