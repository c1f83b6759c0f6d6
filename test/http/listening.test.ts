import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../support/clock.ts';
import { occupy, request, start, statusOf } from './serving.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

const health = async (host: string, port: number): Promise<number> =>
  (await fetch(`http://${host}:${port}/healthz`)).status;

describe('a port that is taken', () => {
  test('is tried again after exactly five seconds, and served once it is free', async (t) => {
    const { port, release } = await occupy();
    const run = start(t, { host: '127.0.0.1', port });
    await until(() => run.unavailable.length === 1);
    assert.match(run.unavailable[0]?.message ?? '', /EADDRINUSE/);
    await turn();
    assert.deepEqual(run.clock.timers, [5_000]);
    await release();
    run.clock.advance(4_999);
    await turn();
    assert.deepEqual(run.ports, []);
    run.clock.advance(1);
    assert.equal(await run.port(), port);
    assert.equal(statusOf(await request(port, 'GET /healthz')), 200);
    assert.equal(run.unavailable.length, 1);
  });

  test('for long is told at each try, and listening is told once', async (t) => {
    const warnings: string[] = [];
    const warned = ({ message }: Error) => void warnings.push(message);
    process.on('warning', warned);
    t.after(() => process.off('warning', warned));

    const { port, release } = await occupy();
    const run = start(t, { host: '127.0.0.1', port });
    for (let tries = 1; tries <= 12; tries++) {
      await until(() => run.unavailable.length === tries);
      await turn();
      assert.deepEqual(run.clock.timers, [5_000]);
      if (tries === 12) await release();
      run.clock.advance(5_000);
    }
    await run.port();
    assert.equal(await health('127.0.0.1', port), 200);
    assert.deepEqual({ ports: run.ports, warnings }, { ports: [port], warnings: [] });
  });

  test('does not keep the process from stopping', async (t) => {
    const { port, release } = await occupy();
    t.after(release);
    const run = start(t, { host: '127.0.0.1', port });
    await until(() => run.unavailable.length === 1);
    run.stopping.abort();
    await run.ended;
    assert.deepEqual(run.clock.timers, []);
  });
});

test('a host that does not exist is tried again like a taken port', async (t) => {
  const run = start(t, { host: 'no-such-host.invalid', port: 0 });
  await until(() => run.unavailable.length === 1);
  await turn();
  assert.deepEqual(run.clock.timers, [5_000]);
});

describe('without a host', () => {
  test('IPv4 and IPv6 are both answered', async (t) => {
    if (!hasIpv6) return t.skip('this machine has no IPv6');
    const port = await start(t, { host: undefined, port: 0 }).port();
    assert.equal(await health('127.0.0.1', port), 200);
    assert.equal(await health('[::1]', port), 200);
  });

  test('IPv4 is answered', async (t) => {
    const port = await start(t, { host: undefined, port: 0 }).port();
    assert.equal(await health('127.0.0.1', port), 200);
  });
});

describe('with a host', () => {
  test('only that address is answered', async (t) => {
    if (!hasIpv6) return t.skip('this machine has no IPv6');
    const port = await start(t, { host: '::1', port: 0 }).port();
    assert.equal(await health('[::1]', port), 200);
    await assert.rejects(health('127.0.0.1', port));
  });
});
