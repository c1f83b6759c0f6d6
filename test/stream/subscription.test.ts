import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '../../src/limits.ts';
import { MESSAGE_LIMITS, STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import type { StreamEvent } from '../../src/stream/status.ts';
import { streamUrl, subscribe } from '../../src/stream/subscription.ts';
import { fastClock, manualClock, until } from '../support/clock.ts';
import { closedPort, frameHead, type Peer, streamServer, tcpServer } from './servers.ts';

const PERIOD = 5_000;
const SILENCE = 60_000;
const LIST = 'list of volumes';
const COUNTS = { folded: true, bad: 0, skipped: 0 };

interface Options {
  readonly stream?: StreamName;
  readonly period?: number;
  readonly silence?: number;
  readonly random?: () => number;
  readonly url?: URL;
}

/** Subscribes on a clock that stands still; every event is kept with its moment. */
function start(
  t: TestContext,
  port: number,
  { stream = 'volumes', period = PERIOD, silence = SILENCE, ...rest }: Options = {},
) {
  const { url = new URL(`http://127.0.0.1:${port}`), random = () => 0 } = rest;
  const clock = manualClock({ monotonic: 0, wall: 1_790_000_000_000 });
  const stopping = new AbortController();
  const events: (StreamEvent & { at: number })[] = [];
  const record = (event: StreamEvent) => void events.push({ ...event, at: clock.now().monotonic });
  const listener = {
    /** Records a message as the store does. */
    message(message: Buffer) {
      const isList = message.toString().startsWith('list');
      record(
        isList
          ? { type: 'list', bytes: message.length, ...COUNTS }
          : { type: 'bad_message', bytes: message.length },
      );
      return isList;
    },
    event: record,
  };
  const ended = subscribe(
    stream,
    { url, period: () => period, silence },
    listener,
    clock,
    random,
    stopping.signal,
  );
  t.after(async () => {
    stopping.abort();
    await ended;
  });
  const of = <T extends StreamEvent['type']>(type: T) =>
    events.filter((event) => event.type === type) as (Extract<StreamEvent, { type: T }> & { at: number })[];
  return {
    clock,
    stopping,
    events,
    ended,
    of,
    /** Resolves when so many events of the type have happened. */
    async happened(type: StreamEvent['type'], count: number) {
      await until(() => of(type).length >= count, 5_000, `${type} happened ${count} times`);
    },
    /** Lets the wait before the next connect pass, which is the only timer then; tells how long it was. */
    async waitOut(): Promise<number> {
      await turn();
      assert.equal(clock.timers.length, 1, 'nothing but the wait is going on');
      const [wait = 0] = clock.timers;
      clock.advance(wait);
      return wait;
    },
    listeners: () => getEventListeners(stopping.signal, 'abort').length,
  };
}

type Run = ReturnType<typeof start>;

describe('connects of one stream', () => {
  /** What brings each connection to its end: by the server at once, or by a limit that passes. */
  const endings: readonly (readonly [why: string, end: (peer: Peer, run: Run, round: number) => unknown])[] =
    [
      ['are closed politely at once', ({ ws }) => ws.close()],
      ['are reset at once', ({ socket }) => socket.resetAndDestroy()],
      ['are closed after a list', ({ ws }) => ws.send(LIST, () => ws.close())],
      ['are closed after two lists', ({ ws }) => ws.send(LIST, () => ws.send(LIST, () => ws.close()))],
      ['are closed after garbage', ({ ws }) => ws.send('garbage', () => ws.close())],
      ['end by a protocol error', ({ socket }) => socket.write(Buffer.from([0x83, 0]))],
      [
        'bring a message that is too large',
        ({ socket }) => socket.write(frameHead(LIMITS.message_bytes.most + 1)),
      ],
      [
        'bring nothing',
        async (_, run, round) => {
          await run.happened('opened', round);
          run.clock.advance(10 * 60_000);
        },
      ],
      [
        'bring a list and no ping',
        async ({ ws }, run, round) => {
          ws.send(LIST);
          await run.happened('list', round);
          run.clock.advance(90_000);
        },
      ],
      [
        'are resynced',
        async ({ ws }, run, round) => {
          ws.send(LIST);
          ws.ping();
          await run.happened('list', round);
          await new Promise((resolve) => ws.once('pong', resolve).ping());
          run.clock.advance(90_000);
        },
      ],
      [
        'are closed just before the period is over',
        async ({ ws }, run, round) => {
          ws.send(LIST);
          await run.happened('list', round);
          run.clock.advance(99);
          ws.close();
        },
      ],
    ];

  for (const period of [100, PERIOD, 15_000]) {
    for (const [why, end] of endings) {
      test(`are never closer together than ${period} ms when they ${why}`, async (t) => {
        const server = await streamServer(t);
        const run = start(t, server.port, { period });
        const connects: number[] = [];
        const endedSoFar = () => run.of('failed').length + run.of('resync').length;
        for (let round = 1; round <= 4; round++) {
          const peer = await server.next();
          connects.push(run.clock.now().monotonic);
          await end(peer, run, round);
          await until(() => endedSoFar() === round, 5_000, `connection ${round} ended`);
          await run.waitOut();
        }
        const apart = connects.slice(1).map((at, i) => at - (connects[i] ?? 0));
        assert.deepEqual(
          apart.filter((ms) => ms < period),
          [],
        );
      });
    }
  }

  for (const [why, onConnection] of [
    ['accepted and closed', (socket: Socket) => socket.destroy()],
    ['answered with HTTP 404', (socket: Socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n')],
    [
      'answered with HTTP 500',
      (socket: Socket) => socket.end('HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'),
    ],
    ['refused', undefined],
  ] as const) {
    test(`are exactly a period apart when ${why} and no backoff is drawn`, async (t) => {
      const port = onConnection ? (await tcpServer(t, onConnection)).port : await closedPort();
      const run = start(t, port);
      for (let round = 1; round <= 4; round++) {
        await run.happened('failed', round);
        await run.waitOut();
      }
      await run.happened('failed', 5);
      assert.deepEqual(
        run.of('failed').map(({ at, reason }) => [at, reason]),
        [0, 1, 2, 3, 4].map((n) => [n * PERIOD, 'connect']),
      );
    });
  }

  test('wait only for the rest of the period when the connection lasted a while', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(3_000);
    ws.close();
    await run.happened('failed', 1);
    assert.equal(await run.waitOut(), 2_000);
    await server.next();
  });

  test('follow the period of the monotonic clock when the wall clock jumps', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    run.clock.stepWall(-86_400_000);
    ws.close();
    await run.happened('failed', 1);
    assert.equal(await run.waitOut(), PERIOD);
  });

  test('back off by 1, 2, 4, 8, 16, 30, 30 s at most while refused, but at least a period', async (t) => {
    const run = start(t, await closedPort(), { random: () => 0.999_999 });
    const waits: number[] = [];
    for (let round = 1; round <= 7; round++) {
      await run.happened('failed', round);
      waits.push(Math.round(await run.waitOut()));
    }
    assert.deepEqual(waits, [5_000, 5_000, 5_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test('keep backing off from a manager that sends one list and dies', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 100, random: () => 0.999_999 });
    const waits: number[] = [];
    for (let round = 1; round <= 6; round++) {
      const { ws } = await server.next();
      ws.send(LIST, () => ws.close());
      await run.happened('failed', round);
      waits.push(Math.round(await run.waitOut()));
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
  });

  test('start over with the backoff once a list was followed by another', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { period: 100, random: () => 0.999_999 });
    const waits: number[] = [];
    for (const lists of [1, 1, 1, 2, 1, 1]) {
      const { ws } = await server.next();
      for (let i = 0; i < lists; i++) ws.send(LIST);
      ws.close();
      await run.happened('failed', waits.length + 1);
      waits.push(Math.round(await run.waitOut()));
    }
    assert.deepEqual(waits, [1_000, 2_000, 4_000, 1_000, 2_000, 4_000]);
  });

  test('come five minutes after a message that was too large, and no less often is it tried', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    for (let round = 1; round <= 3; round++) {
      (await server.next()).socket.write(frameHead(LIMITS.message_bytes.most + 1));
      await run.happened('failed', round);
      assert.equal(run.of('failed').at(-1)?.reason, 'too_large');
      assert.equal(await run.waitOut(), 300_000);
    }
  });

  for (const stream of STREAMS) {
    test(`of ${stream} take a message of the most bytes that one may have, and none of one more`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port, { stream });
      const { most } = LIMITS[MESSAGE_LIMITS[stream]];
      const { socket } = await server.next();
      const message = Buffer.alloc(most, ' ');
      message.write('list');
      socket.write(Buffer.concat([frameHead(most), message]));
      await run.happened('list', 1);
      socket.write(frameHead(most + 1));
      await run.happened('failed', 1);
      assert.equal(run.of('failed')[0]?.reason, 'too_large');
    });
  }

  test('follow a resync at once, for the period is long over', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { random: () => 0.999_999 });
    const { ws } = await server.next();
    ws.send(LIST);
    await run.happened('list', 1);
    await new Promise((resolve) => ws.once('pong', resolve).ping());
    run.clock.advance(SILENCE);
    await run.happened('resync', 1);
    assert.equal(await run.waitOut(), 0);
    await server.next();
    assert.deepEqual(run.of('failed'), []);
  });
});

test('a stream that says nothing new but pings is resynced again and again, and nothing else', async (t) => {
  const server = await streamServer(t);
  const events: StreamEvent['type'][] = [];
  const stopping = new AbortController();
  const pinging = setInterval(() => {
    for (const { ws } of server.peers) if (ws.readyState === ws.OPEN) ws.ping();
  }, 1);
  t.after(() => clearInterval(pinging));
  const ended = subscribe(
    'volumes',
    { url: new URL(`http://127.0.0.1:${server.port}`), period: () => PERIOD, silence: SILENCE },
    { message: () => events.push('list') > 0, event: ({ type }) => void events.push(type) },
    fastClock(1_000),
    Math.random,
    stopping.signal,
  );
  for (let round = 0; round < 4; round++) (await server.next()).ws.send(LIST);
  stopping.abort();
  await ended;
  const round = ['period', 'opened', 'list', 'measured', 'resync'];
  assert.deepEqual(events.slice(0, 15), Array(3).fill(round).flat());
});

describe('the deadline of the first list', () => {
  /** Opens connections that bring nothing; tells after how many seconds each was given up. */
  async function deadlines(run: Run, rounds: number): Promise<number[]> {
    const seconds: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      await run.happened('opened', run.of('failed').length + run.of('resync').length + 1);
      assert.equal(run.clock.timers.length, 1, 'only the deadline is going on');
      const [deadline = 0] = run.clock.timers;
      seconds.push(deadline / 1000);
      run.clock.advance(deadline);
      await run.waitOut();
    }
    return seconds;
  }

  test('doubles to ten minutes while it is missed, and each miss is one silent error', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    assert.deepEqual(await deadlines(run, 6), [60, 120, 240, 480, 600, 600]);
    assert.deepEqual(new Set(run.of('failed').map(({ reason }) => reason)), new Set(['silent']));
    assert.equal(run.of('failed').length, 6);
  });

  test('is four times what the last first list took, and is back at that after a list', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const slowList = async () => {
      const { ws } = await server.next();
      await run.happened('opened', run.of('failed').length + 1);
      run.clock.advance(30_000);
      ws.send(LIST);
      await run.happened('list', run.of('list').length + 1);
      ws.close();
      await run.happened('failed', run.of('failed').length + 1);
      await run.waitOut();
    };
    await slowList();
    assert.deepEqual(await deadlines(run, 2), [120, 240]);
    await server.next();
    await server.next();
    await slowList();
    assert.deepEqual(await deadlines(run, 1), [120]);
  });

  test('does not double while connects are refused: the manager is not there, which is not slow', async (t) => {
    let refuse = true;
    const server = await tcpServer(t, (socket) => refuse && socket.destroy());
    const run = start(t, server.port, { silence: 600_000 });
    for (let round = 1; round <= 3; round++) {
      await run.happened('failed', round);
      if (round === 3) refuse = false;
      await run.waitOut();
    }
    await until(() => server.open() === 1);
    assert.equal(Math.min(...run.clock.timers), 60_000);
  });
});

describe('events', () => {
  test('tell of each list its bytes, its counts, and the time from connecting to the first one', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(1_234);
    ws.send(LIST);
    await run.happened('list', 1);
    run.clock.advance(20_000);
    ws.send(`${LIST}é`);
    await run.happened('list', 2);
    assert.deepEqual(run.events, [
      { type: 'period', period: PERIOD, at: 0 },
      { type: 'opened', at: 0 },
      { type: 'list', bytes: LIST.length, ...COUNTS, at: 1_234 },
      { type: 'measured', listMs: 1_234, costMs: 1_234, resized: false, at: 1_234 },
      { type: 'list', bytes: LIST.length + 2, ...COUNTS, at: 21_234 },
    ]);
  });

  test('tell of a message that is no list its bytes, and do not time it', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    await run.happened('opened', 1);
    run.clock.advance(100);
    ws.send('garbage');
    await run.happened('bad_message', 1);
    run.clock.advance(400);
    ws.send(LIST);
    await run.happened('list', 1);
    assert.deepEqual(run.events.slice(2), [
      { type: 'bad_message', bytes: 7, at: 100 },
      { type: 'list', bytes: LIST.length, ...COUNTS, at: 500 },
      { type: 'measured', listMs: 500, costMs: 500, resized: false, at: 500 },
    ]);
  });

  test('measure the list anew on each connection', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    for (const [round, took] of [300, 0, 70].entries()) {
      const { ws } = await server.next();
      await run.happened('opened', round + 1);
      run.clock.advance(took);
      ws.send(LIST);
      await run.happened('list', round + 1);
      ws.close();
      await run.happened('failed', round + 1);
      await run.waitOut();
    }
    assert.deepEqual(
      run.of('measured').map(({ listMs }) => listMs),
      [300, 0, 70],
    );
  });

  test('tell one failure for one connection, with words for the log', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    const { ws } = await server.next();
    ws.send(LIST, () => ws.close());
    await run.happened('failed', 1);
    await turn();
    assert.deepEqual(
      run.events.map(({ type }) => type),
      ['period', 'opened', 'list', 'measured', 'failed', 'period'],
    );
    assert.notEqual(run.of('failed')[0]?.detail, '');
  });

  test('never carry the password of the URL', async (t) => {
    const server = await tcpServer(t, (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    const run = start(t, server.port, { url: new URL(`http://admin:hunter2@127.0.0.1:${server.port}`) });
    await run.happened('failed', 1);
    assert.doesNotMatch(JSON.stringify(run.events), /hunter2|admin/);
  });
});

describe('stopping', () => {
  for (const [when, reach] of [
    ['a connect is refused and the next is waited for', async (run: Run) => run.happened('failed', 1)],
    ['the connect has only begun', async () => {}],
  ] as const) {
    test(`ends the subscription when ${when}`, async (t) => {
      const run = start(t, await closedPort());
      await reach(run);
      run.stopping.abort();
      await run.ended;
      assert.deepEqual(run.clock.timers, []);
      assert.equal(run.listeners(), 0);
    });
  }

  test('ends the subscription while connected, and is no failure', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port);
    (await server.next()).ws.send(LIST);
    await run.happened('list', 1);
    run.stopping.abort();
    await run.ended;
    assert.deepEqual(run.clock.timers, []);
    assert.equal(run.listeners(), 0);
    assert.deepEqual([run.of('failed').length, run.of('resync').length], [0, 0]);
    await until(() => server.open() === 0);
  });

  test('before it began connects to nothing', async (t) => {
    const server = await tcpServer(t);
    const listener = {
      message: () => false,
      event: ({ type }: StreamEvent) => assert.equal(type, 'period'),
    };
    const options = {
      url: new URL(`http://127.0.0.1:${server.port}`),
      period: () => PERIOD,
      silence: SILENCE,
    };
    await subscribe('nodes', options, listener, manualClock(), Math.random, AbortSignal.abort());
    await turn();
    assert.equal(server.accepted(), 0);
  });

  test('leaves no listener behind after many connections', async (t) => {
    const run = start(t, await closedPort());
    for (let round = 1; round <= 20; round++) {
      await run.happened('failed', round);
      await run.waitOut();
    }
    await run.happened('failed', 21);
    assert.equal(run.listeners(), 1);
  });
});

describe('streamUrl', () => {
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
    test(`is ${expected} for ${base}`, () => {
      assert.equal(streamUrl(new URL(base), period, stream), expected);
    });
  }

  test('leaves the base URL as it was', () => {
    const base = new URL('https://h/x/');
    streamUrl(base, 5_000, 'volumes');
    assert.equal(base.href, 'https://h/x/');
  });

  test('is what is asked for, with the credentials as a header', async (t) => {
    const server = await streamServer(t);
    start(t, server.port, { url: new URL(`http://admin:hunter2@127.0.0.1:${server.port}/proxy/`) });
    const { request } = await server.next();
    assert.equal(request.url, '/proxy/v1/ws/5s/volumes');
    assert.equal(request.headers.authorization, `Basic ${Buffer.from('admin:hunter2').toString('base64')}`);
  });
});
