/** How a connection ends, from either side, and which events its subscription records. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { MESSAGE_LIMITS, STREAMS } from '../../src/longhorn/streams.ts';
import { GARBAGE, LIST, PERIOD, ping, type Run, SECOND, sendList, settle, start } from './harness.ts';
import { closedPort, frameHead, type Peer, respondingServer, streamServer, tcpServer } from './servers.ts';

const MAX_BYTES = LIMITS.message_bytes.most;

/** Shorter than the 60 s for the first list. */
const SILENCE = 30 * SECOND;

async function connected(t: TestContext) {
  const server = await streamServer(t);
  const run = start(t, server.port, { silence: SILENCE });
  const peer = await server.next();
  await run.happened('opened', 1);
  return { server, run, peer };
}

/** Connected, with one list processed. */
async function connectedWithList(t: TestContext) {
  const connection = await connected(t);
  await sendList(connection.run, connection.peer);
  return connection;
}

const sendGarbage = async (run: Run, { ws }: Peer) => {
  const processed = run.next('bad_message');
  ws.send(GARBAGE);
  await processed;
};

const sendPartialFrame = ({ socket }: Peer) =>
  void socket.write(Buffer.concat([frameHead(1_000_000), Buffer.from('list of'), Buffer.alloc(1_000)]));

describe('an attempt to connect', () => {
  const http = (status: string, ...headers: string[]) =>
    [`HTTP/1.1 ${status}`, 'Content-Length: 0', ...headers, '', ''].join('\r\n');
  const UPGRADE = ['Upgrade: websocket', 'Connection: Upgrade'];
  const replying = (reply: string) => async (t: TestContext) => (await respondingServer(t, reply)).port;
  const table: [input: string, port: (t: TestContext) => Promise<number>, detail: RegExp, url?: string][] = [
    ['HTTP 404, as for an unknown stream', replying(http('404 Not Found')), /404/],
    ['HTTP 500', replying(http('500 Internal Server Error')), /500/],
    ['HTTP 200', replying(http('200 OK')), /200/],
    ['a redirect', replying(http('302 Found', 'Location: http://127.0.0.1:1/')), /302/],
    ['HTTP 401', replying(http('401 Unauthorized', 'WWW-Authenticate: Basic')), /401/],
    ['a handshake for another key', replying(http('101 X', ...UPGRADE, 'Sec-WebSocket-Accept: no')), /./],
    ['a handshake without a key', replying(http('101 Switching Protocols', ...UPGRADE)), /./],
    ['a reply that is not HTTP', replying('SSH-2.0-OpenSSH_9.2\r\n'), /./],
    ['the port is closed', closedPort, /ECONNREFUSED/],
    ['closed without a reply', async (t) => (await tcpServer(t, (socket) => void socket.end())).port, /./],
    ['an unknown host', closedPort, /./, 'http://no-such-host.invalid:9500'],
    ['TLS to a server that has none', replying(http('400 Bad Request')), /./, 'https://127.0.0.1:PORT'],
  ];
  for (const [input, port, detail, url] of table) {
    test(`${input}: reason connect`, async (t) => {
      const portNumber = await port(t);
      const run = start(
        t,
        portNumber,
        url === undefined ? {} : { url: url.replace('PORT', String(portNumber)) },
      );
      await run.happened('failed', 1);
      assert.deepEqual([run.reasons(), run.eventsOf('opened')], [['connect'], []]);
      assert.match(run.eventsOf('failed')[0]?.detail ?? '', detail);
      await run.stops();
    });
  }

  for (const [input, reply, silence, expected] of [
    ['no reply', '', SILENCE, SILENCE],
    ['half a reply', 'HTTP/1.1 101 Switching Proto', SILENCE, SILENCE],
    ['no reply within the time for the first list', '', 86_400 * SECOND, 60 * SECOND],
  ] as const) {
    test(`${input}: reason connect after ${expected / SECOND} s`, async (t) => {
      const server = await tcpServer(t, (socket) => socket.write(reply));
      const run = start(t, server.port, { silence });
      await settle();
      await run.endsAfter(expected);
      assert.deepEqual(run.reasons(), ['connect']);
      await run.stops(server);
    });
  }
});

describe('a connection that stays open', () => {
  type Row = [input: string, script: (run: Run, peer: Peer) => unknown, seconds: number, outcome: string];
  const list = (run: Run, peer: Peer) => sendList(run, peer);
  const advance = (run: Run, seconds: number) => run.clock.advance(seconds * SECOND);
  const table: Row[] = [
    ['no list', () => {}, 60, 'silent'],
    [
      'no list, but pings',
      async (run, peer) => {
        await ping(peer);
        advance(run, 50);
        await ping(peer);
      },
      10,
      'silent',
    ],
    [
      'no list, but garbage',
      async (run, peer) => {
        await sendGarbage(run, peer);
        advance(run, 59);
        await sendGarbage(run, peer);
      },
      1,
      'silent',
    ],
    ['half a first list', (_, peer) => sendPartialFrame(peer), 60, 'silent'],
    ['a list', list, 30, 'silent'],
    [
      'a list, then a ping',
      async (run, peer) => {
        await list(run, peer);
        await ping(peer);
      },
      30,
      'resync',
    ],
    [
      'a list, then a ping just before the silence limit',
      async (run, peer) => {
        await list(run, peer);
        advance(run, 29);
        await ping(peer);
      },
      1,
      'resync',
    ],
    [
      'a list, a ping, a second list, for which the ping does not count',
      async (run, peer) => {
        await list(run, peer);
        await ping(peer);
        await list(run, peer);
      },
      30,
      'silent',
    ],
    [
      'a list, then a pong, which does not count',
      async (run, peer) => {
        await list(run, peer);
        peer.ws.pong();
        await sendGarbage(run, peer);
      },
      30,
      'silent',
    ],
    [
      'a list, then only garbage',
      async (run, peer) => {
        await list(run, peer);
        for (let i = 0; i < 5; i++) {
          advance(run, 5);
          await sendGarbage(run, peer);
        }
      },
      5,
      'silent',
    ],
    [
      'a list, then half a frame, which a ping after it becomes part of',
      async (run, peer) => {
        await list(run, peer);
        sendPartialFrame(peer);
        peer.ws.ping();
        await settle();
      },
      30,
      'silent',
    ],
    [
      'a late first list and a late second one, each within its full limit',
      async (run, peer) => {
        advance(run, 59);
        await list(run, peer);
        advance(run, 29);
        await list(run, peer);
      },
      30,
      'silent',
    ],
  ];
  for (const [input, script, seconds, outcome] of table) {
    test(`${input}: ${outcome} ${seconds} s later`, async (t) => {
      const { run, peer, server } = await connected(t);
      await script(run, peer);
      await run.endsAfter(seconds * SECOND);
      assert.deepEqual([...run.reasons(), ...run.eventsOf('resync').map(({ type }) => type)], [outcome]);
      await run.stops(server);
    });
  }

  test('late handshake: the time for the first list starts at the connect', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.port, { silence: 600 * SECOND });
    run.clock.advance(40 * SECOND);
    await run.happened('opened', 1);
    await run.endsAfter(20 * SECOND);
    assert.deepEqual(run.reasons(), ['silent']);
  });
});

describe('a connection that ends after a list', () => {
  const table: [input: string, end: (peer: Peer) => unknown, reason: string][] = [
    ['a close frame', ({ ws }) => ws.close(1001), 'closed'],
    ['TCP ends without a close frame', ({ socket }) => socket.end(), 'closed'],
    [
      'a reset in the middle of a frame',
      (peer) => {
        sendPartialFrame(peer);
        setImmediate(() => peer.socket.resetAndDestroy());
      },
      'closed',
    ],
    ['a reserved opcode', ({ socket }) => socket.write(Buffer.from([0x83, 0])), 'closed'],
    ['a masked frame', ({ socket }) => socket.write(Buffer.from([0x81, 0x80, 0, 0, 0, 0])), 'closed'],
    ['a compressed frame', ({ socket }) => socket.write(Buffer.from([0xc1, 0])), 'closed'],
    ['a continuation without a first frame', ({ socket }) => socket.write(Buffer.from([0x80, 0])), 'closed'],
    ['bytes that are not a frame', ({ socket }) => socket.write('HTTP/1.1 500\r\n\r\n'), 'closed'],
    ['a byte over the limit', ({ socket }) => socket.write(frameHead(MAX_BYTES + 1)), 'too_large'],
    [
      'a first fragment over the limit',
      ({ socket }) => socket.write(frameHead(MAX_BYTES + 1, { final: false })),
      'too_large',
    ],
    [
      'fragments over the limit together',
      ({ socket }) =>
        socket.write(Buffer.concat([Buffer.from([0x01, 1, 120]), frameHead(MAX_BYTES, { opcode: 0 })])),
      'too_large',
    ],
    ['a message of 4 GiB', ({ socket }) => socket.write(frameHead(2 ** 32)), 'too_large'],
  ];
  for (const [input, end, reason] of table) {
    test(`${input}: reason ${reason}`, async (t) => {
      const { run, peer, server } = await connectedWithList(t);
      end(peer);
      await run.happened('failed', 1);
      assert.deepEqual(run.reasons(), [reason]);
      if (input === 'a close frame') assert.match(run.eventsOf('failed')[0]?.detail ?? '', /1001/);
      await run.stops(server);
    });
  }
});

describe('messages', () => {
  const NOT_UTF8 = Buffer.from([...Buffer.from('list '), 0xff, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80]);
  const table: [input: string, send: (peer: Peer, body: Buffer) => void, body: Buffer][] = [
    [
      'fragments as the manager sends them, one large and an empty final one',
      ({ ws }, body) => {
        ws.send(body, { fin: false, binary: false });
        ws.send('', { fin: true });
      },
      Buffer.from(`list ${'x'.repeat(3_000_000)}`),
    ],
    ['text that is not UTF-8', ({ ws }, body) => ws.send(body, { binary: false }), NOT_UTF8],
    ['binary', ({ ws }, body) => ws.send(body, { binary: true }), Buffer.from(LIST)],
  ];
  for (const [input, send, body] of table) {
    test(`${input}: received byte for byte`, async (t) => {
      const { run, peer } = await connected(t);
      send(peer, body);
      await run.happened('list', 1);
      assert.deepEqual(run.messages, [body]);
    });
  }

  test('empty message: a bad message, and the connection stays open', async (t) => {
    const { run, peer } = await connected(t);
    peer.ws.send('');
    await run.happened('bad_message', 1);
    assert.deepEqual([run.messages.map(String), run.eventsOf('failed')], [[''], []]);
  });

  test('handshake: offers no compression and requests no subprotocol', async (t) => {
    const { peer } = await connected(t);
    assert.equal(peer.request.headers['sec-websocket-extensions'], undefined);
    assert.equal(peer.request.headers['sec-websocket-protocol'], undefined);
  });

  for (const stream of STREAMS) {
    test(`${stream}: a message of exactly the limit is a list, one byte more is too large`, async (t) => {
      const server = await streamServer(t);
      const run = start(t, server.port, { stream });
      const { most } = LIMITS[MESSAGE_LIMITS[stream]];
      const { socket } = await server.next();
      socket.write(Buffer.concat([frameHead(most), Buffer.from('list'), Buffer.alloc(most - 4, ' ')]));
      await run.happened('list', 1);
      socket.write(frameHead(most + 1));
      await run.happened('failed', 1);
      assert.deepEqual(run.reasons(), ['too_large']);
    });
  }
});

describe('stopping', () => {
  const table: [when: string, prepare: (run: Run, peer: Peer) => unknown][] = [
    ['before the first list', () => {}],
    ['after a list', sendList],
    [
      'in the middle of a frame',
      async (run, peer) => {
        await sendList(run, peer);
        sendPartialFrame(peer);
        await settle();
      },
    ],
    ['after a ping', (_, peer) => ping(peer)],
  ];
  for (const [when, prepare] of table) {
    test(`stopped ${when}: no timer, listener or connection is left`, async (t) => {
      const { run, peer, server } = await connected(t);
      await prepare(run, peer);
      await run.stops(server);
      assert.deepEqual([run.eventsOf('failed'), run.eventsOf('resync')], [[], []]);
    });
  }

  for (const [when, url, reach] of [
    ['connecting', undefined, async () => {}],
    ['looking up a name', 'http://no-such-host.invalid:9500', async () => {}],
    ['waiting for the next connect', undefined, (run: Run) => run.happened('failed', 1)],
  ] as const) {
    test(`stopped while ${when}: no timer, listener or connection is left`, async (t) => {
      const run = start(t, await closedPort(), url === undefined ? {} : { url });
      await reach(run);
      await run.stops();
    });
  }

  test('stopped before it starts: nothing connects', async (t) => {
    const server = await tcpServer(t);
    const run = start(t, server.port, { stopped: true });
    await run.stops(server);
    assert.equal(server.accepted(), 0);
  });

  test('after twenty connections: no more listeners than after one', async (t) => {
    const run = start(t, await closedPort());
    for (let round = 1; round <= 20; round++) {
      await run.happened('failed', round);
      await run.waitOut();
    }
    await run.happened('failed', 21);
    await settle();
    assert.equal(run.listeners(), 1);
    await run.stops();
  });

  test('stopped while waiting for the handshake: no timer, listener or connection is left', async (t) => {
    const server = await tcpServer(t);
    const run = start(t, server.port);
    await settle();
    await run.stops(server);
  });

  test('stopped after a close frame, while the manager keeps TCP open: no timer or listener is left', async (t) => {
    const { run, peer } = await connected(t);
    peer.socket.removeAllListeners('data').removeAllListeners('end');
    const replied = once(peer.socket, 'data');
    peer.socket.write(Buffer.from([0x88, 0]));
    await replied;
    await run.stops();
  });

  test('stopped after a list: TCP ends at once, without a closing handshake', async (t) => {
    const { run, peer } = await connectedWithList(t);
    peer.socket.removeAllListeners('data').removeAllListeners('end');
    const received: Buffer[] = [];
    peer.socket.on('data', (bytes: Buffer) => received.push(bytes));
    const ended = once(peer.socket, 'end', { signal: AbortSignal.timeout(1_000) });
    await run.stops();
    await ended;
    assert.deepEqual(received, []);
  });

  test('stopped, then the manager sends a list: no further event', async (t) => {
    const { run, peer } = await connectedWithList(t);
    await run.stops();
    const { length } = run.events;
    peer.ws.send(LIST);
    run.clock.advance(100 * PERIOD);
    await settle();
    assert.equal(run.events.length, length);
  });
});
