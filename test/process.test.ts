/** The process as a pod runs it: environment variables, log lines, HTTP and signals. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { closedPort, type StreamServer, streamServer, tcpServer } from './stream/servers.ts';
import { until } from './support/clock.ts';
import { type Run, start } from './support/process.ts';
import { recorded } from './support/replay.ts';

const STREAMS = ['volumes', 'backups', 'nodes', 'backuptargets', 'recurringjobs'] as const;

const fixture = (stream: string): string => String(recorded('1.12.1', `cluster-${stream}`)[0]);

const streamOf = (url = ''): string => url.slice(url.lastIndexOf('/') + 1);

/** Serves the recorded lists of a cluster, one on each connection. */
async function manager(t: TestContext, port = 0): Promise<StreamServer> {
  return streamServer(t, { port, onPeer: ({ ws, request }) => ws.send(fixture(streamOf(request.url))) });
}

const isLive = async (run: Run) => (await run.metric('longhorn_up')) === 1;

describe('the process', { concurrency: 3 }, () => {
  test('every setting invalid: one warning for each, and the process serves', async (t) => {
    const environment: Record<string, string> = {
      LONGHORN_URL: 'ftp://admin:s3cret@manager',
      EXPORT: 'owned',
      MIN_PERIOD: 'often',
      SILENCE_LIMIT: '-1s',
      STALE_AFTER: '5',
      LOG_LEVEL: 'verbose',
      LISTEN_ADDRESS: 'nowhere',
    };
    // The default port may be in use on the machine that runs the tests.
    const probe = connect(9265, '127.0.0.1');
    const portInUse = await Promise.race([
      once(probe, 'connect').then(() => true),
      once(probe, 'close').then(() => false),
    ])
      .catch(() => false)
      .finally(() => probe.destroy());
    if (portInUse) environment.LISTEN_ADDRESS = ':0';
    const problems = Object.keys(environment).length - (portInUse ? 1 : 0);

    const run = start(t, environment);
    assert.equal(await run.get('/healthz'), 'ok\n');
    assert.equal(await run.metric('longhorn_exporter_config_errors'), problems);
    const warnings = run.lines().filter(({ level }) => level === 40);
    assert.equal(warnings.length, problems);
    for (const name of Object.keys(environment).slice(0, problems)) {
      assert.equal(warnings.filter(({ msg }) => msg.startsWith(`${name} `)).length, 1, name);
    }
    assert.doesNotMatch(run.output.stdout, /s3cret|admin/);
    assert.equal(run.output.stderr, '');
    if (!portInUse) assert.match(await run.url(''), /:9265$/);
    await run.endsOn('SIGTERM');
  });

  test('no manager: stays up, logs each stream once instead of every attempt, and can be stopped during the backoff', async (t) => {
    const run = start(t, {
      LONGHORN_URL: `http://admin:s3cret@127.0.0.1:${await closedPort()}`,
      MIN_PERIOD: '100ms',
      NODE_NAME: 'node-1',
    });
    for (const stream of STREAMS) {
      const attempts = () =>
        run.metric('longhorn_exporter_stream_errors_total', `stream="${stream}"`, 'reason="connect"');
      await until(async () => (await attempts()) >= 2, 15_000, `${stream} is tried again`);
    }
    const waiting = run.lines().filter(({ msg }) => msg === 'waiting for the manager');
    assert.deepEqual(waiting.map(({ stream }) => stream).sort(), [...STREAMS].sort());
    assert.deepEqual(new Set(waiting.map(({ level }) => level)), new Set([30]));
    assert.equal(run.lines().length, 2 + STREAMS.length, run.output.stdout);
    assert.equal(await run.get('/healthz'), 'ok\n');
    const metrics = await run.get('/metrics');
    assert.match(metrics, /^longhorn_up 0$/m);
    assert.doesNotMatch(metrics + run.output.stdout + run.output.stderr, /s3cret|admin/);
    await run.endsOn('SIGTERM');
  });

  test('manager opens its port, then drops all connections: live again, and one warning for each stream', async (t) => {
    const port = await closedPort();
    const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${port}`, MIN_PERIOD: '100ms' });
    await until(() => run.count('waiting for the manager') === 5, 10_000);
    const server = await manager(t, port);
    await until(() => run.count('stream is live') === 5, 10_000);
    assert.equal(await isLive(run), true);
    for (const { ws } of server.peers) ws.terminate();
    await until(() => run.count('stream is live') === 10, 10_000);
    const failed = run.lines().filter(({ msg }) => msg === 'stream failed; retrying');
    assert.deepEqual(
      failed.map(({ reason, level }) => [reason, level]),
      Array(5).fill(['closed', 40]),
    );
    await run.endsOn('SIGINT');
  });

  test('SIGTERM with a live, a silent, a hanging and a failing stream and a connected scraper: the process ends', async (t) => {
    const upstream = await streamServer(t, {
      onPeer({ ws, request }) {
        if (streamOf(request.url) === 'volumes') ws.send(fixture('volumes'));
      },
    });
    // Responds to nodes with 404, leaves backuptargets hanging, and forwards the other three streams.
    const proxy = await tcpServer(t, (socket) =>
      socket.once('data', (head) => {
        if (/nodes/.test(String(head))) return socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
        if (/backuptargets/.test(String(head))) return socket;
        const forwarded = connect(upstream.port, '127.0.0.1');
        forwarded.on('error', () => socket.destroy()).on('close', () => socket.destroy());
        forwarded.write(head);
        return socket.pipe(forwarded).pipe(socket);
      }),
    );
    const run = start(t, { LONGHORN_URL: `http://admin:s3cret@127.0.0.1:${proxy.port}/prefix` });
    await until(() => run.count('stream is live') === 1 && upstream.peers.length === 3, 10_000);
    await until(() => run.count('waiting for the manager') === 1);
    assert.doesNotMatch((await run.get('/metrics')) + run.output.stdout, /s3cret|admin/);
    const idle = connect(Number(new URL(await run.url('/')).port), '127.0.0.1').on('error', () => {});
    await once(idle, 'connect');
    idle.write('GET /metrics HTTP/1.1\r\nHo');
    await run.endsOn('SIGTERM');
    assert.equal(run.output.stderr, '');
    assert.equal(run.count('internal error; please report it'), 0);
  });

  test('many valid and invalid messages: one log line for each stream that turns bad, and none for single messages', async (t) => {
    const server = await manager(t);
    const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${server.port}` });
    await until(() => run.count('stream is live') === 5, 10_000);
    const before = run.lines().length;
    const received = () => run.metric('longhorn_exporter_stream_messages_total');
    for (const { ws, request } of server.peers) {
      const list = fixture(streamOf(request.url));
      for (let i = 0; i < 5; i++) ws.send(list.replace('"links"', `"x${i}":1,"links"`));
      for (let i = 0; i < 3; i++) ws.send('{"type":"error","status":500}');
    }
    await until(async () => (await received()) === 45);
    assert.equal(await run.metric('longhorn_exporter_stream_errors_total', 'reason="bad_message"'), 15);
    assert.equal(await run.metric('longhorn_exporter_internal_errors_total'), 0);
    await run.endsOn('SIGTERM');

    const added = run.lines().slice(before);
    assert.deepEqual(
      added.map(({ reason, msg }) => reason ?? msg),
      [...Array(5).fill('bad_message'), 'stopping'],
    );
    for (const line of run.lines())
      assert.deepEqual([typeof line.time, typeof line.msg], ['number', 'string']);
  });

  for (const [deprecated, found] of [
    ['true', ['longhorn_backup_last_latency_ms metric names should not contain abbreviated units']],
    ['false', []],
  ] as const) {
    test(`DEPRECATED_METRICS=${deprecated}: promtool reports ${found.length === 0 ? 'nothing' : 'only the abbreviated unit'}`, async (t) => {
      if (spawnSync('promtool', ['--version']).error !== undefined) {
        assert.notEqual(process.env.CI, 'true', 'promtool is needed in CI');
        return t.skip('promtool is not on PATH');
      }
      const server = await manager(t);
      const run = start(t, {
        LONGHORN_URL: `http://127.0.0.1:${server.port}`,
        EXPORT: 'all',
        DEPRECATED_METRICS: deprecated,
      });
      await until(() => isLive(run), 10_000);
      const input = await run.get('/metrics');
      assert.match(input, /^longhorn_volume_\w+\{/m);
      assert.match(input, /^longhorn_backup_last_latency_seconds\{/m);
      assert.equal(input.includes('longhorn_backup_last_latency_ms'), deprecated === 'true');
      const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
      assert.deepEqual(
        (stdout + stderr).split('\n').filter((line) => line !== ''),
        found,
      );
      return undefined;
    });
  }

  test('oom_score_adj: 1000 next to a manager, so that the kernel kills the exporter first; not 1000 standalone', async (t) => {
    if (process.platform !== 'linux') return t.skip('only Linux has oom_score_adj');
    const adjustment = async (environment: Record<string, string>) => {
      const run = start(t, environment);
      await run.url('/');
      return Number(readFileSync(`/proc/${run.child.pid}/oom_score_adj`, 'utf8'));
    };
    assert.equal(await adjustment({ NODE_NAME: 'node-1' }), 1000);
    // The standalone exporter has a pod of its own.
    assert.notEqual(await adjustment({}), 1000);
    return undefined;
  });

  test('log is no longer read: the process keeps serving', async (t) => {
    const port = await closedPort();
    const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${port}`, MIN_PERIOD: '100ms' });
    const health = await run.url('/healthz');
    run.child.stdout.destroy();
    await manager(t, port); // the lines about it cannot be written
    const up = async () =>
      /^longhorn_up 1$/m.test(await (await fetch(health.replace('healthz', 'metrics'))).text());
    await until(up, 10_000);
    await run.endsOn('SIGTERM');
  });

  test('LONGHORN_URL with a fragment: used without it', async (t) => {
    const server = await manager(t);
    const run = start(t, { LONGHORN_URL: `http://127.0.0.1:${server.port}/#/dashboard` });
    await until(async () => (await run.metric('longhorn_exporter_stream_connects_total')) > 0, 10_000);
    assert.equal(await run.metric('longhorn_exporter_config_errors'), 0);
    await run.endsOn('SIGTERM');
  });
});
