import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createCache } from '../../src/http/cache.ts';
import { compress } from '../../src/http/gzip.ts';
import { LIMITS } from '../../src/limits.ts';
import { manualClock, until } from '../support/clock.ts';
import { client, exchange, rendering, request, start, statusOf } from './harness.ts';

const HEALTHZ = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
const METRICS = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n';
const LAST = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** Headers of every response: a browser must not guess its type, run anything in it, or cache it. */
const ALWAYS = [
  /^x-content-type-options: nosniff\r$/im,
  /^content-security-policy: default-src 'none'; frame-ancestors 'none'\r$/im,
  /^cache-control: no-store\r$/im,
  /^cross-origin-resource-policy: same-origin\r$/im,
];

describe('response', () => {
  test('scrape: format, length in bytes, metrics', async (t) => {
    const port = await start(t, { metrics: async () => rendering('up{é="ü"} 1\n') }).port();
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength('up{é="ü"} 1\n')));
    assert.equal(await response.text(), 'up{é="ü"} 1\n');
  });

  for (const target of ['/metrics', '/healthz', '/', '/nothing']) {
    test(`HEAD ${target}: the headers of GET, no body`, async (t) => {
      const port = await start(t).port();
      const withoutDate = (text: string) => text.replace(/^Date:.*\r\n/im, '');
      const head = withoutDate(await request(port, `HEAD ${target}`));
      const get = withoutDate(await request(port, `GET ${target}`));
      assert.equal(head, get.slice(0, get.indexOf('\r\n\r\n') + 4));
      for (const header of [/content-length: [1-9]/i, ...ALWAYS]) assert.match(head, header);
    });
  }

  const CROSS_SITE = ['Host: localhost', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Dest: empty'];
  for (const [line, status, ...headers] of [
    ['GET /metrics', 200],
    ['GET http://127.0.0.1/metrics', 200],
    ['GET /?x', 200],
    ['GET //', 404],
    ['GET *', 404],
    ['OPTIONS *', 405],
    ['POST /metrics', 405],
    ['DELETE /healthz', 405],
    ['OPTIONS /', 405],
    ['PROPFIND /metrics', 405],
    ['BREW /metrics', 400],
    ['get /metrics', 400],
    ['GET /nothing', 404, 'Host: localhost'],
    ['GET /nothing', 403, 'Host: rebind.example'],
    ['GET /metrics', 200, 'Host: rebind.example'],
    ['GET /nothing', 403, ...CROSS_SITE],
    ['GET /metrics', 200, ...CROSS_SITE],
  ] as const) {
    test(`${[line, ...headers].join(', ')}: ${status}`, async (t) => {
      const run = start(t);
      const response = await request(await run.port(), line, ...headers);
      assert.equal(statusOf(response), status);
      assert.equal(/^allow: GET, HEAD\r$/im.test(response), status === 405);
      assert.deepEqual([run.errors, run.exceeded()], [[], {}]);
    });
  }

  for (const [what, bytes] of [
    ['not HTTP', 'hello\r\n\r\n'],
    ['TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['header of a megabyte', `GET / HTTP/1.1\r\nX: ${'x'.repeat(2 ** 20)}\r\n\r\n`],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n'],
    ['upgrade', 'GET /metrics HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
    ['no bytes', ''],
  ] as const) {
    test(`${what}: the next scrape is served`, async (t) => {
      const run = start(t);
      const port = await run.port();
      await exchange(port, bytes, { halfClose: true }).catch(() => {}); // a reset is fine too
      assert.equal(statusOf(await request(port, 'GET /metrics')), 200);
      assert.deepEqual(run.errors, []);
    });
  }

  test('POST with a body: 405, and the connection serves the next request', async (t) => {
    const port = await start(t).port();
    const post = 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
    const response = await exchange(port, post + LAST);
    assert.deepEqual(response.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 405', 'HTTP/1.1 200']);
    assert.match(response, /ok\n$/);
  });

  test('100 pipelined requests: a response to each, no warning from Node.js', async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const responses = await exchange(await start(t).port(), METRICS.repeat(99) + LAST);
    assert.equal(responses.match(/^HTTP\/1\.1 200 OK\r$/gm)?.length, 100);
    assert.deepEqual(warnings, []);
  });
});

describe('limits', () => {
  test('connections at the limit: served; one more is closed, and so are idle ones', async (t) => {
    const run = start(t);
    const port = await run.port();
    const idleClients: Socket[] = [];
    for (let i = 0; i < LIMITS.connections.most; i++) {
      const idle = client(t, port, HEALTHZ);
      await once(idle, 'data');
      idleClients.push(idle);
    }
    assert.deepEqual(run.exceeded(), {});
    assert.equal(idleClients.filter(({ closed }) => closed).length, 0);
    await once(client(t, port).resume(), 'close');
    assert.deepEqual(run.exceeded(), { connections: 1 });
    await until(() => idleClients.every(({ closed }) => closed), 5_000, 'the idle ones are closed');
    assert.equal(statusOf(await request(port, 'GET /metrics')), 200);
  });

  test('many more pipelined requests than the limit: connection closed, counted once, the next scrape is served', async (t) => {
    const run = start(t);
    const port = await run.port();
    await once(client(t, port, METRICS.repeat(LIMITS.pipelined_requests.most + 1_000)).resume(), 'close');
    assert.deepEqual(run.exceeded(), { pipelined_requests: 1 });
    assert.deepEqual(run.clock.timers, []);
    assert.equal(statusOf(await request(port, 'GET /metrics')), 200);
  });

  test('many more requests than the pipelining limit, one after the other: a response to each', async (t) => {
    const run = start(t);
    const socket = client(t, await run.port());
    for (let i = 0; i < 2 * LIMITS.pipelined_requests.most; i++) {
      socket.write(HEALTHZ);
      await once(socket, 'data');
    }
    assert.deepEqual(run.exceeded(), {});
  });

  test('client still reading after 30 s: connection closed, rendering released', async (t) => {
    let released = 0;
    const run = start(t, { metrics: async () => rendering('x'.repeat(20_000_000), () => released++) });
    const socket = client(t, await run.port(), METRICS).pause();
    await until(() => run.clock.timers.length > 0);
    run.clock.advance(29_999);
    await turn();
    assert.deepEqual([run.exceeded(), released], [{}, 0]);
    run.clock.advance(1);
    await until(() => released === 1);
    assert.deepEqual(run.exceeded(), { send_seconds: 1 });
    await once(socket.resume(), 'close');
  });

  // Node.js counts the target, the names and the values, but no colons or line ends.
  const countedBytes = '/healthzHostxConnectioncloseX-Pad'.length;
  for (const [difference, status, exceeded] of [
    [-1, 200, {}],
    [0, 431, { header_bytes: 1 }],
  ] as const) {
    const bytes = LIMITS.header_bytes.most + difference;
    test(`${bytes} bytes of headers: ${status}`, async (t) => {
      const run = start(t);
      const padding = `X-Pad: ${'x'.repeat(bytes - countedBytes)}`;
      assert.equal(statusOf(await request(await run.port(), 'GET /healthz', 'Host: x', padding)), status);
      assert.deepEqual(run.exceeded(), exceeded);
    });
  }

  for (const encoding of ['identity', 'gzip']) {
    test(`connection lost with pipelined scrapes of ${encoding}: renderings are released, later scrapes get new ones`, async (t) => {
      const clock = manualClock();
      let rendered = 0;
      const render = createCache(
        {
          render: async () => {
            rendered++;
            // Gzip cannot make random bytes shorter.
            return randomBytes(8 * 1024 * 1024);
          },
          compress,
          internalError: () => assert.fail('no error is expected'),
        },
        clock,
      );
      const scrape = METRICS.replace('Host', `Accept-Encoding: ${encoding}\r\nHost`);
      let requested = 0;
      const metrics = () => {
        requested++;
        return render();
      };
      const run = start(t, { metrics });
      const port = await run.port();
      for (let round = 1; round <= 3; round++) {
        const socket = client(t, port, scrape.repeat(5));
        await until(() => requested === round * 5);
        socket.destroy();
        await until(() => run.clock.timers.length === 0);
        clock.advance(60_000);
      }
      const before = rendered;
      for (let scrapes = 1; scrapes <= 2; scrapes++) {
        await request(port, 'GET /metrics', 'Host: localhost', `Accept-Encoding: ${encoding}`);
        clock.advance(60_000);
        assert.equal(rendered, before + scrapes);
      }
    });
  }
});

describe('scrape fails', () => {
  for (const [how, metrics] of [
    ['throws', () => assert.fail('secret detail')],
    ['rejects', async () => assert.fail('secret detail')],
  ] as const) {
    test(`rendering ${how}: 500 without the detail, reported once, the server keeps serving`, async (t) => {
      const run = start(t, { metrics });
      const port = await run.port();
      const response = await request(port, 'GET /metrics');
      assert.equal(statusOf(response), 500);
      assert.doesNotMatch(response, /secret/);
      assert.deepEqual(
        run.errors.map((error) => (error as Error).message),
        ['secret detail'],
      );
      assert.match(await request(port, 'HEAD /metrics'), /^HTTP\/1\.1 500 .*\r\n\r\n$/s);
      assert.equal(statusOf(await request(port, 'GET /healthz')), 200);
    });
  }

  test('client disconnects during rendering: no error, another client is served', async (t) => {
    const renders: ((text: string) => void)[] = [];
    const metrics = () =>
      new Promise<ReturnType<typeof rendering>>((resolve) =>
        renders.push((text) => resolve(rendering(text))),
      );
    const run = start(t, { metrics });
    const port = await run.port();
    const leavingClient = client(t, port, METRICS);
    await until(() => renders.length === 1);
    const other = request(port, 'GET /metrics');
    await until(() => renders.length === 2);
    await reset(leavingClient);
    for (const [i, finish] of renders.entries()) finish(`up ${i}\n`);
    assert.match(await other, /up 1\n$/);
    assert.deepEqual(run.errors, []);
  });

  test('client disconnects in the middle of a long response: no error', async (t) => {
    const run = start(t, { metrics: async () => rendering('x'.repeat(20_000_000)) });
    const port = await run.port();
    const leavingClient = client(t, port, METRICS);
    await once(leavingClient, 'data');
    await reset(leavingClient);
    assert.equal(statusOf(await request(port, 'GET /healthz')), 200);
    assert.deepEqual(run.errors, []);
  });

  async function reset(socket: Socket): Promise<void> {
    socket.resetAndDestroy();
    await once(socket, 'close');
    await turn();
  }
});

describe('stop', () => {
  const endless = (t: TestContext) => start(t, { metrics: () => new Promise(() => {}) });

  for (const [which, bytes] of [
    ['has sent nothing', ''],
    ['has sent half a request', 'GET /metrics HTTP/1.1\r\nHo'],
    ['has received a response and is kept open', HEALTHZ],
    ['waits for a response that never comes', METRICS],
    ['sends an endless body', 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nx'],
  ] as const) {
    test(`connection that ${which}: closed`, async (t) => {
      const run = endless(t);
      const port = await run.port();
      const open = client(t, port).resume();
      await once(open, 'connect');
      open.write(bytes);
      await request(port, 'GET /healthz'); // the server has seen the first connection by now
      const closed = once(open, 'close');
      run.stopping.abort();
      await until(run.isStopped, 500, 'the server ends');
      await closed;
      assert.deepEqual(run.clock.timers, []);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    });
  }

  test('stopped before it listens: never serves', async (t) => {
    const run = start(t);
    run.stopping.abort();
    await run.ended;
    for (const port of run.ports) await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  });
});
