/** A volume's facts come from lists and from GETs. Whichever was requested last is used. */

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

/** Differences from `volume()`; undefined: the volume does not exist. */
type Facts = Partial<VolumeFacts> | undefined;

/** One response about pvc-1, with the seconds of its request and of its receipt. */
interface Message {
  readonly source: 'list' | 'GET';
  readonly requestedAt: number;
  readonly receivedAt?: number;
  readonly facts: Facts;
}

const list = (requestedAt: number, facts: Facts, receivedAt = requestedAt): Message => ({
  source: 'list',
  requestedAt,
  receivedAt,
  facts,
});
const get = (requestedAt: number, facts: Facts, receivedAt = requestedAt): Message => ({
  source: 'GET',
  requestedAt,
  receivedAt,
  facts,
});

function fold(...messages: Message[]) {
  let state: State = EMPTY_STATE;
  let now = at(0);
  const events: NamedEvent[] = [];
  for (const { source, requestedAt, receivedAt = requestedAt, facts } of messages) {
    now = at(receivedAt);
    const context = { ...contextAt(now), requestedAt: at(requestedAt).monotonic };
    const complete = facts === undefined ? undefined : volume(facts);
    const folded =
      source === 'list'
        ? FOLDS.volumes(state, listOf(complete === undefined ? [] : [complete]), context)
        : foldVolumeResponse(state, 'pvc-1', complete, context);
    state = folded.state;
    events.push(...folded.events);
  }
  return { state, now, events };
}

/** The final robustness of pvc-1; undefined if it does not exist. */
const finalRobustness = (...messages: Message[]) =>
  fold(...messages).state.volumes.get('pvc-1')?.facts.robustness;

const HEALTHY = {};
const DEGRADED = { robustness: 'degraded' };

describe('Lists and GETs of one volume', () => {
  const table: [title: string, messages: Message[], robustness: string | undefined][] = [
    ['list, then GET: the GET', [list(0, HEALTHY), get(10, DEGRADED)], 'degraded'],
    ['GET, then list: the list', [list(0, HEALTHY), get(10, DEGRADED), list(20, HEALTHY)], 'healthy'],
    [
      'list requested before the GET, received after it: the GET',
      [list(0, HEALTHY), get(10, DEGRADED), list(5, HEALTHY, 15)],
      'degraded',
    ],
    [
      'GET requested before the list, received after it: the list',
      [list(0, HEALTHY), list(10, DEGRADED, 14), get(9, HEALTHY, 15)],
      'degraded',
    ],
    [
      'list without the volume, requested before the GET: the volume stays',
      [list(0, HEALTHY), get(10, DEGRADED), list(5, undefined, 15)],
      'degraded',
    ],
    [
      'list without the volume, requested after the GET: the volume is gone',
      [list(0, HEALTHY), get(10, DEGRADED), list(11, undefined, 15)],
      undefined,
    ],
    ['list, then 404: the volume is gone', [list(0, HEALTHY), get(10, undefined)], undefined],
    [
      'list requested before the 404, received after it: the volume stays gone',
      [list(0, HEALTHY), get(10, undefined), list(5, HEALTHY, 15)],
      undefined,
    ],
    [
      'two lists requested before the 404, received after it: the volume stays gone',
      [list(0, HEALTHY), get(10, undefined), list(5, HEALTHY, 15), list(9, HEALTHY, 16)],
      undefined,
    ],
    [
      'list requested after the 404: the volume is back',
      [list(0, HEALTHY), get(10, undefined), list(11, DEGRADED, 15)],
      'degraded',
    ],
    [
      '404 requested before the list, received after it: the volume stays',
      [list(0, HEALTHY), list(10, DEGRADED, 14), get(9, undefined, 15)],
      'degraded',
    ],
    ['GET of a volume in no list: ignored', [list(0, undefined), get(10, HEALTHY)], undefined],
    ['GET before the first list: ignored', [get(10, HEALTHY)], undefined],
    [
      'GET after the 404: ignored until a list has the volume',
      [list(0, HEALTHY), get(10, undefined), get(20, HEALTHY)],
      undefined,
    ],
  ];
  for (const [title, messages, robustness] of table) {
    test(title, () => assert.equal(finalRobustness(...messages), robustness));
  }

  test('responses in any order: the last request counts', () => {
    const response = fc.record({
      source: fc.constantFrom('list' as const, 'GET' as const),
      requestedAt: fc.integer({ min: 1, max: 1_000 }),
      facts: fc.constantFrom<Facts>(HEALTHY, DEGRADED, { robustness: 'faulted' }),
    });
    const unique = fc.uniqueArray(response, {
      minLength: 1,
      maxLength: 8,
      selector: ({ requestedAt }) => requestedAt,
    });
    fc.assert(
      fc.property(unique, (messages) => {
        const newest = messages.reduce((a, b) => (b.requestedAt > a.requestedAt ? b : a));
        const received = messages.map((message, i) => ({ ...message, receivedAt: 1_000 + i }));
        const expected = newest.facts?.robustness ?? 'healthy';
        assert.equal(finalRobustness(list(0, HEALTHY), ...received), expected);
      }),
    );
  });
});

describe('longhorn_volume_degraded_seconds_total', () => {
  const seconds = (...messages: Message[]) =>
    volumeMetric(fold(...messages))('longhorn_volume_degraded_seconds_total');

  const table: [title: string, messages: Message[], expected: number][] = [
    ['degraded in two lists', [list(0, DEGRADED), list(20, DEGRADED)], 20],
    ['degraded in a list and two GETs', [list(0, DEGRADED), get(20, DEGRADED), get(50, DEGRADED)], 50],
    [
      'degraded in alternating lists and GETs',
      [list(0, DEGRADED), get(10, DEGRADED), list(20, DEGRADED), get(25, DEGRADED), list(40, DEGRADED)],
      40,
    ],
    [
      'list requested before the last GET, which adds nothing',
      [list(0, DEGRADED), get(20, DEGRADED), list(10, DEGRADED, 30), get(40, DEGRADED)],
      40,
    ],
    [
      'slow responses, measured between requests',
      [list(0, DEGRADED, 4), get(10, DEGRADED), list(20, DEGRADED, 24), get(30, HEALTHY)],
      30,
    ],
    ['degraded until a GET shows it healthy', [list(0, DEGRADED), get(10, HEALTHY), list(50, HEALTHY)], 10],
    [
      'gap of 1000 s, which counts as the longest gap, then 10 s',
      [list(0, DEGRADED), get(1_000, DEGRADED), list(1_010, DEGRADED)],
      70,
    ],
  ];
  for (const [title, messages, expected] of table) {
    test(`${title}: ${expected} s`, () => assert.equal(seconds(...messages), expected));
  }
});

describe('GET of a volume', () => {
  test('recreated volume: counters start at 0, volume_appeared event', () => {
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
    const afterLateList = fold(...messages, get(40, { created: wall(35) }), list(38, failed, 45));
    assert.equal(
      afterLateList.state.volumes.get('pvc-1')?.created,
      wall(35),
      'the old volume does not come back',
    );
  });

  test('same facts as the list: no event, and none from the next list', () => {
    const facts = { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'rebuilding')] };
    const first = fold(list(0, {}), list(10, facts));
    const { events, state } = fold(list(0, {}), list(10, facts), get(20, facts), list(30, facts));
    assert.deepEqual(events, first.events);
    assert.deepEqual(state.volumes.get('pvc-1')?.replicas, first.state.volumes.get('pvc-1')?.replicas);
  });

  test('same bytes as the previous GET: the volume stays the same object', () => {
    const replay = createReplay('2026-11-22T06:00:00Z');
    const [message] = recorded('1.12.1', 'cluster-volumes');
    assert.ok(message, 'a recorded message');
    replay.message('volumes', message);
    const { data } = JSON.parse(message.toString()) as { data: { name: string }[] };
    const [recordedVolume] = data;
    assert.ok(recordedVolume, 'a recorded volume');
    const refresh = (requestedAt: number) => {
      const body = Buffer.from(JSON.stringify(recordedVolume));
      replay.store.response('refresh', recordedVolume.name, { status: 200, body, requestedAt, tookMs: 1 });
      return replay.store.view().state.volumes.get(recordedVolume.name);
    };
    const first = refresh(1_000_000);
    assert.equal(refresh(2_000_000), first);
  });

  test('change in a GET and again in the next list: counted once', () => {
    const broken = { robustness: 'degraded', replicas: [replica('r1'), replica('r2', 'failed')] };
    const metric = volumeMetric(fold(list(0, {}), get(10, broken), list(5, {}, 12), list(20, broken)));
    assert.equal(metric('longhorn_volume_replica_failures_total'), 1);
    assert.equal(metric('longhorn_volume_robustness_changes_total'), 1);
  });

  test('404: other volumes and the given state stay unchanged', () => {
    const many = listOf([volume(), volume({ name: 'pvc-2' })]);
    const { state } = FOLDS.volumes(EMPTY_STATE, many, contextAt(at(0)));
    const given = Object.freeze({ ...state });
    const after = foldVolumeResponse(given, 'pvc-1', undefined, contextAt(at(10))).state;
    assert.equal(after.volumes.get('pvc-2'), state.volumes.get('pvc-2'));
    assert.deepEqual([...after.volumes.keys()], ['pvc-2']);
    assert.deepEqual([...state.volumes.keys()], ['pvc-1', 'pvc-2']);
  });

  test('404, then a list without the volume: no trace remains', () => {
    const { state } = fold(list(0, {}), get(10, undefined), list(20, undefined));
    assert.equal(state.goneAt.size, 0);
  });
});
