/** The events kept for each stream. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StreamEvent } from '../../src/stream/status.ts';
import { EMPTY_TIMELINE, recordStreamEvent } from '../../src/timeline.ts';

const EVENTS: readonly StreamEvent[] = [
  { type: 'period', period: 5_000 },
  { type: 'opened' },
  { type: 'measured', listMs: 20, costMs: 10, resized: false },
  { type: 'list', bytes: 10, folded: true, bad: 0, skipped: 0 },
  { type: 'bad_message', bytes: 3 },
  { type: 'resync' },
  { type: 'failed', reason: 'closed', detail: 'code 1006' },
];

describe('recordStreamEvent', () => {
  test('every type of event: lists and periods left out, all others kept unchanged', () => {
    const { byStream } = EVENTS.reduce(
      (timeline, event, i) => recordStreamEvent(timeline, 'volumes', event, i),
      EMPTY_TIMELINE,
    );
    const kept = EVENTS.map((event, at) => ({ ...event, at }));
    assert.deepEqual(
      byStream.get('volumes'),
      kept.filter(({ type }) => type !== 'list' && type !== 'period'),
    );
    assert.deepEqual([...byStream.keys()], ['volumes']);
  });

  test('event that is left out: the same timeline object', () => {
    const list: StreamEvent = { type: 'list', bytes: 10, folded: true, bad: 0, skipped: 0 };
    assert.equal(recordStreamEvent(EMPTY_TIMELINE, 'nodes', list, 1), EMPTY_TIMELINE);
  });

  test('more than a hundred events: the last hundred of each stream kept', () => {
    let timeline = recordStreamEvent(EMPTY_TIMELINE, 'nodes', { type: 'opened' }, 0);
    for (let at = 0; at < 350; at++)
      timeline = recordStreamEvent(timeline, 'backups', { type: 'resync' }, at);
    assert.deepEqual(
      timeline.byStream.get('backups')?.map(({ at }) => at),
      Array.from({ length: 100 }, (_, i) => i + 250),
    );
    assert.equal(timeline.byStream.get('nodes')?.length, 1);
  });
});
