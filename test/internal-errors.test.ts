/** A bug in the exporter is counted and logged as an internal error, never as an error of the manager. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createLimits, newLimitCounts } from '../src/limits.ts';
import type { StreamName } from '../src/longhorn/streams.ts';
import type { RequestKind } from '../src/requests/status.ts';
import { createStore } from '../src/store.ts';
import { manualClock } from './support/clock.ts';
import { STORE_OPTIONS } from './support/replay.ts';

const volume = (robustness: string) =>
  JSON.stringify({ type: 'volume', name: 'pvc-1', state: 'attached', robustness });
const listOf = (resourceType: string, ...elements: string[]) =>
  Buffer.from(`{"data":[${elements.join(',')}],"resourceType":"${resourceType}","type":"collection"}`);
const snapshots = (...names: string[]) =>
  listOf('snapshotCR', ...names.map((name) => JSON.stringify({ name, userCreated: true, size: 1 })));

/** A store that knows one volume, with histograms that throw at every event while `broken.on`. */
function start() {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const broken = { on: false };
  const clock = manualClock({ monotonic: 4_242, wall: Date.parse('2026-11-22T06:00:00Z') });
  const store = createStore(
    STORE_OPTIONS,
    {
      log,
      limits: createLimits(newLimitCounts(), log),
      histograms: {
        observe() {
          if (broken.on) throw new Error('a bug');
        },
        keepTargets() {},
      },
    },
    clock,
  );
  const requestedAt = () => clock.now().monotonic;
  const run = {
    store,
    message: (stream: StreamName, bytes: Buffer) => store.message(stream, bytes, requestedAt()),
    response: (kind: RequestKind, body: Buffer) =>
      store.response(kind, 'pvc-1', { status: 200, body, requestedAt: requestedAt(), tookMs: 1 }),
    /** What was logged as a warning or worse since the last call. */
    complaints: () => lines.splice(0).flatMap(({ level, msg }) => (level >= 40 ? [msg] : [])),
    setBroken: (on: boolean) => {
      broken.on = on;
    },
  };
  run.message('nodes', listOf('node', JSON.stringify({ name: 'node-1' })));
  run.message('volumes', listOf('volume', volume('degraded')));
  run.response('sweep', snapshots('a'));
  run.complaints();
  return run;
}

const INTERNAL = ['internal error; please report it'];

describe('internal errors', () => {
  test('bug while processing a message: an internal error, and the message still counts as a list of a live stream', () => {
    const run = start();
    run.setBroken(true);
    const isList = run.message('volumes', listOf('volume', volume('healthy')));
    const { internalErrors, statuses } = run.store.view();
    const { errors, condition, messages } = statuses.volumes;
    assert.deepEqual([isList, internalErrors, condition, messages], [true, 1, 'live', 2]);
    assert.deepEqual(new Set(Object.values(errors)), new Set([0]));
    assert.deepEqual(run.complaints(), INTERNAL);
  });

  for (const [kind, body] of [
    ['refresh', Buffer.from(volume('healthy'))],
    ['sweep', snapshots('a', 'b')],
  ] as const) {
    test(`bug while processing the response to a ${kind}: an internal error, and the request still succeeds`, () => {
      const run = start();
      run.setBroken(true);
      assert.doesNotThrow(() => run.response(kind, body));
      assert.equal(run.store.view().internalErrors, 1);
      assert.deepEqual(run.complaints(), INTERNAL);
      run.setBroken(false);
      run.response(kind, body);
      assert.equal(run.store.view().internalErrors, 1, 'the next response is processed');
    });
  }
});

test('invalid response: the request fails, and there is no internal error', () => {
  const run = start();
  for (const kind of ['refresh', 'sweep', 'jobs'] as const)
    assert.throws(() => run.response(kind, Buffer.from('{"type":"error"}')));
  assert.equal(run.store.view().internalErrors, 0);
});
