import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LIMITS } from '../../src/limits.ts';
import { createClient } from '../../src/requests/client.ts';
import { closedPort } from '../stream/servers.ts';
import { manualClock, until } from '../support/clock.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server whose responses the test defines, and a client of it on a stopped clock. */
async function start(t: TestContext, handler: Handler, path = '') {
  const sockets = new Set<Socket>();
  const requests: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  let accepted = 0;
  const server = createServer((request, response) => {
    const entry = { line: `${request.method} ${request.url}`, headers: request.headers, body: '' };
    requests.push(entry);
    request.on('data', (bytes: Buffer) => {
      entry.body += bytes.toString();
    });
    handler(request, response);
  });
  server.on('connection', (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const clock = manualClock({ monotonic: 5_000, wall: 1_790_000_000_000 });
  const client = createClient(new URL(`http://127.0.0.1:${port}${path}`), clock);
  t.after(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { client, clock, requests, accepted: () => accepted, open: () => sockets.size };
}

const ok: Handler = (_, response) => response.end('{}');
const never: Handler = () => {};

/** The result of a promise so far, without waiting for it. */
function outcome<T>(promise: Promise<T>) {
  const result: { value?: T; error?: Error } = {};
  promise.then(
    (value) => {
      result.value = value;
    },
    (error: Error) => {
      result.error = error;
    },
  );
  return result;
}

describe('requests of the client', () => {
  test('getVolume: a GET, with status, body, time of the request and duration', async (t) => {
    const run = await start(t, (_, response) => {
      run.clock.advance(42);
      response.writeHead(404).end('gone');
    });
    const response = await run.client.getVolume('pvc-1');
    assert.deepEqual([response.status, response.body.toString()], [404, 'gone']);
    assert.deepEqual([response.requestedAt, response.tookMs], [5_000, 42]);
    assert.equal(run.requests[0]?.line, 'GET /v1/volumes/pvc-1');
    assert.deepEqual(run.clock.timers, []);
  });

  test('listSnapshots: a POST of an empty object to the action that reads custom resources instead of the engine', async (t) => {
    const run = await start(t, ok);
    await run.client.listSnapshots('pvc-1');
    const [request] = run.requests;
    assert.equal(request?.line, 'POST /v1/volumes/pvc-1?action=snapshotCRList');
    assert.deepEqual([request.headers['content-type'], request.body], ['application/json', '{}']);
  });

  test('URL with a base path: kept in requests', async (t) => {
    const run = await start(t, ok, '/longhorn/');
    await run.client.getVolume('pvc-1');
    assert.equal(run.requests[0]?.line, 'GET /longhorn/v1/volumes/pvc-1');
  });

  for (const name of [
    'a/b',
    '../../v1/nodes/n',
    '..',
    '.',
    '%2e%2e',
    'a?action=snapshotDelete',
    'a#b',
    'a b',
    'a%2Fb',
    'läufer',
    '卷-🐮',
    'a\r\nHost: evil',
    'a;b=c&d',
    '\\..\\x',
  ]) {
    test(`volume name ${JSON.stringify(name)}: one encoded segment of the path`, async (t) => {
      const run = await start(t, ok);
      await run.client.getVolume(name).catch(() => {});
      await run.client.listSnapshots(name).catch(() => {});
      for (const { line } of run.requests) {
        const [method, url = ''] = line.split(' ');
        const [, segment = ''] = /^\/v1\/volumes\/([^/?#]+)(\?action=snapshotCRList)?$/.exec(url) ?? [];
        assert.equal(decodeURIComponent(segment), name, `${method} ${url}`);
      }
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    test(`redirect with status ${status}: not followed`, async (t) => {
      const run = await start(t, (_, response) =>
        response.writeHead(status, { location: '/elsewhere', 'content-length': 0 }).end(),
      );
      assert.equal((await run.client.getVolume('pvc-1')).status, status);
      assert.equal((await run.client.listSnapshots('pvc-1')).status, status);
      assert.equal(run.requests.length, 2);
    });
  }

  test('proxy in the environment: ignored, requests go to the manager directly', async (t) => {
    const proxy = `http://127.0.0.1:${await closedPort()}`;
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy', 'NODE_USE_ENV_PROXY'];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy;
    t.after(() => {
      for (const [i, name] of names.entries()) {
        if (before[i] === undefined) delete process.env[name];
        else process.env[name] = before[i];
      }
    });
    const run = await start(t, ok);
    assert.equal((await run.client.getVolume('pvc-1')).status, 200);
    assert.equal(run.requests[0]?.line, 'GET /v1/volumes/pvc-1');
  });
});

describe('body of a response', () => {
  const { most } = LIMITS.answer_bytes;
  const respondWith = (size: number, length: boolean) => (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, length ? { 'content-length': size } : {});
    response.end(Buffer.alloc(size, ' '));
  };
  for (const length of [true, false]) {
    const how = length ? 'with Content-Length' : 'in chunks';
    test(`exactly the limit, ${how}: accepted`, async (t) => {
      const run = await start(t, respondWith(most, length));
      assert.equal((await run.client.getVolume('pvc-1')).body.length, most);
    });

    test(`one byte more than the limit, ${how}: rejected, and the next request works`, async (t) => {
      let size = most + 1;
      const run = await start(t, (request, response) => respondWith(size, length)(request, response));
      await assert.rejects(run.client.getVolume('pvc-1'));
      size = 10;
      assert.equal((await run.client.getVolume('pvc-1')).body.length, 10);
      assert.deepEqual(run.clock.timers, []);
    });
  }

  for (const [what, cut] of [
    ['connection reset in the middle', (socket: Socket) => socket.resetAndDestroy()],
    ['body shorter than its Content-Length', (socket: Socket) => socket.end()],
  ] as const) {
    test(`${what}: rejected, and the next request works`, async (t) => {
      let broken = true;
      const run = await start(t, (request, response) => {
        if (!broken) return ok(request, response);
        response.writeHead(200, { 'content-length': 1_000 });
        response.write('{', () => cut(request.socket));
      });
      await assert.rejects(run.client.listSnapshots('pvc-1'));
      broken = false;
      assert.equal((await run.client.getVolume('pvc-1')).status, 200);
      assert.deepEqual(run.clock.timers, []);
    });
  }

  test('response that is not HTTP: rejected', async (t) => {
    const run = await start(t, ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await assert.rejects(run.client.getVolume('pvc-1'));
    assert.deepEqual(run.clock.timers, []);
  });
});

test('switch to another protocol: an error, and no timer left', async (t) => {
  const { client, clock } = await start(t, (_, response) => {
    response.socket?.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
  });
  await assert.rejects(client.getVolume('pvc-1'), /status 101/);
  assert.deepEqual(clock.timers, []);
});

test('refused connection: an error, and no timer left', async () => {
  const clock = manualClock();
  const client = createClient(new URL(`http://127.0.0.1:${await closedPort()}`), clock);
  await assert.rejects(client.getVolume('pvc-1'), /ECONNREFUSED/);
  assert.deepEqual(clock.timers, []);
});

describe('connection of the client', () => {
  test('many requests: one connection', async (t) => {
    const run = await start(t, ok);
    for (let i = 0; i < 20; i++) await run.client[i % 2 ? 'getVolume' : 'listSnapshots'](`pvc-${i}`);
    assert.deepEqual([run.requests.length, run.accepted()], [20, 1]);
  });

  test('requests at the same time: one after the other, on one connection', async (t) => {
    let open = 0;
    let most = 0;
    const run = await start(t, (_, response) => {
      most = Math.max(most, ++open);
      setTimeout(() => {
        open--;
        response.end('{}');
      }, 5);
    });
    const all = Array.from({ length: 10 }, (_, i) =>
      run.client[i % 2 ? 'getVolume' : 'listSnapshots'](`v${i}`),
    );
    await Promise.all(all);
    assert.deepEqual([run.requests.length, most, run.accepted()], [10, 1, 1]);
  });

  test('closed by the manager: opened again for the next request', async (t) => {
    const run = await start(t, (_, response) => response.setHeader('connection', 'close').end('{}'));
    for (let i = 0; i < 3; i++) await run.client.getVolume('pvc-1');
    assert.equal(run.accepted(), 3);
  });
});

describe('timeout of a request', () => {
  for (const [what, handler] of [
    ['no response', never],
    ['body that never ends', (_: IncomingMessage, response: ServerResponse) => response.write('{')],
  ] as const) {
    test(`${what}: request and connection end after 10 s, not before`, async (t) => {
      const run = await start(t, handler);
      const result = outcome(run.client.listSnapshots('pvc-1'));
      await until(() => run.requests.length === 1);
      run.clock.advance(9_999);
      await turn();
      assert.equal(result.error, undefined);
      run.clock.advance(1);
      await until(() => result.error !== undefined);
      await until(() => run.open() === 0);
      assert.deepEqual(run.clock.timers, []);
    });
  }

  test('request after a timeout: sent on a new connection', async (t) => {
    const run = await start(t, (request, response) =>
      request.method === 'GET' ? ok(request, response) : undefined,
    );
    const hung = outcome(run.client.listSnapshots('pvc-1'));
    await until(() => run.requests.length === 1);
    run.clock.advance(10_000);
    await until(() => hung.error !== undefined);
    assert.equal((await run.client.getVolume('pvc-1')).status, 200);
  });
});

describe('close()', () => {
  test('running request: rejected', async (t) => {
    const run = await start(t, never);
    const result = outcome(run.client.getVolume('pvc-1'));
    await until(() => run.requests.length === 1);
    run.client.close();
    await until(() => result.error !== undefined, 1_000);
    await until(() => run.open() === 0, 1_000);
    assert.deepEqual(run.clock.timers, []);
  });

  test('request that waits for the running one: rejected, and nothing more is sent', async (t) => {
    const run = await start(t, never);
    const running = outcome(run.client.listSnapshots('pvc-1'));
    const waiting = outcome(run.client.getVolume('pvc-2'));
    await until(() => run.requests.length === 1);
    run.client.close();
    await until(() => running.error !== undefined, 1_000);
    await until(() => waiting.error !== undefined, 1_000);
    assert.equal(run.requests.length, 1);
    assert.deepEqual(run.clock.timers, []);
  });

  test('idle connection: closed', async (t) => {
    const run = await start(t, ok);
    await run.client.getVolume('pvc-1');
    run.client.close();
    await until(() => run.open() === 0, 1_000);
  });
});
