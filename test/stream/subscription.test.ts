/** Consecutive connections of one subscription: when each is made, and what the store receives. */

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { streamUrl } from '../../src/stream/subscription.ts';
import {
  ALMOST_ONE,
  GARBAGE,
  LIST,
  PERIOD,
  ping,
  type Recorded,
  type Run,
  SECOND,
  SILENCE,
  sendList,
  settle,
  start,
} from './harness.ts';
import { closedPort, frameHead, type Peer, type StreamServer, streamServer, tcpServer } from './servers.ts';

const tooLarge = ({ socket }: Peer) => void socket.write(frameHead(LIMITS.message_bytes.most + 1));

/** Accepts the next connection, sends a list after this time, and returns the period in the URL. */
async function list(run: Run, server: StreamServer, afterMs = 0, text = LIST): Promise<string | undefined> {
  const peer = await server.next();
  await run.happened('opened', server.peers.length);
  run.clock.advance(afterMs);
  await sendList(run, peer, text);
  return peer.request.url?.split('/').at(-2);
}

describe('time between connects', () => {
  const afterList = (ms: number, pinged: boolean) => async (peer: Peer, run: Run) => {
    await sendList(run, peer);
    if (pinged) await ping(peer);
    run.clock.advance(ms);
  };
  const endings: [input: string, end: (peer: Peer, run: Run) => unknown][] = [
    ['closed at once', ({ ws }) => ws.close()],
    ['reset at once', ({ socket }) => socket.resetAndDestroy()],
    ['closed after a list', ({ ws }) => ws.send(LIST, () => ws.close())],
    ['closed after two lists', ({ ws }) => ws.send(LIST, () => ws.send(LIST, () => ws.close()))],
    ['closed after garbage', ({ ws }) => ws.send(GARBAGE, () => ws.close())],
    ['a protocol error', ({ socket }) => socket.write(Buffer.from([0x83, 0]))],
    ['a message that is too large', tooLarge],
    ['no list', (_, run) => run.clock.advance(600 * SECOND)],
    ['a list and no ping', afterList(90 * SECOND, false)],
    ['a list and a ping', afterList(90 * SECOND, true)],
    [
      'closed just before the period is over',
      async (peer, run) => {
        await afterList(99, false)(peer, run);
        peer.ws.close();
      },
    ],
  ];
  for (const period of [100, PERIOD, 15 * SECOND]) {
    for (const [input, end] of endings) {
      test(`period ${period} ms, ${input}: connects are at least a period apart`, async (t) => {
        const server = await streamServer(t);
        const run = start(t, server.port, { period });
        const connects: number[] = [];
        for (let round = 1; round <= 4; round++) {
          const peer = await server.next();
          connects.push(run.clock.now().monotonic);
          await run.happened('opened', round);
          const ended = run.happened('period', round + 1);
          await end(peer, run);
          await ended;
          await run.waitOut();
        }
        const intervals = connects.slice(1).map((at, i) => at - (connects[i] ?? 0));
        const tooShort = intervals.filter((ms) => ms < period);
        assert.deepEqual(tooShort, []);
      });
    }
  }

  const refusals: [input: string, onConnection: ((socket: Socket) => void) | undefined][] = [
    ['accepted and closed', (socket) => socket.destroy()],
    ['HTTP 404', (socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n')],
    ['HTTP 500', (socket) => socket.end('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n')],
    ['refused', undefined],
  ];
  for (const [input, onConnection] of refusals) {
    test(`${input}, backoff 0: connects are exactly a period apart`, async (t) => {
      const port = onConnection ? (await tcpServer(t, onConnection)).port : await closedPort();
      const run = start(t, port);
      for (let round = 1; round <= 4; round++) {
        await run.happened('failed', round);
        await run.waitOut();
      }
      const failures = run.eventsOf('failed').map(({ at, reason }) => [at, reason]);
      assert.deepEqual(
        failures,
        [0, 1, 2, 3].map((n) => [n * PERIOD, 'connect']),
      );
    });
  }

  test('closed after 3 s of a period of 5 s: connects after 2 s more', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(3 * SECOND);
    ws.close();
    await run.happened('failed', 1);
    assert.equal(await run.waitOut(), 2 * SECOND);
  });

  test('wall clock set back a day: connects are still a period apart', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    run.clock.stepWall(-86_400 * SECOND);
    ws.close();
    await run.happened('failed', 1);
    assert.equal(await run.waitOut(), PERIOD);
  });
});

describe('the wait after each connection, with the longest backoff', () => {
  const closing = (lists: number) => (peer: Peer) => {
    for (let i = 0; i < lists; i++) peer.ws.send(LIST);
    peer.ws.close();
  };
  const table: [input: string, period: number, ends: ((peer: Peer) => void)[], seconds: number[]][] = [
    ['one list, then closed, as by a crashing manager', 100, Array(6).fill(closing(1)), [1, 2, 4, 8, 16, 30]],
    [
      'one list, then closed; two lists reset the backoff',
      100,
      [1, 1, 1, 2, 1, 1].map(closing),
      [1, 2, 4, 1, 2, 4],
    ],
    ['too large each time', 100, Array(7).fill(tooLarge), [1, 30, 60, 120, 240, 300, 300]],
    ['one too large, then lists', 100, [tooLarge, closing(2), tooLarge], [1, 1, 2]],
    ['never less than the period', PERIOD, [tooLarge, closing(1), closing(1)], [5, 5, 5]],
  ];
  for (const [input, period, ends, seconds] of table) {
    test(`${input}: ${seconds.join(', ')} s`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port, { period, random: ALMOST_ONE });
      const waits: number[] = [];
      for (const end of ends) {
        end(await server.next());
        await run.happened('failed', waits.length + 1);
        waits.push(Math.round((await run.waitOut()) / SECOND));
      }
      assert.deepEqual(waits, seconds);
    });
  }

  test('refused: 5, 5, 5, 8, 16, 30, 30 s with a period of 5 s', async (t) => {
    const run = start(t, await closedPort(), { random: ALMOST_ONE });
    const waits: number[] = [];
    for (let round = 1; round <= 7; round++) {
      await run.happened('failed', round);
      waits.push(Math.round((await run.waitOut()) / SECOND));
    }
    assert.deepEqual(waits, [5, 5, 5, 8, 16, 30, 30]);
  });

  test('resync three times: no wait and no failure', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { random: ALMOST_ONE });
    for (let round = 1; round <= 3; round++) {
      const peer = await server.next();
      await sendList(run, peer);
      await ping(peer);
      run.clock.advance(SILENCE);
      await run.happened('resync', round);
      assert.equal(await run.waitOut(), 0);
    }
    const round: Recorded['type'][] = ['opened', 'list', 'measured', 'resync', 'period'];
    const types = run.events.map(({ type }) => type);
    assert.deepEqual(types.slice(0, 16), ['period', ...round, ...round, ...round]);
  });
});

describe('the time for the first list', () => {
  /** The seconds after which each of these connections without a message is given up. */
  async function missed(run: Run, times: number): Promise<number[]> {
    const seconds: number[] = [];
    for (let i = 0; i < times; i++) {
      await run.happened('opened', run.eventsOf('failed').length + 1);
      const [deadline = Number.NaN, ...others] = run.clock.timers;
      assert.deepEqual(others, [], 'the deadline is the only timer');
      seconds.push(deadline / SECOND);
      run.clock.advance(deadline);
      await run.waitOut();
    }
    return seconds;
  }
  /** A connection that gets a list after 30 s and is then closed. */
  async function slowList(run: Run, server: StreamServer): Promise<void> {
    await list(run, server, 30 * SECOND);
    const failed = run.next('failed');
    server.peers.at(-1)?.ws.close();
    await failed;
    await run.waitOut();
  }

  test('missed repeatedly: 60, 120, 240, 480, 600, 600 s, one silent error each', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    assert.deepEqual(await missed(run, 6), [60, 120, 240, 480, 600, 600]);
    assert.deepEqual(run.reasons(), Array(6).fill('silent'));
  });

  test('a list after 30 s: 120 s, then 240 s, then 120 s again after the next list', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    await slowList(run, server);
    assert.deepEqual(await missed(run, 2), [120, 240]);
    await server.next();
    await server.next();
    await slowList(run, server);
    assert.deepEqual(await missed(run, 1), [120]);
  });

  test('refused three times: still 60 s, because a manager that is down is not slow', async (t) => {
    let refuse = true;
    const server = await tcpServer(t, (socket) => refuse && socket.destroy());
    const run = start(t, server.port, { silence: 600 * SECOND });
    for (let round = 1; round <= 3; round++) {
      await run.happened('failed', round);
      if (round === 3) refuse = false;
      await run.waitOut();
    }
    await settle();
    assert.equal(Math.min(...run.clock.timers), 60 * SECOND);
  });
});

describe('what the store receives', () => {
  test('two lists on a connection: the time of each request, and the cost of the first', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const peer = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(100);
    peer.ws.send(GARBAGE);
    await run.happened('bad_message', 1);
    run.clock.advance(1_134);
    await sendList(run, peer);
    run.clock.advance(20_000);
    await sendList(run, peer, `${LIST}é`);
    assert.deepEqual(run.events, [
      { type: 'period', period: PERIOD, at: 0 },
      { type: 'opened', at: 0 },
      { type: 'bad_message', bytes: 7, at: 100 },
      { type: 'list', bytes: LIST.length, bad: 0, skipped: 0, folded: true, at: 1_234 },
      { type: 'measured', listMs: 1_234, costMs: 1_234, resized: false, at: 1_234 },
      { type: 'list', bytes: LIST.length + 2, bad: 0, skipped: 0, folded: true, at: 21_234 },
    ]);
    assert.deepEqual(
      run.requestedAt,
      [0, 0, 20_000],
      'a later list was requested as long before it arrived as the first',
    );
  });

  test('each connection: the cost is measured again, without the time before the connection was open', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    run.clock.advance(10);
    for (const listMs of [300, 0, 70]) {
      await list(run, server, listMs);
      const failed = run.next('failed');
      server.peers.at(-1)?.ws.close();
      await failed;
      await run.waitOut();
    }
    const measured = run.eventsOf('measured').map(({ listMs, costMs }) => [listMs, costMs]);
    assert.deepEqual(measured, [
      [310, 300],
      [0, 0],
      [70, 70],
    ]);
  });

  test('a first message that is too large: its cost, because the manager has built it', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const peer = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(40 * SECOND);
    tooLarge(peer);
    await run.happened('failed', 1);
    assert.equal(run.eventsOf('failed')[0]?.costMs, 40 * SECOND);
  });

  test('a later message that is too large: no cost, because its start is unknown', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    await list(run, server);
    run.clock.advance(40 * SECOND);
    for (const peer of server.peers) tooLarge(peer);
    await run.happened('failed', 1);
    assert.equal(run.eventsOf('failed')[0]?.costMs, undefined);
  });

  test('URL with a password: no event contains it', async (t) => {
    const { port } = await tcpServer(t, (socket) => void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    const run = start(t, port, { url: `http://admin:hunter2@127.0.0.1:${port}` });
    await run.happened('failed', 1);
    assert.doesNotMatch(JSON.stringify(run.events), /hunter2|admin/);
  });
});

describe('period of up to 15 s', () => {
  for (const [changed, reconnects] of [
    [8_000, false],
    [8_001, true],
    [4_500, false],
    [4_499, true],
  ] as const) {
    test(`changed from 6000 to ${changed} ms: ${reconnects ? 'reconnects' : 'stays connected'}`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port, { period: 6_000 });
      assert.equal(await list(run, server), '6s');
      run.planned.period = changed;
      for (const peer of server.peers) await sendList(run, peer);
      if (!reconnects) {
        await settle();
        assert.deepEqual([server.open(), run.eventsOf('period').length], [1, 1]);
        return;
      }
      assert.equal(await run.waitOut(), changed, 'a period after the last connect');
      assert.equal(await list(run, server), `${changed}ms`);
      assert.deepEqual([run.eventsOf('failed'), run.eventsOf('resync')], [[], []]);
      assert.deepEqual(
        run.eventsOf('period').map(({ period }) => period),
        [6_000, changed],
      );
    });
  }
});

describe('size of a list', () => {
  const table: [kilobytes: number, later: number[], reconnects: boolean][] = [
    [300, [310, 399, 230], false],
    [300, [401], true],
    [2_048, [0], true],
    [100, [0, 200, 10], false],
  ];
  for (const [kilobytes, later, reconnects] of table) {
    const outcome = reconnects ? 'reconnects to measure the cost again' : 'stays connected';
    test(`changed from ${kilobytes} to ${later.join(', ')} kB: ${outcome}`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port);
      const sized = (size: number) => LIST.padEnd(size * 1024, 'x');
      await list(run, server, 900, sized(kilobytes));
      for (const size of later) for (const peer of server.peers) await sendList(run, peer, sized(size));
      if (!reconnects) {
        await settle();
        assert.deepEqual([server.open(), run.eventsOf('measured').length], [1, 1]);
        return;
      }
      await run.waitOut();
      await list(run, server, 700, sized(later[0] ?? 0));
      const measured = run.eventsOf('measured').map(({ costMs, resized }) => [costMs, resized]);
      assert.deepEqual(measured, [
        [900, false],
        [700, true],
      ]);
    });
  }
});

describe('period above 15 s', () => {
  /** The subscription recomputes its plan during a long wait; all parts of the wait must add up to exactly this. */
  async function waitOut(run: Run, ms: number): Promise<void> {
    let left = ms;
    while (left > 0) left -= await run.waitOut();
    assert.equal(left, 0);
  }

  test('three lists: a connection for each, a period apart, with 15 s in the URL', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 100 * SECOND });
    for (let round = 1; round <= 3; round++) {
      assert.equal(await list(run, server, 4 * SECOND), '15s');
      await server.closed();
      await waitOut(run, 96 * SECOND);
    }
    assert.deepEqual(
      run.requestedAt,
      [0, 100 * SECOND, 200 * SECOND],
      'each list counts as requested at its connect',
    );
    assert.deepEqual([run.eventsOf('failed'), run.eventsOf('resync')], [[], []]);
  });

  test('several lists at once: all but the first are ignored', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 100 * SECOND });
    const { ws } = await server.next();
    for (let i = 0; i < 5; i++) ws.send(LIST);
    await server.closed();
    assert.equal(run.messages.length, 1);
  });

  test('period grows from 200 s to 1000 s during the wait: no connect after 200 s', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 200 * SECOND });
    await list(run, server);
    await settle();
    run.clock.advance(100 * SECOND);
    run.planned.period = 1_000 * SECOND;
    await settle();
    for (let i = 0; i < 7; i++) await run.waitOut();
    assert.ok(run.clock.now().monotonic > 200 * SECOND, 'the first period is over');
    assert.equal(server.peers.length, 1);
    assert.equal(run.eventsOf('period').at(-1)?.period, 1_000 * SECOND, 'the new period is used at once');
  });

  test('refused: waits at most 30 s, not a period, because it cost nothing', async (t) => {
    const run = start(t, await closedPort(), { period: 1_000 * SECOND });
    await run.happened('failed', 1);
    assert.ok((await run.waitOut()) <= 30 * SECOND);
  });

  test('a first list after 50 s: the next connection has 200 s for its first list', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 1_000 * SECOND });
    await list(run, server, 50 * SECOND);
    await waitOut(run, 950 * SECOND);
    await run.happened('opened', 2);
    assert.equal(Math.min(...run.clock.timers), 200 * SECOND);
  });

  test('stopped between two connections: nothing is left', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 100 * SECOND });
    await list(run, server);
    await settle();
    await run.stops(server);
  });
});

describe('the URL of a stream', () => {
  for (const [base, period, stream, expected] of [
    ['http://10.0.0.1:9500', 5_000, 'volumes', 'ws://10.0.0.1:9500/v1/ws/5s/volumes'],
    ['http://10.0.0.1:9500/', 15_000, 'nodes', 'ws://10.0.0.1:9500/v1/ws/15s/nodes'],
    ['http://10.0.0.1', 100, 'backups', 'ws://10.0.0.1/v1/ws/100ms/backups'],
    ['http://h:9500', 1_500, 'backuptargets', 'ws://h:9500/v1/ws/1500ms/backuptargets'],
    ['http://h/longhorn', 1_000, 'volumes', 'ws://h/longhorn/v1/ws/1s/volumes'],
    ['http://h/a/b//', 1_000, 'volumes', 'ws://h/a/b/v1/ws/1s/volumes'],
    ['https://h', 5_000, 'volumes', 'wss://h/v1/ws/5s/volumes'],
    ['https://h:443/x/', 5_000, 'volumes', 'wss://h/x/v1/ws/5s/volumes'],
    ['http://[fd00::7]:9500', 5_000, 'volumes', 'ws://[fd00::7]:9500/v1/ws/5s/volumes'],
    ['https://[::1]', 5_000, 'volumes', 'wss://[::1]/v1/ws/5s/volumes'],
  ] as const) {
    test(`${base}: ${expected}`, () => {
      const url = new URL(base);
      assert.equal(streamUrl(url, period, stream), expected);
      assert.equal(url.href, new URL(base).href, 'the base URL is not modified');
    });
  }

  test('URL with a path and credentials: the path is requested, the credentials are sent as a header', async (t: TestContext) => {
    const server = await streamServer(t);
    start(t, server.port, { url: `http://admin:hunter2@127.0.0.1:${server.port}/proxy/` });
    const { request } = await server.next();
    assert.equal(request.url, '/proxy/v1/ws/5s/volumes');
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('admin:hunter2').toString('base64')}`);
  });
});
