/** Snapshots created and deleted between two responses of snapshotCRList, as small lists. */

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

/** Responses requested ten seconds apart, each as names: `u1` of the user, `s1` of the system, `-` before it when removing. */
const after = (...answers: string[]): SnapshotHistory =>
  answers.reduce<SnapshotHistory>((history, words, i) => {
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

describe('Counted as created and deleted, user and system,', () => {
  const table: [why: string, answers: string[], counts: number[]][] = [
    ['is nothing in the first response', ['u1 u2 s1 -u3'], [0, 0, 0, 0]],
    ['is nothing while nothing changes', ['u1 s1', 's1 u1', 'u1 s1'], [0, 0, 0, 0]],
    ['is one that appeared', ['u1', 'u1 u2'], [1, 0, 0, 0]],
    ['are those that appeared after an empty response', ['', 'u1 s1'], [1, 1, 0, 0]],
    ['is one that vanished', ['u1 s1', 's1'], [0, 0, 1, 0]],
    ['is one that was marked removed', ['u1', '-u1'], [0, 0, 1, 0]],
    [
      'is one that was marked removed and disappeared, once',
      ['u1 s1', '-u1 s1', '-u1 s1', 's1'],
      [0, 0, 1, 0],
    ],
    ['is not one that was marked in the first response and disappeared', ['-u1 u2', 'u2'], [0, 0, 0, 0]],
    ['is one that appeared already marked, as both', ['u1', 'u1 -s1', 'u1'], [0, 1, 0, 1]],
    ['are one that disappeared and one that appeared', ['u1', 'u2'], [1, 0, 1, 0]],
    ['is one that reappeared, again', ['u1 u2', 'u2', 'u1 u2'], [1, 0, 1, 0]],
    ['are many at once', ['u1 u2 u3 s1', '-u1 u4 u5 s2'], [2, 1, 3, 1]],
  ];
  for (const [why, answers, expected] of table) {
    test(why, () => assert.deepEqual(counts(after(...answers)), expected));
  }

  test('is the difference of the names, for any two responses without marks', () => {
    const names = fc.uniqueArray(fc.constantFrom('u1', 'u2', 'u3', 's1', 's2'), { minLength: 1 });
    fc.assert(
      fc.property(names, names, (first, second) => {
        const of = (kind: string, these: string[], those: string[]) =>
          these.filter((name) => name.startsWith(kind) && !those.includes(name)).length;
        assert.deepEqual(counts(after(first.join(' '), second.join(' '))), [
          of('u', second, first),
          of('s', second, first),
          of('u', first, second),
          of('s', first, second),
        ]);
      }),
    );
  });

  test('is each of 250, in any order', () => {
    const names = Array.from({ length: 250 }, (_, i) => `u${i}`);
    assert.deepEqual(counts(after(names.join(' '), names.toReversed().join(' '))), [0, 0, 0, 0]);
    assert.deepEqual(counts(after('u0', names.join(' '), 'u0')), [249, 0, 249, 0]);
  });
});

describe('The summary', () => {
  const summaryOf = (...snapshots: ReturnType<typeof snapshot>[]) =>
    foldSnapshots(NO_SNAPSHOT_HISTORY, snapshotsByName(snapshots), 0).summary;

  test('counts by kind without those being removed, but has their size and error', () => {
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

  test('has the oldest of those that remain, and the newest of all', () => {
    const found = summaryOf(
      snapshot('a', { created: wall(10), removing: true }),
      snapshot('b', { created: wall(20) }),
      snapshot('c', { created: wall(30) }),
      snapshot('d', { created: wall(40), removing: true }),
      snapshot('e', { created: undefined }),
    );
    assert.deepEqual([found?.oldest, found?.newest], [wall(20), wall(40)]);
  });

  test('of no snapshots is zeros and no times', () => {
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

describe('A response that would empty a volume', () => {
  const emptied = () => after('u1 s1', '');

  test('changes nothing yet', () => {
    const history = emptied();
    assert.deepEqual(counts(history), [0, 0, 0, 0]);
    assert.deepEqual([history.summary?.count.user, history.requestedAt], [1, 0]);
  });

  for (const [why, seenAt, counted] of [
    ['counts once the volume is seen later', 10_001, true],
    ['does not count when the volume was seen before it', 9_999, false],
    ['does not count when the volume was seen at the same moment', 10_000, false],
  ] as const) {
    test(why, () => {
      const history = confirmEmpty(emptied(), seenAt);
      assert.deepEqual(counts(history), counted ? [0, 0, 1, 1] : [0, 0, 0, 0]);
      assert.equal(history.summary?.count.user, counted ? 0 : 1);
      assert.deepEqual(counts(confirmEmpty(history, seenAt + 1_000_000)), [0, 0, 1, 1]);
    });
  }

  test('counts once, however often it is repeated', () => {
    const repeated = after('u1 s1', '', '', '');
    const history = confirmEmpty(repeated, 15_000);
    assert.deepEqual(counts(history), [0, 0, 1, 1]);
    assert.deepEqual(counts(confirmEmpty(foldSnapshots(history, new Map(), 40_000), 50_000)), [0, 0, 1, 1]);
  });

  test('is forgotten when the next response has snapshots', () => {
    const history = confirmEmpty(after('u1 u2', '', 'u2'), 1_000_000);
    assert.deepEqual(counts(history), [0, 0, 1, 0]);
  });

  test('is the baseline when it is the first', () => assert.deepEqual(counts(after('', 'u1')), [1, 0, 0, 0]));
});

describe('Within the state', () => {
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

  test('an empty response counts at the next list that still has the volume', () => {
    assert.deepEqual(counted(list(sweep(swept(), 20), 30)), [0, 0, 2, 0]);
  });

  test('an empty response counts at the next GET that still has the volume', () => {
    assert.deepEqual(counted(get(sweep(swept(), 20), 30)), [0, 0, 2, 0]);
  });

  test('an empty response does not count by a list that was requested before it', () => {
    const state = sweep(swept(), 20);
    const late = { ...contextAt(at(30)), requestedAt: at(19).monotonic };
    const after = FOLDS.volumes(state, listOf([volume({ pvc: 'other' })]), late).state;
    assert.deepEqual(counted(after), [0, 0, 0, 0]);
  });

  test('an empty response of a volume that was deleted in the meantime never counts, by list or by GET', () => {
    const state = sweep(swept(), 20);
    assert.equal(counted(play([{ at: 30, volumes: [] }], state).state), undefined);
    assert.equal(counted(get(state, 30, false)), undefined);
  });

  test('a bad object does not confirm that the volume exists', () => {
    const state = play([{ at: 30, volumes: [volume()], confirmed: false }], sweep(swept(), 20)).state;
    assert.deepEqual(counted(state), [0, 0, 0, 0]);
  });

  test('another volume of the same name starts from a new baseline', () => {
    const again = list(sweep(sweep(swept(), 20, 'a', 'b', 'c'), 25), 30, wall(29));
    assert.deepEqual(counted(again), [0, 0, 0, 0]);
    assert.equal(again.volumes.get('pvc-1')?.snapshots.summary, undefined, 'nothing is known of it');
    assert.deepEqual(counted(sweep(again, 40, 'x', 'y')), [0, 0, 0, 0]);
    assert.deepEqual(counted(sweep(sweep(again, 40, 'x'), 50, 'x', 'z')), [1, 0, 0, 0]);
  });

  test('a volume whose created cannot be read is the same one', () => {
    const odd = play([{ at: 30, volumes: [volume({ created: undefined })] }], swept()).state;
    assert.deepEqual(counted(sweep(odd, 40, 'a')), [0, 0, 1, 0]);
  });

  test('losing the volume to another node keeps the counts, and gaining it is a new baseline', () => {
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
    assert.deepEqual(counted(back), [1, 0, 0, 0], 'what happened meanwhile is not counted');
    assert.deepEqual(counted(sweep(back, 60, 'x')), [1, 0, 1, 0]);
  });

  test('the baseline of an owned volume survives any other change of the nodes', () => {
    const context = { ...contextAt(at(30)), node: 'node-1' };
    const both = listOf([node('node-1'), node('node-2', false)]);
    const { state } = FOLDS.nodes(swept(), both, context);
    assert.deepEqual(counted(sweep(state, 40, 'a')), [0, 0, 1, 0]);
    const again = FOLDS.nodes(state, both, { ...context, ...contextAt(at(35)), node: 'node-1' }).state;
    assert.equal(again.volumes.get('pvc-1'), state.volumes.get('pvc-1'), 'the same object');
  });

  test('dropping a missing baseline changes nothing', () =>
    assert.equal(dropBaseline(NO_SNAPSHOT_HISTORY), NO_SNAPSHOT_HISTORY));
});
