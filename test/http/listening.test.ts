import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../support/clock.ts';
import { occupy, request, start, statusOf } from './harness.ts';

const CANNOT_SERVE = 'cannot serve; trying again';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
);

const health = async (host: string, port: number): Promise<number> =>
  (await fetch(`http://${host}:${port}/healthz`)).status;

describe('port in use', () => {
  test('port freed during the wait: tried again after exactly 5 s, then served', async (t) => {
    const { address, release } = await occupy();
    const run = start(t, { address });
    await until(() => run.logged(CANNOT_SERVE).length === 1);
    await turn();
    assert.deepEqual(run.clock.timers, [5_000]);
    await release();
    run.clock.advance(4_999);
    await turn();
    assert.deepEqual(run.ports, []);
    run.clock.advance(1);
    assert.equal(await run.port(), address.port);
    assert.equal(statusOf(await request(address.port, 'GET /healthz')), 200);
  });

  test('12 tries: logged once as error, then at level debug; no warning from Node.js', async (t) => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error) => void warnings.push(message);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const { address, release } = await occupy();
    const run = start(t, { address });
    for (let tries = 1; tries <= 12; tries++) {
      await until(() => run.logged(CANNOT_SERVE).length === tries);
      await turn();
      assert.deepEqual(run.clock.timers, [5_000]);
      if (tries === 12) await release();
      run.clock.advance(5_000);
    }
    await run.port();
    assert.equal(await health('127.0.0.1', address.port), 200);
    assert.deepEqual({ ports: run.ports, warnings }, { ports: [address.port], warnings: [] });
    const [first, ...others] = run.logged(CANNOT_SERVE);
    assert.match(first?.err?.message ?? '', /EADDRINUSE/);
    assert.deepEqual([first?.level, new Set(others.map(({ level }) => level))], [50, new Set([20])]);
    assert.equal(run.logged('serving').length, 1);
  });

  test('stopped between tries: no further try', async (t) => {
    const { address, release } = await occupy();
    t.after(release);
    const run = start(t, { address });
    await until(() => run.logged(CANNOT_SERVE).length === 1);
    run.stopping.abort();
    await run.ended;
    assert.deepEqual(run.clock.timers, []);
  });
});

test('host that does not exist: tried again after 5 s', async (t) => {
  const run = start(t, { address: { host: 'no-such-host.invalid', port: 0 } });
  await until(() => run.logged(CANNOT_SERVE).length === 1);
  await turn();
  assert.deepEqual(run.clock.timers, [5_000]);
});

for (const [title, host, ipv4, ipv6] of [
  ['no host: IPv4 and IPv6', undefined, true, true],
  ['host 127.0.0.1: only that address', '127.0.0.1', true, false],
  ['host ::1: only that address', '::1', false, true],
] as const) {
  test(title, async (t) => {
    if (host === '::1' && !hasIpv6) return t.skip('this machine has no IPv6');
    const port = await start(t, { address: { host, port: 0 } }).port();
    const served = (at: string) =>
      health(at, port).then(
        () => true,
        () => false,
      );
    assert.equal(await served('127.0.0.1'), ipv4);
    if (hasIpv6) assert.equal(await served('[::1]'), ipv6);
  });
}
