/** Debug pages are safe to share: they contain no password and no address of a backup target. */

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { completeBackup, createCluster, startBackup, startManager } from '../../simulator/index.ts';
import { readSettings } from '../../src/config/settings.ts';
import type { OverviewJson } from '../../src/debug/overview.ts';
import { startExporter } from '../../src/exporter.ts';
import { fastClock, until } from '../support/clock.ts';
import { newLimits, silentLog } from '../support/quiet.ts';

const SECRET = 'hunter2';

async function exporterOf(t: TestContext, url: string) {
  const { settings } = readSettings({
    LONGHORN_URL: url,
    LISTEN_ADDRESS: '127.0.0.1:0',
    SNAPSHOT_SWEEP_INTERVAL: '6s',
  });
  const exporter = startExporter(settings, { log: silentLog, limits: newLimits(), clock: fastClock(60) });
  t.after(() => exporter.stop());
  const base = `http://127.0.0.1:${await exporter.listening}`;
  const get = async (path: string) => (await fetch(`${base}${path}`)).text();
  const overview = async () => JSON.parse(await get('/debug.json')) as OverviewJson;
  /** The text of all pages. */
  const allPages = async () => {
    const { volumes } = await overview();
    const paths = ['/debug', '/debug/streams', ...volumes.map(({ name }) => `/debug/volumes/${name}`)];
    const pages = await Promise.all(paths.flatMap((path) => [get(path), get(`${path}.json`)]));
    return pages.join('\n');
  };
  return { overview, allPages };
}

const withPassword = (port: number): string =>
  `http://admin:${SECRET}@127.0.0.1:${port}/${SECRET}?token=${SECRET}`;

async function serve(t: TestContext, listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  t.after(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const RESPONSES: Readonly<Record<string, RequestListener>> = {
  'request refused with 401': (_, response) => response.writeHead(401).end(`no entry for ${SECRET}`),
  'request redirected': ({ headers }, response) =>
    response.writeHead(302, { location: `http://${headers.host}/?password=${SECRET}` }).end(),
  'error response repeats the request': ({ url = '', headers }, response) =>
    response.writeHead(500, `${url} ${headers.authorization}`).end(`${url} ${headers.authorization}`),
  'connection cut off': (request) => request.socket.destroy(),
};
for (const [what, respond] of Object.entries(RESPONSES)) {
  test(`password in LONGHORN_URL, ${what}: password not shown`, async (t) => {
    const { overview, allPages } = await exporterOf(t, withPassword(await serve(t, respond)));
    const failed = async () => (await overview()).streams.every(({ errors }) => errors.connect > 1);
    await until(failed, 10_000, 'every stream has failed to connect twice');
    const text = await allPages();
    assert.ok(!text.includes(SECRET), text);
    assert.ok(!text.includes(Buffer.from(`admin:${SECRET}`).toString('base64')), text);
  });
}

test('password in LONGHORN_URL, nothing listens on the port: password not shown', async (t) => {
  const { overview, allPages } = await exporterOf(t, withPassword(1));
  await until(async () => (await overview()).streams.every(({ errors }) => errors.connect > 0), 10_000);
  assert.ok(!(await allPages()).includes(SECRET), 'the password is shown');
});

test("secrets in a backup target's address and message, and in a backup's error and labels: not shown", async (t) => {
  const cluster = createCluster({ volumes: 2, backups: 4 });
  cluster.backuptargets.change('default', (target) => ({
    ...target,
    url: `s3://key:${SECRET}@bucket/`,
    message: `cannot log in with ${SECRET}`,
  }));
  const [volume] = cluster.volumes.list();
  assert.ok(volume, 'no volume');
  const manager = await startManager({ cluster, node: 'node-1' });
  t.after(() => manager.stop());
  const { overview, allPages } = await exporterOf(t, manager.url);
  await until(async () => (await overview()).up, 10_000);
  completeBackup(
    cluster,
    startBackup(cluster, volume.name, { name: 'new', error: SECRET, labels: { key: SECRET } }),
  );
  const isShown = async () => (await allPages()).includes('"backup": "new"');
  await until(isShown, 20_000, 'the backup is shown');
  assert.ok(!(await allPages()).includes(SECRET), 'a secret is shown');
});
