/** Which events the timeline keeps, in which order, and which it drops. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NamedEvent } from '../../src/events.ts';
import { LIMITS } from '../../src/limits.ts';
import {
  EMPTY_TIMELINE,
  MAX_EVENTS,
  pushEvent,
  recordEvents,
  ringLength,
  type Timeline,
} from '../../src/timeline.ts';
import { lives } from '../state/arbitraries.ts';
import { live } from './life.ts';

const MAX_PER_VOLUME = 50;
const MAX_LATEST = 500;

const failure = (volume: string, replica: number | string = 'r1'): NamedEvent => ({
  type: 'replica_failed',
  volume,
  replica: `${replica}`,
});

/** A timeline after these messages, each with its events, a millisecond apart. */
const recorded = (volumes: number, ...messages: readonly (readonly NamedEvent[])[]): Timeline =>
  messages.reduce((timeline, events, i) => recordEvents(timeline, events, volumes, i), EMPTY_TIMELINE);

const replicasOf = (timeline: Timeline, volume: string): string[] =>
  (timeline.byVolume.get(volume) ?? []).map((event) => ('replica' in event ? event.replica : event.type));

const total = ({ byVolume }: Timeline): number =>
  [...byVolume.values()].reduce((sum, ring) => sum + ring.length, 0);

describe('ring of events', () => {
  test('any events: the newest kept, in order of arrival', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (events, most) => {
        const ring = events.reduce<readonly number[]>((last, event) => pushEvent(last, event, most), []);
        assert.deepEqual(ring, events.slice(-most));
      }),
    );
  });

  test('any number of volumes: equal rings of 1 to 50 events, within the total limit', () => {
    const lengths = [0, 1, 1_000, 1_001, 2_000, LIMITS.volumes.most].map((volumes) => ringLength(volumes));
    assert.deepEqual(lengths, [50, 50, 30, 29, 15, 3]);
    for (let volumes = 1; volumes <= LIMITS.volumes.most; volumes++) {
      const length = ringLength(volumes);
      assert.ok(length >= 1 && length <= MAX_PER_VOLUME, `${length} with ${volumes} volumes`);
      assert.ok(volumes * length <= MAX_EVENTS, `${volumes * length} in all with ${volumes} volumes`);
    }
  });
});

describe('timeline', () => {
  test('many events of one volume: the last 50 kept', () => {
    const messages = Array.from({ length: 120 }, (_, i) => [failure('a', i)]);
    const timeline = recorded(1, ...messages);
    assert.deepEqual(
      replicasOf(timeline, 'a'),
      Array.from({ length: MAX_PER_VOLUME }, (_, i) => `${i + 70}`),
    );
  });

  test('many events of one volume: those of another volume kept', () => {
    const busy = Array.from({ length: 2_000 }, (_, i) => failure('busy', i));
    const timeline = recorded(2, [failure('quiet')], busy);
    assert.deepEqual(replicasOf(timeline, 'quiet'), ['r1']);
    assert.equal(replicasOf(timeline, 'busy').length, MAX_PER_VOLUME);
  });

  test('many events of several volumes: the last 500 kept, including those of deleted volumes', () => {
    const first = Array.from({ length: 400 }, (_, i) => failure('a', i));
    const then = Array.from({ length: 200 }, (_, i) => failure('b', i));
    const { latest } = recorded(2, first, then, [{ type: 'volume_gone', volume: 'b' }]);
    assert.equal(latest.length, MAX_LATEST);
    assert.deepEqual(
      latest.map((event) => ('replica' in event ? `${event.volume} ${event.replica}` : event.type)),
      [...first.slice(101).map((_, i) => `a ${i + 101}`), ...then.map((_, i) => `b ${i}`), 'volume_gone'],
    );
  });

  test('deleted volume: its ring is removed', () => {
    const timeline = recorded(1, [failure('a'), failure('b')], [{ type: 'volume_gone', volume: 'a' }]);
    assert.deepEqual([...timeline.byVolume.keys()], ['b']);
  });

  test('volume recreated with the same name, even within one message: a new ring', () => {
    const again: NamedEvent = { type: 'volume_appeared', volume: 'a' };
    const gone: NamedEvent = { type: 'volume_gone', volume: 'a' };
    for (const messages of [[[gone], [again, failure('a', 'new')]], [[again, failure('a', 'new')]]]) {
      const timeline = recorded(1, [failure('a', 'old')], ...messages);
      assert.deepEqual(replicasOf(timeline, 'a'), ['volume_appeared', 'new']);
    }
  });

  test('several messages: each event has the time of its message', () => {
    const timeline = recorded(1, [failure('a', 1)], [failure('a', 2), failure('a', 3)]);
    assert.deepEqual(
      timeline.byVolume.get('a')?.map(({ at }) => at),
      [0, 1, 1],
    );
  });

  test('no events: the same object; new events: the earlier timeline is not modified', () => {
    const before = recorded(1, [failure('a')]);
    const copy = structuredClone(before);
    assert.equal(recordEvents(before, [], 1, 9), before);
    recordEvents(before, [failure('a', 'later'), { type: 'volume_gone', volume: 'a' }], 1, 9);
    assert.deepEqual(before, copy);
  });

  test('any history of a cluster: rings only of existing volumes, none too long, all in order', () => {
    fc.assert(
      fc.property(lives(), (history) => {
        live(history, (state, timeline) => {
          for (const [name, ring] of timeline.byVolume) {
            assert.ok(state.volumes.has(name), `${name} has a ring but does not exist`);
            assert.ok(ring.length <= ringLength(state.volumes.size), `${ring.length} events of ${name}`);
            assert.ok(
              ring.every(({ volume }) => volume === name),
              'the ring has only events of its volume',
            );
            const times = ring.map(({ at }) => at);
            assert.deepEqual(
              times,
              times.toSorted((a, b) => a - b),
            );
          }
          assert.ok(timeline.latest.length <= MAX_LATEST, 'the latest events are limited');
        });
      }),
      { numRuns: 300 },
    );
  });

  test('volumes added to full rings: the total limit is kept', () => {
    let timeline = EMPTY_TIMELINE;
    let at = 0;
    const fill = (volumes: number) => {
      const events = Array.from({ length: volumes }, (_, i) => failure(`pvc-${i}`));
      for (let round = 0; round < MAX_PER_VOLUME; round++)
        timeline = recordEvents(timeline, events, volumes, at++);
    };
    fill(1_000);
    assert.equal(total(timeline), MAX_EVENTS);
    // The first thousand volumes have no further events.
    const more = Array.from({ length: 9_000 }, (_, i) => failure(`new-${i}`));
    for (let round = 0; round < 5; round++) timeline = recordEvents(timeline, more, 10_000, at++);
    assert.ok(total(timeline) <= MAX_EVENTS, `${total(timeline)} events, of ${MAX_EVENTS}`);
  });
});
