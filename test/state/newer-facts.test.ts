/** Facts about a volume come from lists and from GETs; the later request wins. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NamedEvent } from '../../src/events.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { FOLDS } from '../../src/state/fold.ts';
import { EMPTY_STATE, type State } from '../../src/state/state.ts';
import { foldVolumeResponse } from '../../src/state/volumes.ts';
import { at, contextAt, listOf, replica, volume, volumeMetric, wall } from '../support/facts.ts';
import { createReplay, recorded } from '../support/replay.ts';

type Told = Partial<VolumeFacts> | undefined;

/** One message about pvc-1, requested at one second and received at another; undefined: it does not exist. */
interface Message {
  readonly how: 'list' | 'GET';
  readonly asked: number;
  readonly arrived?: number;
  readonly told: Told;
}

const list = (asked: number, told: Told, arrived = asked): Message => ({ how: 'list', asked, arrived, told });
const get = (asked: number, told: Told, arrived = asked): Message => ({ how: 'GET', asked, arrived, told });

function fold(...messages: Message[]) {
  let state: State = EMPTY_STATE;
  let now = at(0);
  const events: NamedEvent[] = [];
  for (const { how, asked, arrived = asked, told } of messages) {
    now = at(arrived);
    const context = { ...contextAt(now), requestedAt: at(asked).monotonic };
    const facts = told === undefined ? undefined : volume(told);
    const folded =
      how === 'list'
        ? FOLDS.volumes(state, listOf(facts === undefined ? [] : [facts]), context)
        : foldVolumeResponse(state, 'pvc-1', facts, context);
    state = folded.state;
    events.push(...folded.events);
  }
  return { state, now, events };
}

/** The final state of pvc-1: its robustness, or undefined if it does not exist. */
const known = (...messages: Message[]) => fold(...messages).state.volumes.get('pvc-1')?.facts.robustness;

const HEALTHY = {};
const DEGRADED = { robustness: 'degraded' };

describe('Of a list and a GET', () => {
  const table: [why: string, messages: Message[], robustness: string | undefined][] = [
    ['a GET brings news', [list(0, HEALTHY), get(10, DEGRADED)], 'degraded'],
    ['a list brings news after a GET', [list(0, HEALTHY), get(10, DEGRADED), list(20, HEALTHY)], 'healthy'],
    [
      'a list that was asked for before the GET changes nothing, though it came later',
      [list(0, HEALTHY), get(10, DEGRADED), list(5, HEALTHY, 15)],
      'degraded',
    ],
    [
      'a GET that was asked for before the list changes nothing, though it came later',
      [list(0, HEALTHY), list(10, DEGRADED, 14), get(9, HEALTHY, 15)],
      'degraded',
    ],
    [
      'a volume that an older list does not hold yet stays',
      [list(0, HEALTHY), get(10, DEGRADED), list(5, undefined, 15)],
      'degraded',
    ],
    [
      'a volume that a later list does not hold is gone',
      [list(0, HEALTHY), get(10, DEGRADED), list(11, undefined, 15)],
      undefined,
    ],
    ['a 404 is the end', [list(0, HEALTHY), get(10, undefined)], undefined],
    [
      'a list that was asked for before the 404 does not bring it back',
      [list(0, HEALTHY), get(10, undefined), list(5, HEALTHY, 15)],
      undefined,
    ],
    [
      'nor does a second such list',
      [list(0, HEALTHY), get(10, undefined), list(5, HEALTHY, 15), list(9, HEALTHY, 16)],
      undefined,
    ],
    [
      'a list that was asked for after the 404 brings it back',
      [list(0, HEALTHY), get(10, undefined), list(11, DEGRADED, 15)],
      'degraded',
    ],
    [
      'a 404 that was asked for before the list does not take it away',
      [list(0, HEALTHY), list(10, DEGRADED, 14), get(9, undefined, 15)],
      'degraded',
    ],
    ['a GET of a volume in no list is ignored', [list(0, undefined), get(10, HEALTHY)], undefined],
    ['a GET before the first list is ignored', [get(10, HEALTHY)], undefined],
    [
      'a GET after the 404 brings nothing: a list must find it',
      [list(0, HEALTHY), get(10, undefined), get(20, HEALTHY)],
      undefined,
    ],
  ];
  for (const [why, messages, robustness] of table) {
    test(why, () => assert.equal(known(...messages), robustness));
  }

  test('the last request wins, in any order of the responses', () => {
    const drawn = fc.record({
      how: fc.constantFrom('list' as const, 'GET' as const),
      asked: fc.integer({ min: 1, max: 1_000 }),
      told: fc.constantFrom<Told>(HEALTHY, DEGRADED, { robustness: 'faulted' }),
    });
    const unique = fc.uniqueArray(drawn, { minLength: 1, maxLength: 8, selector: ({ asked }) => asked });
    fc.assert(
      fc.property(unique, (messages) => {
        const newest = messages.reduce((a, b) => (b.asked > a.asked ? b : a));
        const arrived = messages.map((message, i) => ({ ...message, arrived: 1_000 + i }));
        const expected = newest.told?.robustness ?? 'healthy';
        assert.equal(known(list(0, HEALTHY), ...arrived), expected);
      }),
    );
  });
});

describe('The time that a volume was degraded', () => {
  const seconds = (...messages: Message[]) =>
    volumeMetric(fold(...messages))('longhorn_volume_degraded_seconds_total');

  const table: [why: string, messages: Message[], expected: number][] = [
    ['is between two lists', [list(0, DEGRADED), list(20, DEGRADED)], 20],
    ['is between two GETs', [list(0, DEGRADED), get(20, DEGRADED), get(50, DEGRADED)], 50],
    [
      'is the same when lists and GETs come in turn',
      [list(0, DEGRADED), get(10, DEGRADED), list(20, DEGRADED), get(25, DEGRADED), list(40, DEGRADED)],
      40,
    ],
    [
      'has nothing added by a list that was asked for before',
      [list(0, DEGRADED), get(20, DEGRADED), list(10, DEGRADED, 30), get(40, DEGRADED)],
      40,
    ],
    [
      'goes by when things were asked for, however long the answer took',
      [list(0, DEGRADED, 4), get(10, DEGRADED), list(20, DEGRADED, 24), get(30, HEALTHY)],
      30,
    ],
    ['ends with the GET that saw it healthy', [list(0, DEGRADED), get(10, HEALTHY), list(50, HEALTHY)], 10],
    [
      'has at most the longest gap added at once',
      [list(0, DEGRADED), get(1_000, DEGRADED), list(1_010, DEGRADED)],
      70,
    ],
  ];
  for (const [why, messages, expected] of table) {
    test(why, () => assert.equal(seconds(...messages), expected));
  }
});

describe('A GET', () => {
  test('of a recreated volume is the first sight of another volume', () => {
    const failed = { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'failed')] };
    const messages = [list(0, {}), list(10, failed), list(30, failed)];
    const before = volumeMetric(fold(...messages));
    assert.equal(before('longhorn_volume_replica_failures_total'), 1);
    const played = fold(...messages, get(40, { created: wall(35) }));
    const metric = volumeMetric(played);
    assert.deepEqual(
      [
        metric('longhorn_volume_replica_failures_total'),
        metric('longhorn_volume_degraded_seconds_total'),
        metric('longhorn_volume_robustness_changes_total'),
      ],
      [0, 0, 0],
    );
    assert.equal(played.events.at(-1)?.type, 'volume_appeared');
    const late = fold(...messages, get(40, { created: wall(35) }), list(38, failed, 45));
    assert.equal(late.state.volumes.get('pvc-1')?.created, wall(35), 'the old one does not come back');
  });

  test('with the same facts as the list: no event, and none from the next list', () => {
    const told = { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'rebuilding')] };
    const first = fold(list(0, {}), list(10, told));
    const { events, state } = fold(list(0, {}), list(10, told), get(20, told), list(30, told));
    assert.deepEqual(events, first.events);
    assert.deepEqual(state.volumes.get('pvc-1')?.replicas, first.state.volumes.get('pvc-1')?.replicas);
  });

  test('with the same bytes as the one before: the volume stays the same object', () => {
    const replay = createReplay('2026-11-22T06:00:00Z');
    const [message] = recorded('1.12.1', 'cluster-volumes');
    assert.ok(message, 'a recorded message');
    replay.message('volumes', message);
    const { data } = JSON.parse(message.toString()) as { data: { name: string }[] };
    const [first] = data;
    assert.ok(first, 'a recorded volume');
    const ask = (requestedAt: number) => {
      const body = Buffer.from(JSON.stringify(first));
      replay.store.response('refresh', first.name, { status: 200, body, requestedAt, tookMs: 1 });
      return replay.store.view().state.volumes.get(first.name);
    };
    const once = ask(1_000_000);
    assert.equal(ask(2_000_000), once);
  });

  test('counts a change once, although the next list shows it too', () => {
    const broken = { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'failed')] };
    const metric = volumeMetric(fold(list(0, {}), get(10, broken), list(5, {}, 12), list(20, broken)));
    assert.equal(metric('longhorn_volume_replica_failures_total'), 1);
    assert.equal(metric('longhorn_volume_robustness_changes_total'), 1);
  });

  test('leaves all other volumes and the given state unchanged', () => {
    const many = listOf([volume(), volume({ name: 'pvc-2' })]);
    const { state } = FOLDS.volumes(EMPTY_STATE, many, contextAt(at(0)));
    const frozen = Object.freeze({ ...state });
    const after = foldVolumeResponse(frozen, 'pvc-1', undefined, contextAt(at(10))).state;
    assert.equal(after.volumes.get('pvc-2'), state.volumes.get('pvc-2'));
    assert.deepEqual([...after.volumes.keys()], ['pvc-2']);
    assert.deepEqual([...state.volumes.keys()], ['pvc-1', 'pvc-2']);
  });

  test('of a deleted volume: no trace after a later list', () => {
    const { state } = fold(list(0, {}), get(10, undefined), list(20, undefined));
    assert.equal(state.goneAt.size, 0);
  });
});
