/** What is remembered of each subscription. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StreamEvent } from '../../src/stream/status.ts';
import { NO_STREAM_EVENTS, recordStream } from '../../src/timeline/streams.ts';

const EVENTS: readonly StreamEvent[] = [
  { type: 'period', period: 5_000 },
  { type: 'opened' },
  { type: 'measured', listMs: 20, costMs: 10, resized: false },
  { type: 'list', bytes: 10, bad: 0, skipped: 0 },
  { type: 'bad_message', bytes: 3 },
  { type: 'resync' },
  { type: 'failed', reason: 'closed', detail: 'code 1006' },
];

describe('The history of a stream', () => {
  test('leaves out lists and periods, and keeps all else as it was', () => {
    const { volumes, ...others } = EVENTS.reduce(
      (histories, event, i) => recordStream(histories, 'volumes', event, i),
      NO_STREAM_EVENTS,
    );
    const kept = EVENTS.map((event, at) => ({ ...event, at }));
    assert.deepEqual(
      volumes,
      kept.filter(({ type }) => type !== 'list' && type !== 'period'),
    );
    assert.deepEqual(others, { backups: [], nodes: [], backuptargets: [] });
  });

  test('is the same object when there is nothing to remember', () => {
    const list: StreamEvent = { type: 'list', bytes: 10, bad: 0, skipped: 0 };
    assert.equal(recordStream(NO_STREAM_EVENTS, 'nodes', list, 1), NO_STREAM_EVENTS);
  });

  test('keeps the last hundred of each stream, whatever happens to another', () => {
    let histories = recordStream(NO_STREAM_EVENTS, 'nodes', { type: 'opened' }, 0);
    for (let at = 0; at < 350; at++) histories = recordStream(histories, 'backups', { type: 'resync' }, at);
    assert.deepEqual(
      histories.backups.map(({ at }) => at),
      Array.from({ length: 100 }, (_, i) => i + 250),
    );
    assert.equal(histories.nodes.length, 1);
  });
});
