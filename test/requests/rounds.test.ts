/** Rounds of requests for owned volumes: when each request is sent, and what the store receives. */

import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Plan } from '../../src/budget/plan.ts';
import { overLimit } from '../../src/limits.ts';
import { perStream } from '../../src/longhorn/streams.ts';
import type { Client, ManagerResponse } from '../../src/requests/client.ts';
import { requestInRounds } from '../../src/requests/rounds.ts';
import { REQUEST_KINDS, type RequestEvent, type RequestKind } from '../../src/requests/status.ts';
import { manualClock } from '../support/clock.ts';

interface Manager {
  volumes: readonly string[];
  /** The planned interval of the kind. */
  interval: number | undefined;
  /** How long a request takes. */
  tookMs: (volume: string) => number;
  /** The error with which a request ends. */
  fails: (volume: string) => Error | undefined;
  /** The error that the store throws at a response. */
  rejected: (volume: string) => Error | undefined;
}

interface Options extends Partial<Manager> {
  readonly kind?: RequestKind;
  /** Stopped before it begins. */
  readonly stopped?: boolean;
}

/** Requests on a stopped clock, with a client whose responses the test defines and a store that records. */
function start(t: TestContext, { kind = 'sweep', stopped = false, ...given }: Options = {}) {
  const clock = manualClock({ monotonic: 0, wall: 1_790_000_000_000 });
  const stopping = new AbortController();
  if (stopped) stopping.abort();
  const manager: Manager = {
    volumes: ['a'],
    interval: 10_000,
    tookMs: () => 0,
    fails: () => undefined,
    rejected: () => undefined,
    ...given,
  };
  const requests: [request: string, at: number][] = [];
  const received: [kind: RequestKind, volume: string][] = [];
  const events: [kind: RequestKind, event: RequestEvent][] = [];
  const send = (request: string, volume: string) =>
    new Promise<ManagerResponse>((resolve, reject) => {
      const requestedAt = clock.now().monotonic;
      requests.push([`${request} ${volume}`, requestedAt]);
      const tookMs = manager.tookMs(volume);
      const end = () => {
        const error = manager.fails(volume);
        if (error === undefined) resolve({ status: 200, body: Buffer.alloc(0), requestedAt, tookMs });
        else reject(error);
      };
      if (tookMs === 0) end();
      else clock.after(tookMs, end);
    });
  const client: Client = {
    getVolume: (name) => send('get', name),
    listSnapshots: (volume) => send('snapshots', volume),
    listRecurringJobs: (volume) => send('jobs', volume),
    close() {},
  };
  const store = {
    owned: () => (kind === 'jobs' ? assert.fail('jobs use dueForJobs') : [...manager.volumes]),
    dueForJobs: () => [...manager.volumes],
    plan(): Plan {
      const periods = perStream(() => 5_000);
      return { periods, sweep: undefined, jobs: undefined, refresh: undefined, [kind]: manager.interval };
    },
    response(responseKind: RequestKind, volume: string) {
      const error = manager.rejected(volume);
      if (error !== undefined) throw error;
      received.push([responseKind, volume]);
    },
    requestEvent: (eventKind: RequestKind, event: RequestEvent) => void events.push([eventKind, event]),
  };
  const ended = requestInRounds(kind, client, store, clock, stopping.signal);
  t.after(async () => {
    stopping.abort();
    clock.advance(1e9);
    await ended;
  });
  return {
    clock,
    stopping,
    manager,
    requests,
    received,
    events,
    ended,
    requestTimes: () => requests.map(([, at]) => at),
    /** How long each round took. */
    rounds: () => events.flatMap(([, event]) => (event.type === 'round' ? [event.tookMs] : [])),
    /** Advances to this moment, from one timer to the next. */
    async until(end: number) {
      await turn();
      for (;;) {
        const [next = Number.POSITIVE_INFINITY] = clock.timers;
        const left = end - clock.now().monotonic;
        clock.advance(Math.min(next, left));
        await turn();
        if (next > left) return;
      }
    },
    listeners: () => getEventListeners(stopping.signal, 'abort').length,
  };
}

const volumes = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);

describe('times of requests', () => {
  const only = (volume: string, ms: number) => (each: string) => (each === volume ? ms : 0);
  const table: [
    input: string,
    options: Options,
    seconds: number,
    requestTimes: number[],
    rounds: number[],
  ][] = [
    [
      'four volumes, 10 s a round: evenly spread, round after round',
      { volumes: volumes(4) },
      20,
      [0, 2.5, 5, 7.5, 10, 12.5, 15, 17.5, 20],
      [10, 10],
    ],
    ['one volume: a request every interval', { interval: 300_000 }, 600, [0, 300, 600], [300, 300]],
    [
      'jobs, 2 s each: requested as long as there are volumes',
      { kind: 'jobs', volumes: volumes(3), interval: 2_000 },
      8,
      [0, 2, 4, 6, 8],
      [6],
    ],
    [
      'requests that take less than their gap: the same pace',
      { volumes: volumes(10), tookMs: () => 900 },
      10,
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      [10],
    ],
    [
      'one slow request: later ones are delayed, without a burst',
      { volumes: volumes(10), tookMs: only('v2', 4_500) },
      13.5,
      [0, 1, 2, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5],
      [13.5],
    ],
    ['slow requests: one at a time', { volumes: volumes(10), tookMs: () => 3_000 }, 12, [0, 3, 6, 9, 12], []],
    [
      'failure: a pause of five seconds',
      { volumes: volumes(10), fails: (volume) => (volume === 'v1' ? new Error('away') : undefined) },
      9,
      [0, 1, 6, 7, 8, 9],
      [],
    ],
    [
      'rejected response: a pause of five seconds',
      { volumes: volumes(10), rejected: (volume) => (volume === 'v1' ? new Error('invalid') : undefined) },
      7,
      [0, 1, 6, 7],
      [],
    ],
    ['no volumes: no requests, and no round', { volumes: [] }, 100, [], []],
    ['not planned: no requests', { interval: undefined }, 100, [], []],
  ];
  for (const [input, options, seconds, requestTimes, rounds] of table) {
    test(input, async (t) => {
      const run = start(t, options);
      await run.until(1_000 * seconds);
      const inSeconds = (values: number[]) => values.map((ms) => ms / 1_000);
      assert.deepEqual([inSeconds(run.requestTimes()), inSeconds(run.rounds())], [requestTimes, rounds]);
    });
  }

  test('other volumes become owned: requested from the next round on', async (t) => {
    const run = start(t, { volumes: ['a', 'b'] });
    await run.until(1_000);
    run.manager.volumes = ['c'];
    await run.until(12_000);
    assert.deepEqual(run.requests, [
      ['snapshots a', 0],
      ['snapshots b', 5_000],
      ['snapshots c', 10_000],
    ]);
  });

  test('plan changes during a round: followed from the next request on', async (t) => {
    const run = start(t, { volumes: volumes(4), interval: 4_000 });
    await run.until(1_500);
    run.manager.interval = 40_000;
    await run.until(30_000);
    assert.deepEqual(run.requestTimes(), [0, 1_000, 2_000, 12_000, 22_000]);
  });

  test('no longer planned: the round stops and does not count as finished', async (t) => {
    const run = start(t, { volumes: volumes(100) });
    await run.until(1_050);
    const { length } = run.requests;
    run.manager.interval = undefined;
    await run.until(100_000);
    assert.deepEqual([run.requests.length, run.rounds()], [length, []]);
  });

  for (const [input, before] of [
    ['planned again', { interval: undefined }],
    ['volumes again', { volumes: [] }],
  ] as const) {
    test(`${input}: a request within one second`, async (t) => {
      const run = start(t, before);
      await run.until(30_000);
      assert.deepEqual([run.requests, run.clock.timers], [[], [1_000]]);
      Object.assign(run.manager, { volumes: ['b'], interval: 5_000 });
      await run.until(31_000);
      assert.equal(run.requests.length, 1);
    });
  }
});

describe('responses and events for the store', () => {
  const REQUESTS = { sweep: 'snapshots', jobs: 'jobs', refresh: 'get' };
  for (const kind of REQUEST_KINDS) {
    test(`${kind}: each response with its cost, then the round`, async (t) => {
      const run = start(t, { kind, volumes: ['a', 'b'], interval: 5_000, tookMs: () => 3 });
      await run.until(kind === 'jobs' ? 9_999 : 4_999);
      run.manager.volumes = [];
      await run.until(10_000);
      assert.deepEqual(
        run.requests.map(([request]) => request),
        [`${REQUESTS[kind]} a`, `${REQUESTS[kind]} b`],
      );
      assert.deepEqual(run.received, [
        [kind, 'a'],
        [kind, 'b'],
      ]);
      assert.deepEqual(run.events, [
        [kind, { type: 'succeeded', tookMs: 3 }],
        [kind, { type: 'succeeded', tookMs: 3 }],
        [kind, { type: 'round', tookMs: kind === 'jobs' ? 10_000 : 5_000 }],
      ]);
    });
  }

  const failures: [input: string, options: Options, failed: Partial<RequestEvent>][] = [
    [
      'no response',
      { fails: () => new Error('no response within 10000 ms'), tookMs: () => 10_000 },
      { detail: 'no response within 10000 ms', tookMs: 10_000, limit: undefined },
    ],
    [
      'a response that is too large',
      { fails: () => overLimit('answer_bytes'), tookMs: () => 40 },
      { detail: overLimit('answer_bytes').message, tookMs: 40, limit: 'answer_bytes' },
    ],
    [
      'an invalid response',
      { rejected: () => new Error('not that volume'), tookMs: () => 7 },
      { detail: 'not that volume', tookMs: 7, limit: undefined },
    ],
  ];
  for (const [input, options, failed] of failures) {
    test(`${input}: one failure, and no request again before the next round`, async (t) => {
      const run = start(t, { ...options, interval: 60_000 });
      await run.until(59_000);
      assert.deepEqual([run.events, run.requests.length], [[['sweep', { type: 'failed', ...failed }]], 1]);
    });
  }

  test('request that ends because the exporter stops: no event', async (t) => {
    const run = start(t, { tookMs: () => 10, fails: () => new Error('socket hang up') });
    await run.until(5);
    run.stopping.abort();
    run.clock.advance(5);
    await run.ended;
    assert.deepEqual([run.events, run.clock.timers], [[], []]);
  });
});

describe('stopping', () => {
  for (const [when, options, at] of [
    ['between two requests', { volumes: ['a', 'b'] }, 1_000],
    ['while there is nothing to do', { volumes: [] }, 1_500],
    ['right at the start', {}, 0],
    ['before the start', { stopped: true }, 0],
  ] as const) {
    test(`${when}: no timer, no listener, and no further request`, async (t) => {
      const run = start(t, options);
      await run.until(at);
      const { length } = run.requests;
      run.stopping.abort();
      await run.ended;
      assert.deepEqual([run.clock.timers, run.listeners(), run.requests.length], [[], 0, length]);
      if ('stopped' in options) assert.equal(length, 0);
    });
  }

  test('during a request: stops when it ends, and no other one is sent', async (t) => {
    const run = start(t, { volumes: ['a', 'b'], tookMs: () => 3_000 });
    await run.until(1_000);
    run.stopping.abort();
    run.clock.advance(2_000);
    await run.ended;
    assert.deepEqual([run.clock.timers, run.listeners(), run.requests], [[], 0, [['snapshots a', 0]]]);
  });
});
