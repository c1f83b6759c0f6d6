/** The rings: how much is remembered, in which order, and what is forgotten. */

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

/** One message after the other, each with these events, a millisecond apart. */
const recorded = (volumes: number, ...messages: readonly (readonly NamedEvent[])[]): Timeline =>
  messages.reduce((timeline, events, i) => recordEvents(timeline, events, volumes, i), EMPTY_TIMELINE);

const replicasOf = (timeline: Timeline, volume: string): string[] =>
  (timeline.byVolume.get(volume) ?? []).map((event) => ('replica' in event ? event.replica : event.type));

const total = ({ byVolume }: Timeline): number =>
  [...byVolume.values()].reduce((sum, ring) => sum + ring.length, 0);

describe('A ring', () => {
  test('keeps the newest, in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (events, most) => {
        const ring = events.reduce<readonly number[]>((last, event) => pushEvent(last, event, most), []);
        assert.deepEqual(ring, events.slice(-most));
      }),
    );
  });

  test('is as long as its share of all, and never without any event', () => {
    const lengths = [0, 1, 1_000, 1_001, 2_000, LIMITS.volumes.most].map((volumes) => ringLength(volumes));
    assert.deepEqual(lengths, [50, 50, 30, 29, 15, 3]);
    for (let volumes = 1; volumes <= LIMITS.volumes.most; volumes++) {
      const length = ringLength(volumes);
      assert.ok(length >= 1 && length <= MAX_PER_VOLUME, `${length} with ${volumes} volumes`);
      assert.ok(volumes * length <= MAX_EVENTS, `${volumes * length} in all with ${volumes} volumes`);
    }
  });
});

describe('The timeline', () => {
  test('keeps the last 50 events of a volume', () => {
    const messages = Array.from({ length: 120 }, (_, i) => [failure('a', i)]);
    const timeline = recorded(1, ...messages);
    assert.deepEqual(
      replicasOf(timeline, 'a'),
      Array.from({ length: MAX_PER_VOLUME }, (_, i) => `${i + 70}`),
    );
  });

  test('many events of one volume do not displace those of another', () => {
    const busy = Array.from({ length: 2_000 }, (_, i) => failure('busy', i));
    const timeline = recorded(2, [failure('quiet')], busy);
    assert.deepEqual(replicasOf(timeline, 'quiet'), ['r1']);
    assert.equal(replicasOf(timeline, 'busy').length, MAX_PER_VOLUME);
  });

  test('keeps the last 500 events of all volumes, including deleted ones', () => {
    const first = Array.from({ length: 400 }, (_, i) => failure('a', i));
    const then = Array.from({ length: 200 }, (_, i) => failure('b', i));
    const { latest } = recorded(2, first, then, [{ type: 'volume_gone', volume: 'b' }]);
    assert.equal(latest.length, MAX_LATEST);
    assert.deepEqual(
      latest.map((event) => ('replica' in event ? `${event.volume} ${event.replica}` : event.type)),
      [...first.slice(101).map((_, i) => `a ${i + 101}`), ...then.map((_, i) => `b ${i}`), 'volume_gone'],
    );
  });

  test('a volume that is gone: its ring is removed', () => {
    const timeline = recorded(1, [failure('a'), failure('b')], [{ type: 'volume_gone', volume: 'a' }]);
    assert.deepEqual([...timeline.byVolume.keys()], ['b']);
  });

  test('the same name again: an empty ring, even within one message', () => {
    const again: NamedEvent = { type: 'volume_appeared', volume: 'a' };
    const gone: NamedEvent = { type: 'volume_gone', volume: 'a' };
    for (const messages of [[[gone], [again, failure('a', 'new')]], [[again, failure('a', 'new')]]]) {
      const timeline = recorded(1, [failure('a', 'old')], ...messages);
      assert.deepEqual(replicasOf(timeline, 'a'), ['volume_appeared', 'new']);
    }
  });

  test('keeps the time of each event, the same for all of one message', () => {
    const timeline = recorded(1, [failure('a', 1)], [failure('a', 2), failure('a', 3)]);
    assert.deepEqual(
      timeline.byVolume.get('a')?.map(({ at }) => at),
      [0, 1, 1],
    );
  });

  test('without events: the same object; earlier reads never change', () => {
    const before = recorded(1, [failure('a')]);
    const copy = structuredClone(before);
    assert.equal(recordEvents(before, [], 1, 9), before);
    recordEvents(before, [failure('a', 'later'), { type: 'volume_gone', volume: 'a' }], 1, 9);
    assert.deepEqual(before, copy);
  });

  test('any life of a cluster: rings only of existing volumes, none too long, all in order', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        live(life, (state, timeline) => {
          for (const [name, ring] of timeline.byVolume) {
            assert.ok(state.volumes.has(name), `${name} has a ring and is not there`);
            assert.ok(ring.length <= ringLength(state.volumes.size), `${ring.length} events of ${name}`);
            assert.ok(
              ring.every(({ volume }) => volume === name),
              'only its own events',
            );
            const times = ring.map(({ at }) => at);
            assert.deepEqual(
              times,
              times.toSorted((a, b) => a - b),
            );
          }
          assert.ok(timeline.latest.length <= MAX_LATEST, 'the latest are bounded');
        });
      }),
      { numRuns: 300 },
    );
  });

  test('never exceeds its total limit, even when more volumes come', () => {
    let timeline = EMPTY_TIMELINE;
    let at = 0;
    const fill = (volumes: number) => {
      const events = Array.from({ length: volumes }, (_, i) => failure(`pvc-${i}`));
      for (let round = 0; round < MAX_PER_VOLUME; round++)
        timeline = recordEvents(timeline, events, volumes, at++);
    };
    fill(1_000);
    assert.equal(total(timeline), MAX_EVENTS);
    // The first thousand stay quiet from here on.
    const more = Array.from({ length: 9_000 }, (_, i) => failure(`new-${i}`));
    for (let round = 0; round < 5; round++) timeline = recordEvents(timeline, more, 10_000, at++);
    assert.ok(total(timeline) <= MAX_EVENTS, `${total(timeline)} events, of ${MAX_EVENTS}`);
  });
});
