import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../support/clock.ts';
import { exchange, request, start, statusOf } from './serving.ts';

/** A promise and its end in the caller's hand. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('an answer', () => {
  test('to a scrape carries the format, its length and the metrics', async (t) => {
    const port = await start(t, undefined, async () => 'up{é="ü"} 1\n').port();
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(response.headers.get('content-length'), String(Buffer.byteLength('up{é="ü"} 1\n')));
    assert.equal(await response.text(), 'up{é="ü"} 1\n');
  });

  test('to a HEAD request has the headers of GET and no body', async (t) => {
    const port = await start(t).port();
    for (const target of ['/metrics', '/healthz', '/', '/nothing']) {
      const head = await request(port, `HEAD ${target}`);
      const get = await request(port, `GET ${target}`);
      const withoutDate = (text: string) => text.replace(/^Date:.*\r\n/im, '');
      assert.equal(withoutDate(head), withoutDate(get.slice(0, get.indexOf('\r\n\r\n') + 4)));
      assert.match(head, /content-length: [1-9]/i);
    }
  });

  for (const [line, status] of [
    ['GET /metrics', 200],
    ['GET /healthz', 200],
    ['GET /', 200],
    ['GET /?x', 200],
    ['GET /nothing', 404],
    ['GET //', 404],
    ['GET *', 404],
    ['OPTIONS *', 405],
    ['POST /metrics', 405],
    ['DELETE /healthz', 405],
    ['OPTIONS /', 405],
    ['PROPFIND /metrics', 405],
    ['BREW /metrics', 400],
    ['get /metrics', 400],
  ] as const) {
    test(`to ${line} has the status ${status}`, async (t) => {
      const run = start(t);
      const response = await request(await run.port(), line);
      assert.equal(statusOf(response), status);
      assert.equal(/^allow: GET, HEAD\r$/im.test(response), status === 405);
      assert.deepEqual(run.failures, []);
    });
  }

  test('to a target in absolute form, as proxies send it, is that of its path (RFC 9112, 3.2.2)', async (t) => {
    const port = await start(t).port();
    assert.equal(statusOf(await request(port, `GET http://127.0.0.1:${port}/metrics`)), 200);
  });

  for (const [what, bytes] of [
    ['nonsense', 'hello\r\n\r\n'],
    ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['a header of a megabyte', `GET / HTTP/1.1\r\nX: ${'x'.repeat(2 ** 20)}\r\n\r\n`],
    ['a CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n'],
    ['an upgrade', 'GET /metrics HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'],
    ['nothing at all', ''],
  ] as const) {
    test(`to ${what} does no harm: the next scrape is served`, async (t) => {
      const run = start(t);
      const port = await run.port();
      await exchange(port, bytes).catch(() => {}); // a reset is as good
      assert.equal(statusOf(await request(port, 'GET /metrics')), 200);
      assert.deepEqual(run.failures, []);
    });
  }

  test('to a POST with a body leaves the connection fit for the next request', async (t) => {
    const port = await start(t).port();
    const post = 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello';
    const get = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
    const response = await exchange(port, post + get);
    assert.deepEqual(response.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 405', 'HTTP/1.1 200']);
    assert.match(response, /ok\n$/);
  });
});

describe('a scrape that goes wrong', () => {
  for (const [how, metrics] of [
    ['throws', () => assert.fail('secret detail')],
    ['rejects', async () => assert.fail('secret detail')],
  ] as const) {
    test(`by an exposition that ${how} answers 500, is told once, and keeps the detail to the log`, async (t) => {
      const run = start(t, undefined, metrics);
      const port = await run.port();
      const response = await request(port, 'GET /metrics');
      assert.equal(statusOf(response), 500);
      assert.doesNotMatch(response, /secret/);
      assert.deepEqual(
        run.failures.map((error) => (error as Error).message),
        ['secret detail'],
      );
      assert.equal(statusOf(await request(port, 'GET /healthz')), 200);
    });
  }

  test('answers HEAD with 500 and no body', async (t) => {
    const port = await start(t, undefined, () => assert.fail('a bug')).port();
    const response = await request(port, 'HEAD /metrics');
    assert.equal(statusOf(response), 500);
    assert.match(response, /\r\n\r\n$/);
  });

  test('by a client that leaves meanwhile is no failure, and the next is served', async (t) => {
    const renders = [deferred<string>(), deferred<string>()];
    let begun = 0;
    const run = start(t, undefined, () => renders[begun++]?.promise ?? Promise.resolve(''));
    const port = await run.port();
    const impatient = connect(port, '127.0.0.1');
    impatient.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => begun === 1);
    const other = request(port, 'GET /metrics');
    await until(() => begun === 2);
    impatient.resetAndDestroy();
    await once(impatient, 'close');
    await turn();
    for (const [i, render] of renders.entries()) render.resolve(`up ${i}\n`);
    assert.match(await other, /up 1\n$/);
    assert.deepEqual(run.failures, []);
  });

  test('by a client that leaves in the middle of a long answer is no failure', async (t) => {
    const run = start(t, undefined, async () => 'x'.repeat(20_000_000));
    const port = await run.port();
    const impatient = connect(port, '127.0.0.1');
    impatient.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(impatient, 'data');
    impatient.resetAndDestroy();
    await once(impatient, 'close');
    assert.equal(statusOf(await request(port, 'GET /healthz')), 200);
    assert.deepEqual(run.failures, []);
  });
});

describe('stopping', () => {
  for (const [which, bytes] of [
    ['has sent nothing', ''],
    ['has sent half a request', 'GET /metrics HTTP/1.1\r\nHo'],
    ['was answered and is kept open', 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['waits for an answer that never comes', 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['sends a body without end', 'POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nx'],
  ] as const) {
    test(`ends a connection that ${which}`, async (t) => {
      const run = start(t, undefined, () => new Promise<string>(() => {}));
      const port = await run.port();
      const client = connect(port, '127.0.0.1');
      client.on('error', () => {}).resume();
      await once(client, 'connect');
      client.write(bytes);
      await request(port, 'GET /healthz'); // the server has seen the first connection by now
      const closed = once(client, 'close');
      run.stopping.abort();
      await until(() => run.stopped, 500, 'the server ends');
      await closed;
      assert.deepEqual(run.clock.timers, []);
      await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
    });
  }

  test('before it listens resolves and never serves', async (t) => {
    const run = start(t);
    run.stopping.abort();
    await run.ended;
    for (const port of run.ports) await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  });
});
