/** Each event in a list has a unique key, and keeps it when newer events arrive. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EventRow, eventList } from '../../src/debug/events.ts';
import { render } from '../../src/debug/html.ts';
import { type StreamEventRow, streamsPage } from '../../src/debug/streams.ts';

const TIME = Date.UTC(2026, 10, 22, 6);
const LATER = TIME + 5_000;

const keysIn = (markup: string): string[] =>
  [...markup.matchAll(/<li data-key="([^"]*)"/g)].map(([, key = '']) => key);
const keysOf = (events: readonly EventRow[]): string[] => keysIn(render(eventList(events, LATER, true)));

const failed = (volume: string, replica: string, time = TIME): EventRow => ({
  type: 'replica_failed',
  time,
  volume,
  replica,
});

test('events at the same time: keys differ by volume, replica or a number, and stay when newer events arrive', () => {
  const events = [failed('a', 'r1'), failed('b', 'r1'), failed('a', 'r2'), failed('a', 'r1')];
  const keys = keysOf(events);
  assert.equal(new Set(keys).size, 4, keys.join('; '));
  assert.deepEqual(keysOf([failed('a', 'r1', LATER), failed('a', 'r1'), ...events]).slice(2), keys);
});

test('events of a stream: keys are unique, and stay when newer events arrive', () => {
  const event = (time: number, detail: string): StreamEventRow => ({ time, event: 'connect', detail });
  const keys = (volumes: readonly StreamEventRow[]): string[] => {
    const none = { backups: [], nodes: [], backuptargets: [], recurringjobs: [] };
    return keysIn(render(streamsPage({ volumes, ...none }, [], LATER)));
  };
  const events = [event(TIME, 'refused'), event(TIME, 'reset'), event(TIME, 'refused')];
  const before = keys(events);
  assert.equal(new Set(before).size, 3, before.join('; '));
  assert.deepEqual(keys([event(TIME, 'refused'), ...events]).slice(1), before);
});
