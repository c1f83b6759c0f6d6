/** The process under stress that Longhorn does not cause: its own bugs, unread logs, no file descriptors, unusual environments. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { closedPort, streamServer, tcpServer } from './stream/servers.ts';
import { until } from './support/clock.ts';
import { type Run, start } from './support/process.ts';
import { hasTool } from './support/promtool.ts';
import { recorded } from './support/replay.ts';

const fixture = (stream: string): string => String(recorded('1.12.1', `cluster-${stream}`)[0]);

const manager = (t: TestContext) =>
  streamServer(t, {
    onPeer: ({ ws, request }) => ws.send(fixture(request.url?.split('/').at(-1) ?? '')),
  });

/** Arguments of Node.js that run this code `ms` milliseconds after the process starts to serve. */
const preload = (code: string, ms: number): string[] => {
  const wait = `const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(timer);
    setTimeout(() => { ${code} }, ${ms});
  }, 10);`;
  return ['--import', `data:text/javascript,${encodeURIComponent(wait)}`];
};

/** File descriptors that the process may have open at once. */
const FILES = 60;

const isLive = async (run: Run) => (await run.metric('longhorn_up')) === 1;

describe('the process', { concurrency: 4 }, () => {
  for (const [what, code] of [
    ['an uncaught error', 'throw new Error("boom")'],
    ['a thrown value that is not an Error', 'throw null'],
    ['an unhandled rejection', 'Promise.reject(new Error("boom"))'],
  ] as const) {
    test(`${what}: counted, logged, and all streams opened again`, async (t) => {
      const server = await manager(t);
      const run = start(
        t,
        { LONGHORN_URL: `http://127.0.0.1:${server.port}`, NODE_NAME: '', EXPORT: 'all' },
        { before: preload(code, 1_500) },
      );
      await until(() => isLive(run), 10_000);
      const before = server.peers.length;
      await until(async () => (await run.metric('longhorn_exporter_internal_errors_total')) === 1, 10_000);
      assert.equal(run.count('internal error; please report it'), 1);
      assert.equal(await isLive(run), true, 'known values are still served');
      await until(() => server.peers.length >= before + 4, 40_000, 'all four streams are opened again');
      await run.endsOn('SIGTERM');
    });
  }

  test('more unread log lines than allowed: some dropped and counted, scrapes do not wait, SIGTERM ends the process', async (t) => {
    // Each error is logged in a line of several kilobytes.
    const flood =
      'const e = new Error("x".repeat(200000)); for (let i = 0; i < 20; i++) process.emit("unhandledRejection", e)';
    const run = start(
      t,
      { LONGHORN_URL: `http://127.0.0.1:${await closedPort()}`, LOG_LEVEL: 'trace' },
      { before: preload(flood, 2_000) },
    );
    const url = await run.url('/metrics');
    run.child.stdout.pause();
    const metrics = async () => (await fetch(url)).text();
    const dropped = async () =>
      Number(/limits_exceeded_total\{limit="log_bytes"\} (\d+)/.exec(await metrics())?.[1]);
    await until(async () => (await dropped()) > 0, 10_000);
    const started = performance.now();
    for (let i = 0; i < 20; i++) assert.match(await metrics(), /longhorn_up 0/);
    assert.ok(performance.now() - started < 5_000, 'scrapes do not wait for the log');
    await run.endsOn('SIGTERM');
  });

  test('no free file descriptors: the process keeps running, and reopens its streams when there are some again', async (t) => {
    if (!hasTool(t, 'prlimit', 'Debian: apt install util-linux')) return;
    const server = await manager(t);
    const run = start(t, {
      LONGHORN_URL: `http://127.0.0.1:${server.port}`,
      EXPORT: 'all',
      MIN_PERIOD: '100ms',
    });
    await until(() => isLive(run), 10_000);
    const { status } = spawnSync('prlimit', [`--pid=${run.child.pid}`, `--nofile=${FILES}:`]);
    assert.equal(status, 0, 'the limit is lowered');
    const port = Number(new URL(await run.url('/')).port);
    const clients: Socket[] = [];
    t.after(() => clients.forEach((socket) => void socket.destroy()));
    for (let i = 0; i < 90; i++) clients.push(connect(port, '127.0.0.1').on('error', () => {}));
    // The system numbers descriptors from 0, so none is free once the last one below the limit is in use.
    await until(() => existsSync(`/proc/${run.child.pid}/fd/${FILES - 1}`), 10_000, 'no descriptor is free');
    for (const { ws } of server.peers) ws.terminate();
    await until(() => run.count('stream failed; retrying') >= 4, 10_000, 'the streams have failed');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(run.child.exitCode, null, 'the process is running');
    for (const socket of clients) socket.destroy();
    await until(() => isLive(run), 60_000, 'all streams are back');
    assert.equal(await run.metric('longhorn_exporter_internal_errors_total'), 0);
    await run.endsOn('SIGTERM');
  });

  test('proxy in the environment: ignored, the process connects to the manager directly', async (t) => {
    const server = await manager(t);
    let proxied = 0;
    const proxy = await tcpServer(t, (socket) => {
      proxied++;
      socket.destroy();
      return socket;
    });
    const url = `http://127.0.0.1:${proxy.port}`;
    const run = start(t, {
      LONGHORN_URL: `http://127.0.0.1:${server.port}`,
      EXPORT: 'all',
      NODE_USE_ENV_PROXY: '1',
      HTTP_PROXY: url,
      http_proxy: url,
      ALL_PROXY: url,
    });
    await until(() => isLive(run), 10_000);
    assert.equal(proxied, 0);
    await run.endsOn('SIGTERM');
  });

  test('manager responds with redirects: not followed', async (t) => {
    let followed = 0;
    const elsewhere = await tcpServer(t, (socket) => {
      followed++;
      return socket;
    });
    const location = `Location: http://127.0.0.1:${elsewhere.port}/v1/ws/5s/volumes`;
    const front = await tcpServer(t, (socket) => {
      socket.once('data', () => socket.end(`HTTP/1.1 302 Found\r\n${location}\r\nContent-Length: 0\r\n\r\n`));
      return socket;
    });
    const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${front.port}`, MIN_PERIOD: '100ms' });
    const failures = () => run.metric('longhorn_exporter_stream_errors_total', 'reason="connect"');
    await until(async () => (await failures()) >= 8, 20_000);
    assert.equal(followed, 0);
    await run.endsOn('SIGTERM');
  });
});

test('client that sends nothing or half a request: disconnected', { timeout: 40_000 }, async (t) => {
  const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${await closedPort()}` });
  const port = Number(new URL(await run.url('/')).port);
  const ends = ['', 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '].map(async (bytes) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(bytes);
    socket.resume();
    await once(socket, 'close');
  });
  await Promise.all(ends);
});
