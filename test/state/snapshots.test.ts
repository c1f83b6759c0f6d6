/** Snapshots created and deleted between two responses of snapshotCRList. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FOLDS } from '../../src/state/fold.ts';
import {
  confirmEmpty as confirmAt,
  dropBaseline,
  foldSnapshots as fold,
  NO_SNAPSHOT_HISTORY,
} from '../../src/state/snapshots.ts';
import type { SnapshotHistory, State } from '../../src/state/state.ts';
import { foldVolumeResponse } from '../../src/state/volumes.ts';
import {
  at,
  contextAt,
  listOf,
  node,
  play,
  snapshot,
  snapshotsByName,
  volume,
  wall,
} from '../support/facts.ts';

const foldSnapshots = (...args: Parameters<typeof fold>): SnapshotHistory => fold(...args).history;
const confirmEmpty = (...args: Parameters<typeof confirmAt>): SnapshotHistory => confirmAt(...args).history;

/**
 * Folds responses requested ten seconds apart. Each is a list of names: `u1` for a user snapshot, `s1` for a system
 * snapshot, `-u1` while it is being removed.
 */
const after = (...responses: string[]): SnapshotHistory =>
  responses.reduce<SnapshotHistory>((history, words, i) => {
    const snapshots = words
      .split(' ')
      .filter(Boolean)
      .map((word) =>
        snapshot(word.replace('-', ''), {
          kind: word.replace('-', '').startsWith('u') ? 'user' : 'system',
          removing: word.startsWith('-'),
        }),
      );
    return foldSnapshots(history, snapshotsByName(snapshots), i * 10_000);
  }, NO_SNAPSHOT_HISTORY);

const counts = ({ created, deleted }: SnapshotHistory) => [
  created.user,
  created.system,
  deleted.user,
  deleted.system,
];

describe('Snapshots created and deleted', () => {
  const table: [title: string, responses: string[], counts: number[]][] = [
    ['first response: none', ['u1 u2 s1 -u3'], [0, 0, 0, 0]],
    ['the same snapshots in any order: none', ['u1 s1', 's1 u1', 'u1 s1'], [0, 0, 0, 0]],
    ['one appears: 1 created', ['u1', 'u1 u2'], [1, 0, 0, 0]],
    ['two appear after an empty response: 2 created', ['', 'u1 s1'], [1, 1, 0, 0]],
    ['one disappears: 1 deleted', ['u1 s1', 's1'], [0, 0, 1, 0]],
    ['one is marked removed: 1 deleted', ['u1', '-u1'], [0, 0, 1, 0]],
    ['one is marked removed, then disappears: 1 deleted', ['u1 s1', '-u1 s1', '-u1 s1', 's1'], [0, 0, 1, 0]],
    ['one is marked removed in the first response, then disappears: none', ['-u1 u2', 'u2'], [0, 0, 0, 0]],
    ['one appears marked removed: 1 created, 1 deleted', ['u1', 'u1 -s1', 'u1'], [0, 1, 0, 1]],
    ['one disappears, another appears: 1 created, 1 deleted', ['u1', 'u2'], [1, 0, 1, 0]],
    ['one disappears and reappears: 1 created, 1 deleted', ['u1 u2', 'u2', 'u1 u2'], [1, 0, 1, 0]],
    ['many changes at once: 3 created, 4 deleted', ['u1 u2 u3 s1', '-u1 u4 u5 s2'], [2, 1, 3, 1]],
  ];
  for (const [title, responses, expected] of table) {
    test(title, () => assert.deepEqual(counts(after(...responses)), expected));
  }

  test('any two responses without removals: the difference of the names', () => {
    const names = fc.uniqueArray(fc.constantFrom('u1', 'u2', 'u3', 's1', 's2'), { minLength: 1 });
    fc.assert(
      fc.property(names, names, (first, second) => {
        const countOnlyIn = (kind: string, names: string[], others: string[]) =>
          names.filter((name) => name.startsWith(kind) && !others.includes(name)).length;
        assert.deepEqual(counts(after(first.join(' '), second.join(' '))), [
          countOnlyIn('u', second, first),
          countOnlyIn('s', second, first),
          countOnlyIn('u', first, second),
          countOnlyIn('s', first, second),
        ]);
      }),
    );
  });

  test('250 snapshots in any order: each counted once', () => {
    const names = Array.from({ length: 250 }, (_, i) => `u${i}`);
    assert.deepEqual(counts(after(names.join(' '), names.toReversed().join(' '))), [0, 0, 0, 0]);
    assert.deepEqual(counts(after('u0', names.join(' '), 'u0')), [249, 0, 249, 0]);
  });
});

describe('Summary of the snapshots', () => {
  const summaryOf = (...snapshots: ReturnType<typeof snapshot>[]) =>
    foldSnapshots(NO_SNAPSHOT_HISTORY, snapshotsByName(snapshots), 0).summary;

  test('snapshots being removed: not counted by kind, but in bytes and errors', () => {
    const found = summaryOf(
      snapshot('a', { size: 10 }),
      snapshot('b', { size: 5, removing: true, hasError: true }),
      snapshot('c', { kind: 'system', size: 7, hasError: true }),
      snapshot('d', { size: undefined, created: undefined }),
    );
    assert.deepEqual(
      [found?.count, found?.bytes],
      [
        { user: 2, system: 1 },
        { user: 15, system: 7 },
      ],
    );
    assert.deepEqual([found?.removing, found?.withError], [1, 2]);
  });

  test('oldest: only of those that remain; newest: of all', () => {
    const found = summaryOf(
      snapshot('a', { created: wall(10), removing: true }),
      snapshot('b', { created: wall(20) }),
      snapshot('c', { created: wall(30) }),
      snapshot('d', { created: wall(40), removing: true }),
      snapshot('e', { created: undefined }),
    );
    assert.deepEqual([found?.oldest, found?.newest], [wall(20), wall(40)]);
  });

  test('no snapshots: zeros and no times', () => {
    assert.deepEqual(summaryOf(), {
      count: { user: 0, system: 0 },
      bytes: { user: 0, system: 0 },
      removing: 0,
      withError: 0,
      pending: 0,
      pendingSince: undefined,
      oldest: undefined,
      newest: undefined,
    });
  });
});

describe('Empty response for a volume that had snapshots', () => {
  const emptied = () => after('u1 s1', '');

  test('not confirmed: nothing changes', () => {
    const history = emptied();
    assert.deepEqual(counts(history), [0, 0, 0, 0]);
    assert.deepEqual([history.summary?.count.user, history.requestedAt], [1, 0]);
  });

  for (const [title, seenAt, counted] of [
    ['volume seen after the request: counted', 10_001, true],
    ['volume seen before the request: not counted', 9_999, false],
    ['volume seen at the moment of the request: not counted', 10_000, false],
  ] as const) {
    test(title, () => {
      const history = confirmEmpty(emptied(), seenAt);
      assert.deepEqual(counts(history), counted ? [0, 0, 1, 1] : [0, 0, 0, 0]);
      assert.equal(history.summary?.count.user, counted ? 0 : 1);
      assert.deepEqual(counts(confirmEmpty(history, seenAt + 1_000_000)), [0, 0, 1, 1]);
    });
  }

  test('repeated before and after it is confirmed: counted once', () => {
    const repeated = after('u1 s1', '', '', '');
    const history = confirmEmpty(repeated, 15_000);
    assert.deepEqual(counts(history), [0, 0, 1, 1]);
    assert.deepEqual(counts(confirmEmpty(foldSnapshots(history, new Map(), 40_000), 50_000)), [0, 0, 1, 1]);
  });

  test('next response has snapshots: ignored', () => {
    const history = confirmEmpty(after('u1 u2', '', 'u2'), 1_000_000);
    assert.deepEqual(counts(history), [0, 0, 1, 0]);
  });

  test('first response is empty: it is the baseline', () =>
    assert.deepEqual(counts(after('', 'u1')), [1, 0, 0, 0]));
});

describe('Snapshots in the state', () => {
  const sweep = (state: State, second: number, ...names: string[]): State => {
    const known = state.volumes.get('pvc-1');
    assert.ok(known, 'the volume is known');
    const snapshots = foldSnapshots(
      known.snapshots,
      snapshotsByName(names.map((name) => snapshot(name))),
      at(second).monotonic,
    );
    return { ...state, volumes: new Map(state.volumes).set('pvc-1', { ...known, snapshots }) };
  };
  const counted = ({ volumes }: State) => {
    const history = volumes.get('pvc-1')?.snapshots;
    return history && counts(history);
  };
  const list = (state: State, second: number, created?: number) =>
    play([{ at: second, volumes: [volume(created === undefined ? {} : { created })] }], state).state;
  const get = (state: State, second: number, there = true) =>
    foldVolumeResponse(state, 'pvc-1', there ? volume() : undefined, contextAt(at(second))).state;
  const swept = () => sweep(list(play([]).state, 0), 10, 'a', 'b');

  test('empty response, then a list with the volume: counted', () => {
    assert.deepEqual(counted(list(sweep(swept(), 20), 30)), [0, 0, 2, 0]);
  });

  test('empty response, then a GET of the volume: counted', () => {
    assert.deepEqual(counted(get(sweep(swept(), 20), 30)), [0, 0, 2, 0]);
  });

  test('empty response, then a list requested before it: not counted', () => {
    const state = sweep(swept(), 20);
    const late = { ...contextAt(at(30)), requestedAt: at(19).monotonic };
    const after = FOLDS.volumes(state, listOf([volume({ pvc: 'other' })]), late).state;
    assert.deepEqual(counted(after), [0, 0, 0, 0]);
  });

  test('empty response, then the volume is gone from the list or the GET: its history is dropped', () => {
    const state = sweep(swept(), 20);
    assert.equal(counted(play([{ at: 30, volumes: [] }], state).state), undefined);
    assert.equal(counted(get(state, 30, false)), undefined);
  });

  test('empty response, then the volume as an invalid object: not counted', () => {
    const state = play([{ at: 30, volumes: [volume()], confirmed: false }], sweep(swept(), 20)).state;
    assert.deepEqual(counted(state), [0, 0, 0, 0]);
  });

  test('new volume of the same name: new baseline', () => {
    const again = list(sweep(sweep(swept(), 20, 'a', 'b', 'c'), 25), 30, wall(29));
    assert.deepEqual(counted(again), [0, 0, 0, 0]);
    assert.equal(again.volumes.get('pvc-1')?.snapshots.summary, undefined, 'no snapshots are known');
    assert.deepEqual(counted(sweep(again, 40, 'x', 'y')), [0, 0, 0, 0]);
    assert.deepEqual(counted(sweep(sweep(again, 40, 'x'), 50, 'x', 'z')), [1, 0, 0, 0]);
  });

  test('volume with an unreadable created: the same volume', () => {
    const withoutCreated = play([{ at: 30, volumes: [volume({ created: undefined })] }], swept()).state;
    assert.deepEqual(counted(sweep(withoutCreated, 40, 'a')), [0, 0, 1, 0]);
  });

  test('volume lost to another node and regained: counts stay, new baseline', () => {
    const nodes = (state: State, second: number, ...names: string[]) =>
      FOLDS.nodes(state, listOf(names.map((name) => node(name))), {
        ...contextAt(at(second)),
        node: 'node-1',
      }).state;
    const owned = sweep(nodes(swept(), 15, 'node-1'), 20, 'a', 'b', 'c');
    assert.deepEqual(counted(owned), [1, 0, 0, 0]);
    const lost = nodes(owned, 30, 'node-2');
    assert.equal(lost.volumes.get('pvc-1')?.snapshots.byName, undefined);
    const back = sweep(nodes(lost, 40, 'node-1'), 50, 'x', 'y');
    assert.deepEqual(counted(back), [1, 0, 0, 0], 'changes in the meantime are not counted');
    assert.deepEqual(counted(sweep(back, 60, 'x')), [1, 0, 1, 0]);
  });

  test('other nodes change: the baseline of an owned volume stays', () => {
    const context = { ...contextAt(at(30)), node: 'node-1' };
    const both = listOf([node('node-1'), node('node-2', false)]);
    const { state } = FOLDS.nodes(swept(), both, context);
    assert.deepEqual(counted(sweep(state, 40, 'a')), [0, 0, 1, 0]);
    const again = FOLDS.nodes(state, both, { ...context, ...contextAt(at(35)), node: 'node-1' }).state;
    assert.equal(again.volumes.get('pvc-1'), state.volumes.get('pvc-1'), 'the same object');
  });

  test('dropBaseline without a baseline: the same object', () =>
    assert.equal(dropBaseline(NO_SNAPSHOT_HISTORY), NO_SNAPSHOT_HISTORY));
});
