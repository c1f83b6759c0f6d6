/** Each event in a list has a key of its own, and keeps it when newer ones come. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRow, StreamEventRow } from '../../src/debug/events.ts';
import { eventList } from '../../src/debug/html/event-list.ts';
import { render } from '../../src/debug/html/html.ts';
import { streamsPage } from '../../src/debug/html/streams.ts';

const TIME = '2026-11-22T06:00:00.000Z';
const LATER = '2026-11-22T06:00:05.000Z';

const keysIn = (markup: string): string[] =>
  [...markup.matchAll(/<li data-key="([^"]*)"/g)].map(([, key = '']) => key);
const keysOf = (events: readonly EventRow[]): string[] => keysIn(render(eventList(events, LATER, true)));

const failed = (volume: string, replica: string, time = TIME): EventRow => ({
  type: 'replica_failed',
  time,
  volume,
  replica,
});

test('events of one moment differ by volume, by subject, and else by their number', () => {
  const events = [failed('a', 'r1'), failed('b', 'r1'), failed('a', 'r2'), failed('a', 'r1')];
  const keys = keysOf(events);
  assert.equal(new Set(keys).size, 4, keys.join('; '));
  assert.deepEqual(keysOf([failed('a', 'r1', LATER), failed('a', 'r1'), ...events]).slice(2), keys);
});

test('events of a stream as well', () => {
  const event = (time: string, detail: string): StreamEventRow => ({ time, event: 'connect', detail });
  const keys = (volumes: readonly StreamEventRow[]): string[] => {
    const none = { backups: [], nodes: [], backuptargets: [], recurringjobs: [] };
    const frame = { time: LATER, version: 'test', node: undefined, streams: [] };
    return keysIn(render(streamsPage({ volumes, ...none }, frame).main));
  };
  const events = [event(TIME, 'refused'), event(TIME, 'reset'), event(TIME, 'refused')];
  const before = keys(events);
  assert.equal(new Set(before).size, 3, before.join('; '));
  assert.deepEqual(keys([event(TIME, 'refused'), ...events]).slice(1), before);
});
