/** More clients, requests and patience than a server of metrics has: what is within the limits is served, the rest is cut off. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { until } from '../support/clock.ts';
import { exchange, LOCAL, request, start, statusOf } from './serving.ts';

function client(t: TestContext, port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => socket.destroy());
  return socket;
}

/** Opens one that has been answered and now idles. */
async function idle(t: TestContext, port: number): Promise<Socket> {
  const socket = client(t, port);
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

test('as many connections as allowed are served; one more is closed, and with it those that idle', async (t) => {
  const run = start(t);
  const port = await run.port();
  const crowd: Socket[] = [];
  for (let i = 0; i < LIMITS.connections.most; i++) crowd.push(await idle(t, port));
  assert.deepEqual(run.exceeded, []);
  assert.equal(crowd.filter(({ closed }) => closed).length, 0);
  const one = client(t, port);
  one.resume();
  await once(one, 'close');
  assert.deepEqual(run.exceeded, ['connections']);
  await until(() => crowd.every(({ closed }) => closed), 5_000, 'the idle ones are closed');
  assert.equal(statusOf(await request(port, 'GET /metrics')), 200);
});

test('as many requests at once as allowed are answered, then so many a second', async (t) => {
  const run = start(t);
  const port = await run.port();
  const statuses = async (count: number) => {
    const asked = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count - 1);
    const answers = await exchange(
      port,
      `${asked}GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      {
        halfClose: false,
      },
    );
    return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  };
  assert.deepEqual(new Set(await statuses(500)), new Set([200]));
  assert.deepEqual(await statuses(1), [429]);
  assert.deepEqual(run.exceeded, ['requests']);
  run.clock.advance(1_000);
  const next = await statuses(LIMITS.requests.most + 1);
  assert.equal(next.filter((status) => status === 200).length, LIMITS.requests.most);
  assert.equal(next.at(-1), 429);
});

test('who takes as long as allowed to read is served; who takes longer is cut off, and the page let go', async (t) => {
  const run = start(t, LOCAL, async () => 'x'.repeat(20_000_000));
  const socket = client(t, await run.port());
  socket.pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n');
  await until(() => run.clock.timers.length > 0, 5_000, 'the request has come');
  run.clock.advance(LIMITS.send_seconds.most * 1000 - 1);
  await until(() => socket.readableLength > 0 || socket.bytesRead === 0);
  assert.deepEqual([run.exceeded, run.released], [[], 0]);
  run.clock.advance(1);
  await until(() => run.released === 1, 5_000, 'the page is let go');
  assert.deepEqual(run.exceeded, ['send_seconds']);
  socket.resume();
  await once(socket, 'close');
});

test('headers of as many bytes as allowed are read; of one more they are refused, and counted', async (t) => {
  const run = start(t);
  const port = await run.port();
  const lines = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Pad: ';
  // Node.js counts the target, the names and the values, and neither colons nor line ends.
  const counted = '/healthzHostxConnectioncloseX-Pad'.length;
  const padded = (bytes: number) => `${lines}${'x'.repeat(bytes - counted)}\r\n\r\n`;
  const most = LIMITS.header_bytes.most;
  assert.equal(statusOf(await exchange(port, padded(most - 1), { halfClose: false })), 200);
  assert.deepEqual(run.exceeded, []);
  const refused = await exchange(port, padded(most), { halfClose: false });
  assert.equal(statusOf(refused), 431);
  assert.deepEqual(run.exceeded, ['header_bytes']);
});

test('what is no request is answered 400 and counts for no limit', async (t) => {
  const run = start(t);
  const port = await run.port();
  assert.equal(statusOf(await exchange(port, 'what?\r\n\r\n', { halfClose: false })), 400);
  assert.deepEqual(run.exceeded, []);
});

test('every answer forbids a browser to guess its type, to run anything in it, and to keep it', async (t) => {
  const run = start(t);
  const port = await run.port();
  for (const target of ['/', '/metrics', '/healthz', '/nothing']) {
    const answered = await request(port, `GET ${target}`);
    assert.match(answered, /^x-content-type-options: nosniff\r$/im, target);
    assert.match(
      answered,
      /^content-security-policy: default-src 'none'; frame-ancestors 'none'\r$/im,
      target,
    );
    assert.match(answered, /^cache-control: no-store\r$/im, target);
    assert.match(answered, /^cross-origin-resource-policy: same-origin\r$/im, target);
  }
});

test('a page in a browser beside us that calls us by a name of its own gets metrics and nothing more', async (t) => {
  const run = start(t);
  const port = await run.port();
  const from = (host: string, target: string) =>
    exchange(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`, {
      halfClose: false,
    });
  assert.equal(statusOf(await from('localhost', '/nothing')), 404);
  assert.equal(statusOf(await from('rebind.example', '/nothing')), 403);
  assert.equal(statusOf(await from('rebind.example', '/metrics')), 200);
});

test('a page from elsewhere that has a browser beside us ask for localhost gets metrics and nothing more', async (t) => {
  const run = start(t);
  const port = await run.port();
  const asked = (target: string) =>
    exchange(
      port,
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: empty\r\nConnection: close\r\n\r\n`,
      { halfClose: false },
    );
  assert.equal(statusOf(await asked('/nothing')), 403);
  assert.equal(statusOf(await asked('/metrics')), 200);
});

test('many requests that come at once on one connection are answered, and nothing is complained of', async (t) => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => warnings.push(warning);
  process.on('warning', warned);
  t.after(() => process.off('warning', warned));
  const run = start(t);
  const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answers = await exchange(
    await run.port(),
    'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(99) + last,
    {
      halfClose: false,
    },
  );
  assert.equal(answers.match(/^HTTP\/1\.1 200 OK\r$/gm)?.length, 100);
  assert.deepEqual(warnings, []);
});
