/** What a subscription does when the budget wants another period, or one message a connection. */

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connect, type Verdict } from '../../src/stream/connection.ts';
import { afterConnection, FRESH, hasMoved, staleLimit } from '../../src/stream/policy.ts';
import type { StreamEvent } from '../../src/stream/status.ts';
import { subscribe } from '../../src/stream/subscription.ts';
import { manualClock, until } from '../support/clock.ts';
import { closedPort, type StreamServer, streamServer } from './servers.ts';

const LIST = 'list of volumes';
const SECOND = 1_000;

/** Subscribes at a period that the test may change, on a clock that stands still. */
function start(t: TestContext, port: number, period: number) {
  const clock = manualClock({ monotonic: 0, wall: 1_790_000_000_000 });
  const stopping = new AbortController();
  const events: StreamEvent[] = [];
  const wanted = { period };
  const askedAt: number[] = [];
  const ended = subscribe(
    'volumes',
    { url: new URL(`http://127.0.0.1:${port}`), period: () => wanted.period, silence: 60 * SECOND },
    {
      message({ length }, asked) {
        askedAt.push(asked);
        events.push({ type: 'list', bytes: length, folded: true, bad: 0, skipped: 0 });
        return true;
      },
      event: (event) => void events.push(event),
    },
    clock,
    () => 0,
    stopping.signal,
  );
  t.after(async () => {
    stopping.abort();
    await ended;
  });
  const of = <T extends StreamEvent['type']>(type: T) =>
    events.filter((event) => event.type === type) as Extract<StreamEvent, { type: T }>[];
  return {
    clock,
    wanted,
    events,
    askedAt,
    of,
    stopping,
    async happened(type: StreamEvent['type'], count: number) {
      await until(() => of(type).length >= count, 5_000, `${type} happened ${count} times`);
    },
    /** The timers that are set, once all that is under way has settled. */
    async timers() {
      for (let i = 0; i < 5; i++) await turn();
      return clock.timers;
    },
  };
}

type Run = ReturnType<typeof start>;

/** Takes the next connection, lets its list come after so long, and tells the period that was asked for. */
async function list(run: Run, server: StreamServer, tookMs = 0, text = LIST): Promise<string | undefined> {
  const { ws, request } = await server.next();
  await run.happened('opened', server.peers.length);
  run.clock.advance(tookMs);
  ws.send(text);
  await run.happened('list', run.of('list').length + 1);
  return request.url?.split('/').at(-2);
}

test('a period has moved when it is more than a third off', () => {
  const table: [from: number, to: number, moved: boolean][] = [
    [6, 6, false],
    [6, 8, false],
    [6, 8.01, true],
    [6, 4.5, false],
    [6, 4.49, true],
    [0, 1, true],
  ];
  for (const [from, to, moved] of table) assert.equal(hasMoved(from, to), moved, `from ${from} to ${to}`);
});

test('what is served goes stale after three periods, or after the setting when that is longer', () => {
  assert.deepEqual(
    [5, 100, 101, 3_600].map((seconds) => staleLimit(300 * SECOND, seconds * SECOND) / SECOND),
    [300, 300, 303, 10_800],
  );
});

test('a connection that is ended by our own choice is no failure and leads to no backoff', () => {
  const tired = { attempt: 7, silentStarts: 3 };
  const { wait, retry } = afterConnection(tired, { ending: 'done', lists: 1, opened: true }, () => 1);
  assert.deepEqual([wait, retry], [0, FRESH]);
});

test('a connection ends as done after the last list that is wanted, and leaves nothing', async (t) => {
  const server = await streamServer(t);
  const clock = manualClock();
  const verdicts: Verdict[] = ['bad', 'list', 'last list'];
  const heard: string[] = [];
  const ended = connect(
    server.url,
    1_000,
    { firstMessage: 60 * SECOND, silence: 60 * SECOND },
    {
      opened() {},
      message(message) {
        heard.push(message.toString());
        return verdicts[heard.length - 1] ?? assert.fail('heard more after the last list');
      },
    },
    clock,
    new AbortController().signal,
  );
  const { ws } = await server.next();
  for (const word of ['one', 'two', 'three', 'four', 'five']) ws.send(word);
  const outcome = await ended;
  assert.deepEqual([outcome.ending, outcome.lists, heard], ['done', 2, ['one', 'two', 'three']]);
  assert.deepEqual(clock.timers, []);
  await until(() => server.open() === 0);
});

describe('Up to 15 s', () => {
  for (const [why, wanted, reconnects] of [
    ['stays when the period has moved by a third', 8_000, false],
    ['is given up when the period has moved by more than a third', 8_001, true],
    ['stays when the period is a quarter shorter', 4_500, false],
    ['is given up when the period is shorter by more', 4_499, true],
  ] as const) {
    test(`a connection ${why}`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port, 6_000);
      assert.equal(await list(run, server), '6s');
      run.wanted.period = wanted;
      server.peers[0]?.ws.send(LIST);
      await run.happened('list', 2);
      const [timer] = await run.timers();
      assert.equal(server.open(), reconnects ? 0 : 1);
      if (!reconnects) return;
      assert.equal(timer, wanted, 'the next connect is a period after the last');
      run.clock.advance(wanted);
      assert.equal(await list(run, server), `${wanted}ms`);
      assert.deepEqual([run.of('failed'), run.of('resync')], [[], []]);
    });
  }

  test('a list of another size is measured anew when it is large', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 6_000);
    const sized = (kilobytes: number) => LIST.padEnd(kilobytes * 1024, 'x');
    await list(run, server, 0, sized(300));
    for (const kilobytes of [310, 399, 230]) {
      server.peers[0]?.ws.send(sized(kilobytes));
      await run.happened('list', run.of('list').length + 1);
    }
    await run.timers();
    assert.equal(server.open(), 1, 'a third more or a quarter less is no reason');
    server.peers[0]?.ws.send(sized(401));
    await run.happened('list', 5);
    await until(() => server.open() === 0);
    run.clock.advance(6_000);
    await list(run, server, 700, sized(401));
    assert.deepEqual(
      run.of('measured').map(({ costMs }) => costMs),
      [0, 700],
    );
  });

  test('a list that became small is measured anew too, for its cost was that of a large one', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 12_000);
    await list(run, server, 900, LIST.padEnd(2 * 1024 * 1024, 'x'));
    server.peers[0]?.ws.send(LIST);
    await run.happened('list', 2);
    await run.timers();
    assert.equal(server.open(), 0);
  });
});

describe('Above 15 s', () => {
  /** Lets a wait pass that is planned again now and then; it must last exactly so long. */
  async function waitOut(run: ReturnType<typeof start>, ms: number): Promise<void> {
    let left = ms;
    while (left > 0) {
      const [wait = Number.NaN, ...others] = await run.timers();
      assert.deepEqual(others, []);
      run.clock.advance(wait);
      left -= wait;
    }
    assert.equal(left, 0);
  }

  test('there is one message a connection, asked for at 15 s, and the connects are a period apart', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 100 * SECOND);
    const connects: number[] = [];
    for (let round = 1; round <= 3; round++) {
      assert.equal(await list(run, server, 4_000), '15s');
      connects.push(run.clock.now().monotonic - 4_000);
      await run.timers();
      assert.equal(server.open(), 0, 'nothing is open meanwhile');
      await waitOut(run, 96_000);
    }
    assert.deepEqual(connects, [0, 100_000, 200_000]);
    assert.deepEqual(run.askedAt, connects, 'facts are as old as their connect');
    assert.deepEqual([run.of('failed'), run.of('resync')], [[], []]);
  });

  test('the period in use is told as soon as it is: it is what the next list is waited for', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 5_000);
    const { ws } = await server.next();
    await run.happened('opened', 1);
    run.wanted.period = 1_000 * SECOND;
    ws.send(LIST);
    await until(() => server.open() === 0);
    await run.timers();
    assert.deepEqual(
      run.of('period').map(({ period }) => period),
      [5_000, 1_000 * SECOND],
    );
  });

  test('a wait that turns out too short is lengthened: the plan is made again before it ends', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 200 * SECOND);
    await list(run, server);
    await run.timers();
    run.clock.advance(100 * SECOND);
    run.wanted.period = 1_000 * SECOND;
    run.clock.advance(150 * SECOND);
    await run.timers();
    assert.equal(server.peers.length, 1, 'no connect after 250 s of 1,000');
  });

  test('a refused connect is tried again by the backoff, not after another period: it cost nothing', async (t) => {
    const run = start(t, await closedPort(), 1_000 * SECOND);
    await run.happened('failed', 1);
    const [wait = Number.NaN] = await run.timers();
    assert.ok(wait <= 30 * SECOND, `waits ${wait} ms`);
  });

  test('the first list has four times as long as the last one took', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 1_000 * SECOND);
    await list(run, server, 50_000);
    await waitOut(run, 950_000);
    await server.next();
    await run.happened('opened', 2);
    assert.equal(Math.min(...(await run.timers())), 200_000);
  });

  test('stopping while the next connect is waited for leaves nothing', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, 100 * SECOND);
    await list(run, server);
    await run.timers();
    run.stopping.abort();
    assert.deepEqual(await run.timers(), []);
  });
});
