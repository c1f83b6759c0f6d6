/** `npm run demo -- --prometheus` from the outside: what it prints, what its Prometheus scrapes, and that nothing is left running. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { closedPort } from '../stream/servers.ts';
import { until } from '../support/clock.ts';
import { waitForResult } from '../support/prometheus.ts';
import { hasTool } from '../support/promtool.ts';

const DEMO = new URL('../../demo/main.ts', import.meta.url).pathname;

/** Runs the demo in a temporary directory of its own. */
function run(t: TestContext, argv: readonly string[], path = process.env.PATH ?? '') {
  const directory = mkdtempSync(join(tmpdir(), 'demo-'));
  const env = { ...process.env, TMPDIR: directory, PATH: path };
  const child = spawn(process.execPath, ['--import', 'tsx', DEMO, ...argv], { env, stdio: 'pipe' });
  const ended = once(child, 'close');
  t.after(async () => {
    // Not SIGKILL: it must stop its Prometheus too.
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return {
    child,
    output: () => output,
    async code() {
      const [code] = await ended;
      return code;
    },
    leftovers: () => readdirSync(directory).filter((name) => name.includes('prometheus')),
  };
}

test('--prometheus: scrapes every node, has the alerts, and ends with the demo', async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  const port = await closedPort();
  const demo = run(t, [
    '--nodes',
    '3',
    '--prometheus',
    '--prometheus-port',
    `${port}`,
    '--port',
    `${await closedPort()}`,
  ]);
  await until(() => demo.output().includes('press Ctrl-C to stop'), 20_000, 'the demo is running');
  assert.match(demo.output(), new RegExp(`http://localhost:${port}/alerts`));
  assert.match(demo.output(), /manifests\/dashboard\.json/);
  const url = `http://127.0.0.1:${port}`;
  await waitForResult(
    { url },
    'count(up == 1) == 3 and count(count by (node) (longhorn_volume_info)) == 3',
    25_000,
  );
  // The first scene lets a replica fail; the alert is no longer pending once its rebuild progresses.
  await waitForResult({ url }, 'last_over_time(ALERTS{alertname="LonghornVolumeDegraded"}[5m])', 25_000);
  assert.equal(demo.leftovers().length, 1);
  demo.child.kill('SIGINT');
  demo.child.kill('SIGINT');
  assert.equal(await demo.code(), 0, demo.output());
  assert.deepEqual(demo.leftovers(), []);
  await assert.rejects(fetch(url), 'Prometheus has ended too');
});

test('Prometheus is not installed: says so, and exits with 2', async (t) => {
  const demo = run(t, ['--prometheus'], '/nowhere');
  assert.equal(await demo.code(), 2);
  assert.match(demo.output(), /^Prometheus is not installed: .+\n$/);
  assert.deepEqual(demo.leftovers(), []);
});

test('port of Prometheus is in use: says so, and exits with 2', async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object', 'the server listens');
  const demo = run(t, ['--prometheus', '--prometheus-port', `${address.port}`]);
  assert.equal(await demo.code(), 2);
  assert.match(demo.output(), /address already in use.*\n.*--prometheus-port N/);
  assert.deepEqual(demo.leftovers(), []);
});

test('invalid options: prints the usage, and exits with 2', async (t) => {
  const demo = run(t, ['--prometheus-port', 'x']);
  assert.equal(await demo.code(), 2);
  assert.match(demo.output(), /--prometheus-port N/);
});
