import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '../../src/limits.ts';
import { connect } from '../../src/stream/connection.ts';
import type { Outcome } from '../../src/stream/policy.ts';
import { manualClock, until } from '../support/clock.ts';
import { answeringServer, closedPort, frameHead, type Peer, streamServer, tcpServer } from './servers.ts';

const SILENCE = 60_000;
const FIRST = 100_000;
const MOST_BYTES = LIMITS.message_bytes.most;

/** Every list starts with this word; what does not is garbage. */
const LIST = 'list of volumes';
const GARBAGE = 'garbage';

/** Connects on a clock that stands still; what the listener hears is kept. */
function start(t: TestContext, url: string, patience = { firstMessage: FIRST, silence: SILENCE }) {
  const clock = manualClock();
  const stopping = new AbortController();
  const { signal } = stopping;
  const messages: Buffer[] = [];
  const run = {
    clock,
    stopping,
    messages,
    opened: 0,
    outcome: undefined as Outcome | undefined,
    ended: Promise.resolve(),
    async isOpen() {
      await until(() => run.opened === 1);
    },
    /** Resolves when the client has taken in so many messages. */
    async heard(count: number) {
      await until(() => messages.length === count);
    },
    listeners: () => getEventListeners(signal, 'abort').length,
  };
  const listener = {
    opened() {
      run.opened++;
    },
    message(message: Buffer) {
      messages.push(message);
      return message.toString('latin1').startsWith('list') ? 'list' : 'bad';
    },
  };
  run.ended = connect(url, MOST_BYTES, patience, listener, clock, signal).then((outcome) => {
    run.outcome = outcome;
  });
  t.after(() => stopping.abort());
  return run;
}

type Run = ReturnType<typeof start>;

/** Moves the clock to one millisecond before `ms` have passed, sees that nothing ends, and takes the last step. */
async function endsExactlyAfter(run: Run, ms: number): Promise<Outcome | undefined> {
  run.clock.advance(ms - 1);
  await turn();
  assert.equal(run.outcome, undefined, `ended before ${ms} ms`);
  run.clock.advance(1);
  await turn();
  assert.notEqual(run.outcome, undefined, `did not end at ${ms} ms`);
  return run.outcome;
}

/** No timer, no listener and no socket may outlive the connection. */
async function leavesNothing(run: Run, server?: { open: () => number }): Promise<void> {
  await run.ended;
  assert.deepEqual(run.clock.timers, []);
  assert.equal(run.listeners(), 0);
  await until(() => (server?.open() ?? 0) === 0, 1_000, 'the server sees the connection end');
}

async function connected(t: TestContext) {
  const server = await streamServer(t);
  const run = start(t, server.url);
  const peer = await server.next();
  await run.isOpen();
  return { server, run, peer };
}

/** Connected, and one list has been taken in. */
async function flowing(t: TestContext) {
  const all = await connected(t);
  all.peer.ws.send(LIST);
  await all.run.heard(1);
  return all;
}

/** Sends a ping and waits for its pong, so that the client has certainly seen it. */
async function ping({ ws }: Peer): Promise<void> {
  const answered = once(ws, 'pong');
  ws.ping();
  await answered;
}

const answer = (status: string, ...headers: string[]) =>
  [`HTTP/1.1 ${status}`, 'Content-Length: 0', ...headers, '', ''].join('\r\n');

const UPGRADE = ['Upgrade: websocket', 'Connection: Upgrade'];

describe('a connection that never opens', () => {
  for (const [why, reply] of [
    ['the stream is unknown: HTTP 404', answer('404 Not Found')],
    ['the manager fails: HTTP 500', answer('500 Internal Server Error')],
    ['the answer is HTTP 200', answer('200 OK')],
    ['the answer is a redirect', answer('302 Found', 'Location: http://127.0.0.1:1/')],
    ['a password is wanted', answer('401 Unauthorized', 'WWW-Authenticate: Basic')],
    [
      'the handshake is answered for another key',
      answer('101 Switching', ...UPGRADE, 'Sec-WebSocket-Accept: no'),
    ],
    ['the handshake has no key', answer('101 Switching Protocols', ...UPGRADE)],
    ['the answer is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ] as const) {
    test(`ends as connect when ${why}`, async (t) => {
      const server = await answeringServer(t, reply);
      const run = start(t, server.url);
      await leavesNothing(run, server);
      assert.equal(run.outcome?.ending, 'connect');
      assert.deepEqual([run.outcome?.opened, run.outcome?.lists, run.opened], [false, 0, 0]);
      assert.notEqual(run.outcome?.detail, '');
    });
  }

  test('ends as connect when the port is closed', async (t) => {
    const run = start(t, `ws://127.0.0.1:${await closedPort()}/`);
    await leavesNothing(run);
    assert.equal(run.outcome?.ending, 'connect');
    assert.match(run.outcome?.detail ?? '', /ECONNREFUSED/);
  });

  test('ends as connect when the host name is unknown', async (t) => {
    const run = start(t, 'ws://no-such-host.invalid:9500/');
    await leavesNothing(run);
    assert.equal(run.outcome?.ending, 'connect');
  });

  test('ends as connect when the server closes instead of answering', async (t) => {
    const server = await tcpServer(t, (socket) => socket.end());
    const run = start(t, server.url);
    await leavesNothing(run, server);
    assert.equal(run.outcome?.ending, 'connect');
  });

  test('ends as connect when TLS is asked of a server that has none', async (t) => {
    const server = await answeringServer(t, answer('400 Bad Request'));
    const run = start(t, server.url.replace('ws:', 'wss:'));
    await leavesNothing(run, server);
    assert.equal(run.outcome?.ending, 'connect');
  });

  for (const [why, greeting] of [
    ['accepts and says nothing', ''],
    ['stops in the middle of its answer', 'HTTP/1.1 101 Switching Proto'],
  ] as const) {
    test(`ends as connect at the silence limit when the server ${why}`, async (t) => {
      const server = await tcpServer(t, (socket) => socket.write(greeting));
      const run = start(t, server.url);
      await until(() => server.open() === 1);
      const outcome = await endsExactlyAfter(run, SILENCE);
      assert.deepEqual([outcome?.ending, outcome?.opened], ['connect', false]);
      await leavesNothing(run, server);
    });
  }

  test('is not given longer for the handshake than for the first list', async (t) => {
    const server = await tcpServer(t);
    const run = start(t, server.url, { firstMessage: 60_000, silence: 86_400_000 });
    const outcome = await endsExactlyAfter(run, 60_000);
    assert.equal(outcome?.ending, 'connect');
    await leavesNothing(run, server);
  });
});

describe('a connection that opens and brings no list', () => {
  test('is silent at the deadline of the first list, not at the silence limit', async (t) => {
    const { run, server } = await connected(t);
    const outcome = await endsExactlyAfter(run, FIRST);
    assert.deepEqual([outcome?.ending, outcome?.opened, outcome?.lists], ['silent', true, 0]);
    await leavesNothing(run, server);
  });

  test('has its deadline from connecting, not from the handshake', async (t) => {
    const server = await streamServer(t);
    const run = start(t, server.url);
    run.clock.advance(40_000);
    await server.next();
    await run.isOpen();
    const outcome = await endsExactlyAfter(run, FIRST - 40_000);
    assert.equal(outcome?.ending, 'silent');
  });

  test('is silent although the manager pings: the handler lives, its first list failed', async (t) => {
    const { run, peer } = await connected(t);
    await ping(peer);
    run.clock.advance(50_000);
    await ping(peer);
    const outcome = await endsExactlyAfter(run, FIRST - 50_000);
    assert.equal(outcome?.ending, 'silent');
  });

  test('is silent although garbage flows', async (t) => {
    const { run, peer, server } = await connected(t);
    peer.ws.send(GARBAGE);
    await run.heard(1);
    run.clock.advance(99_000);
    peer.ws.send(GARBAGE);
    await run.heard(2);
    const outcome = await endsExactlyAfter(run, 1_000);
    assert.deepEqual([outcome?.ending, outcome?.lists], ['silent', 0]);
    await leavesNothing(run, server);
  });

  test('is silent when the first list stops in the middle of its frame', async (t) => {
    const { run, peer, server } = await connected(t);
    peer.socket.write(Buffer.concat([frameHead(1_000), Buffer.from('list of')]));
    const outcome = await endsExactlyAfter(run, FIRST);
    assert.equal(outcome?.ending, 'silent');
    await leavesNothing(run, server);
  });
});

describe('a connection that brought a list', () => {
  test('is resynced at the silence limit when the manager pinged since', async (t) => {
    const { run, peer, server } = await flowing(t);
    await ping(peer);
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.deepEqual(outcome, {
      ending: 'resync',
      detail: outcome?.detail,
      lists: 1,
      opened: true,
    });
    await leavesNothing(run, server);
  });

  test('is silent at the silence limit when no ping came', async (t) => {
    const { run, server } = await flowing(t);
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.deepEqual([outcome?.ending, outcome?.lists], ['silent', 1]);
    await leavesNothing(run, server);
  });

  test('is silent when all pings came before the last list', async (t) => {
    const { run, peer } = await flowing(t);
    await ping(peer);
    peer.ws.send(LIST);
    await run.heard(2);
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.equal(outcome?.ending, 'silent');
  });

  test('is not kept alive by pings', async (t) => {
    const { run, peer } = await flowing(t);
    run.clock.advance(SILENCE - 10);
    await ping(peer);
    const outcome = await endsExactlyAfter(run, 10);
    assert.equal(outcome?.ending, 'resync');
  });

  test('is silent when only pongs came: they prove nothing', async (t) => {
    const { run, peer } = await flowing(t);
    peer.ws.pong();
    peer.ws.send(GARBAGE); // what comes after the pong, to know that it arrived
    await run.heard(2);
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.equal(outcome?.ending, 'silent');
  });

  test('is not kept alive by garbage, and garbage is no list', async (t) => {
    const { run, peer, server } = await flowing(t);
    for (let count = 2; count < 7; count++) {
      run.clock.advance(9_000);
      peer.ws.send(GARBAGE);
      await run.heard(count);
    }
    const outcome = await endsExactlyAfter(run, SILENCE - 45_000);
    assert.deepEqual([outcome?.ending, outcome?.lists], ['silent', 1]);
    await leavesNothing(run, server);
  });

  test('has the whole silence limit again after each list, also when the first one came late', async (t) => {
    const { run, peer } = await connected(t);
    run.clock.advance(FIRST - 1);
    peer.ws.send(LIST);
    await run.heard(1);
    run.clock.advance(SILENCE - 1);
    peer.ws.send(LIST);
    await run.heard(2);
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.equal(outcome?.lists, 2);
  });

  test('is closed when the manager closes politely', async (t) => {
    const { run, peer, server } = await flowing(t);
    peer.ws.close(1001);
    await leavesNothing(run, server);
    assert.deepEqual([run.outcome?.ending, run.outcome?.lists], ['closed', 1]);
    assert.match(run.outcome?.detail ?? '', /1001/);
  });

  test('is closed when the server ends TCP without a word', async (t) => {
    const { run, peer, server } = await flowing(t);
    peer.socket.end();
    await leavesNothing(run, server);
    assert.equal(run.outcome?.ending, 'closed');
  });

  test('is closed when the connection is reset in the middle of a frame', async (t) => {
    const { run, peer, server } = await flowing(t);
    peer.socket.write(Buffer.concat([frameHead(1_000_000), Buffer.alloc(1_000)]));
    await until(() => peer.socket.writableLength === 0);
    peer.socket.resetAndDestroy();
    await leavesNothing(run, server);
    assert.deepEqual([run.outcome?.ending, run.outcome?.lists], ['closed', 1]);
  });

  test('is silent when a frame stops in the middle: the pings behind it are part of it', async (t) => {
    const { run, peer, server } = await flowing(t);
    peer.socket.write(Buffer.concat([frameHead(1_000_000), Buffer.alloc(1_000)]));
    peer.ws.ping();
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.deepEqual([outcome?.ending, outcome?.lists], ['silent', 1]);
    await leavesNothing(run, server);
  });

  for (const [why, bytes] of [
    ['a reserved opcode', Buffer.from([0x83, 0])],
    ['a masked frame', Buffer.from([0x81, 0x80, 0, 0, 0, 0])],
    ['a compressed frame, which was not agreed on', Buffer.from([0xc1, 0])],
    ['a continuation of nothing', Buffer.from([0x80, 0])],
    ['bytes that are no frame', Buffer.from('HTTP/1.1 500\r\n\r\n')],
  ] as const) {
    test(`is closed after ${why}`, async (t) => {
      const { run, peer, server } = await flowing(t);
      peer.socket.write(bytes);
      await leavesNothing(run, server);
      assert.equal(run.outcome?.ending, 'closed');
    });
  }
});

describe('messages', () => {
  test('arrive whole when fragmented the way the manager does it: one big part and an empty final one', async (t) => {
    const { run, peer } = await connected(t);
    const body = `list ${'x'.repeat(3_000_000)}`;
    peer.ws.send(body, { fin: false });
    peer.ws.send('', { fin: true });
    await run.heard(1);
    assert.equal(run.messages[0]?.toString(), body);
  });

  test('arrive when the text is not UTF-8, byte for byte', async (t) => {
    const { run, peer } = await connected(t);
    const body = Buffer.from([...Buffer.from('list '), 0xff, 0xc3, 0x28, 0x00, 0xed, 0xa0, 0x80]);
    peer.ws.send(body, { binary: false });
    await run.heard(1);
    assert.deepEqual(run.messages[0], body);
  });

  test('that are binary or empty arrive as well and end nothing', async (t) => {
    const { run, peer } = await connected(t);
    peer.ws.send(Buffer.from(LIST), { binary: true });
    peer.ws.send('');
    await run.heard(2);
    assert.equal(run.outcome, undefined);
    assert.deepEqual(run.messages.map(String), [LIST, '']);
  });

  test('offer no compression and ask for no subprotocol', async (t) => {
    const { peer } = await connected(t);
    assert.equal(peer.request.headers['sec-websocket-extensions'], undefined);
    assert.equal(peer.request.headers['sec-websocket-protocol'], undefined);
  });

  for (const [why, head] of [
    ['is a byte over 96 MiB', frameHead(MOST_BYTES + 1)],
    ['has a first fragment over 96 MiB', frameHead(MOST_BYTES + 1, { final: false })],
    [
      'has fragments over 96 MiB together',
      Buffer.concat([Buffer.from([0x01, 1, 120]), frameHead(MOST_BYTES, { opcode: 0 })]),
    ],
    ['is 4 GiB', frameHead(2 ** 32)],
  ] as const) {
    test(`are too large when one ${why}`, async (t) => {
      const { run, peer, server } = await flowing(t);
      peer.socket.write(head);
      await leavesNothing(run, server);
      assert.deepEqual([run.outcome?.ending, run.outcome?.lists], ['too_large', 1]);
    });
  }

  test('of exactly 96 MiB are not too large', async (t) => {
    const { run, peer } = await flowing(t);
    peer.socket.write(Buffer.concat([frameHead(MOST_BYTES), Buffer.alloc(10)]));
    const outcome = await endsExactlyAfter(run, SILENCE);
    assert.equal(outcome?.ending, 'silent');
  });
});

describe('stopping', () => {
  test('ends a connection to a closed port before it is known to be closed', async (t) => {
    const run = start(t, `ws://127.0.0.1:${await closedPort()}/`);
    run.stopping.abort();
    await leavesNothing(run);
    assert.equal(run.outcome?.ending, 'stopped');
  });

  test('ends a connection whose name is being looked up', async (t) => {
    const run = start(t, 'ws://no-such-host.invalid:9500/');
    run.stopping.abort();
    await leavesNothing(run);
    assert.equal(run.outcome?.ending, 'stopped');
  });

  test('ends a connection that waits for the handshake', async (t) => {
    const server = await tcpServer(t);
    const run = start(t, server.url);
    await until(() => server.open() === 1);
    run.stopping.abort();
    await leavesNothing(run, server);
    assert.equal(run.outcome?.ending, 'stopped');
  });

  for (const [stage, prepare] of [
    ['waits for its first list', async () => {}],
    [
      'has a list',
      async (run: Run, { ws }: Peer) => {
        ws.send(LIST);
        await run.heard(1);
      },
    ],
    [
      'is in the middle of a frame',
      async (run: Run, { ws, socket }: Peer) => {
        ws.send(LIST);
        await run.heard(1);
        socket.write(Buffer.concat([frameHead(1_000_000), Buffer.alloc(1_000)]));
      },
    ],
    ['was pinged', async (_: Run, peer: Peer) => ping(peer)],
  ] as const) {
    test(`ends a connection that ${stage}`, async (t) => {
      const { run, peer, server } = await connected(t);
      await prepare(run, peer);
      run.stopping.abort();
      await leavesNothing(run, server);
      assert.equal(run.outcome?.ending, 'stopped');
    });
  }

  test('ends a connection that the manager closes with a word but leaves open', async (t) => {
    const { run, peer } = await connected(t);
    peer.socket.removeAllListeners('data').removeAllListeners('end');
    const answered = once(peer.socket, 'data');
    peer.socket.write(Buffer.from([0x88, 0]));
    await answered;
    run.stopping.abort();
    await leavesNothing(run);
    assert.equal(run.outcome?.ending, 'stopped');
  });

  test('takes TCP down at once and without a word, as the manager never would', async (t) => {
    const { run, peer } = await flowing(t);
    peer.socket.removeAllListeners('data').removeAllListeners('end');
    const received: Buffer[] = [];
    peer.socket.on('data', (bytes: Buffer) => received.push(bytes));
    const down = once(peer.socket, 'end', { signal: AbortSignal.timeout(1_000) });
    run.stopping.abort();
    await down;
    assert.deepEqual(received, []);
  });

  test('before connecting opens nothing that stays', async (t) => {
    const server = await tcpServer(t);
    const clock = manualClock();
    const listener = { opened: () => assert.fail('opened'), message: () => assert.fail('message') };
    const outcome = await connect(
      server.url,
      MOST_BYTES,
      { firstMessage: FIRST, silence: SILENCE },
      listener,
      clock,
      AbortSignal.abort(),
    );
    assert.equal(outcome.ending, 'stopped');
    assert.deepEqual(clock.timers, []);
    await until(() => server.open() === 0);
  });

  test('is heard no more once a connection has ended: nothing comes after its outcome', async (t) => {
    const { run, peer } = await flowing(t);
    run.stopping.abort();
    await run.ended;
    peer.ws.send(LIST);
    run.clock.advance(10 * FIRST);
    await turn();
    assert.deepEqual([run.messages.length, run.outcome?.ending], [1, 'stopped']);
  });
});
