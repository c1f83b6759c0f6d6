/** The streams of a simulated manager without faults. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createCluster,
  deleteVolume,
  failReplica,
  putRecurringJob,
  recreateVolume,
  STREAMS,
  setNodeReady,
  startManager,
} from '../../simulator/index.ts';
import { parsePeriod } from '../../simulator/streams.ts';
import { connect, dataOf, until, withManager } from './client.ts';

const firstReplica = (cluster: ReturnType<typeof createCluster>, volume: string): string =>
  cluster.volumes.get(volume)?.replicas[0]?.name ?? '';

test('new connection to any stream: its whole list comes at once', () =>
  withManager({}, async (manager) => {
    for (const stream of STREAMS) {
      const client = connect(manager, `/v1/ws/1s/${stream}`);
      await until(() => client.messages.length === 1);
      const [message = ''] = client.messages;
      assert.ok(message.endsWith('"type":"collection"}\n'));
      assert.equal(JSON.parse(message).links.self, `${manager.url}/v1/ws/1s/${stream}`);
      assert.equal(message.startsWith('{"createTypes":'), stream === 'volumes');
    }
    assert.deepEqual(manager.stats.connects, Object.fromEntries(STREAMS.map((stream) => [stream, 1])));
  }));

test('replica fails: the whole list is sent again, with the new robustness', () =>
  withManager({}, async (manager, cluster) => {
    const client = connect(manager, '/v1/ws/1s/volumes');
    await until(() => client.messages.length === 1);
    failReplica(cluster, 'pvc-0002', firstReplica(cluster, 'pvc-0002'));
    await until(() => client.messages.length === 2);
    const volumes = dataOf(client.messages[1]);
    assert.equal(volumes['pvc-0002']?.robustness, 'degraded');
    assert.equal(volumes['pvc-0001']?.robustness, 'healthy');
  }));

test('wake-up without a change: a list is built but not sent', () =>
  withManager({ informerMs: 5, keepAliveMs: 20 }, async (manager) => {
    const client = connect(manager, '/v1/ws/0/nodes');
    await until(() => manager.stats.lists.nodes > 5 && client.counts.pings > 1);
    assert.equal(client.messages.length, 1);
  }));

test('within the period: no list is built, and no change and no ping is sent', () =>
  withManager({ periodScale: 1, keepAliveMs: 1 }, async (manager, cluster) => {
    const client = connect(manager, '/v1/ws/15s/nodes');
    await until(() => client.messages.length === 1);
    setNodeReady(cluster, 'node-1', false);
    await client.ping();
    await delay(20);
    assert.deepEqual([manager.stats.lists.nodes, client.messages.length, client.counts.pings], [1, 1, 0]);
  }));

test('period: a Go duration, limited to 0 to 15 s; 0 if invalid', () => {
  const cases: [string, number][] = [
    ['1s', 1000],
    ['1.5s', 1500],
    ['300ms', 300],
    ['1s500ms', 1500],
    ['15s', 15_000],
    ['1h', 15_000],
    ['-5s', 0],
    ['0', 0],
    ['5', 0],
    ['soon', 0],
  ];
  for (const [text, ms] of cases) assert.equal(parsePeriod(text), ms, text);
});

test('new recurring job: the list of recurringjobs is sent again', () =>
  withManager({}, async (manager, cluster) => {
    const client = connect(manager, '/v1/ws/1s/recurringjobs');
    await until(() => client.messages.length === 1);
    putRecurringJob(cluster, { name: 'hourly', task: 'snapshot', cron: '0 * * * *' });
    await until(() => client.messages.length === 2);
    assert.deepEqual(Object.keys(dataOf(client.messages[1])), ['hourly', 'nightly']);
  }));

test('two clients of a stream: each change reaches only one of them', () =>
  withManager({}, async (manager, cluster) => {
    const clients = [connect(manager, '/v1/ws/0/nodes'), connect(manager, '/v1/ws/0/nodes')] as const;
    const total = () => clients[0].messages.length + clients[1].messages.length;
    await until(() => total() === 2);
    for (let change = 1; change <= 10; change++) {
      setNodeReady(cluster, 'node-1', false, `reason ${change}`);
      await until(() => total() === 2 + change);
    }
    await Promise.all(clients.map((client) => client.ping()));
    assert.equal(total(), 12);
  }));

test('two clients with different periods: the one with the shorter period gets almost all changes', () =>
  withManager({ periodScale: 0.002, keepAliveMs: 10 }, async (manager, cluster) => {
    const slow = connect(manager, '/v1/ws/15s/nodes');
    const fast = connect(manager, '/v1/ws/0/nodes');
    await until(() => slow.messages.length === 1 && fast.messages.length === 1);
    for (let change = 1; change <= 40; change++) {
      const before = slow.messages.length + fast.messages.length;
      setNodeReady(cluster, 'node-1', false, `reason ${change}`);
      await until(() => slow.messages.length + fast.messages.length > before);
    }
    await until(() => slow.counts.pings > 0);
    assert.ok(
      slow.messages.length < fast.messages.length / 4,
      `slow ${slow.messages.length}, fast ${fast.messages.length}`,
    );
  }));

test('ten wake-ups before a client connects: only two are kept', () =>
  withManager({}, async (manager, cluster) => {
    for (let change = 0; change < 10; change++) cluster.nodes.touch();
    const client = connect(manager, '/v1/ws/0/nodes');
    await until(() => manager.stats.lists.nodes === 3 && client.messages.length === 1);
    await client.ping();
    assert.equal(manager.stats.lists.nodes, 3);
  }));

test('two managers of a cluster: a change wakes the streams of both', async () => {
  const cluster = createCluster();
  const managers = [
    await startManager({ cluster, node: 'node-1' }),
    await startManager({ cluster, node: 'node-2' }),
  ];
  const clients = managers.map((manager) => connect(manager, '/v1/ws/0/nodes'));
  await until(() => clients.every(({ messages }) => messages.length === 1));
  setNodeReady(cluster, 'node-3', false);
  await until(() => clients.every(({ messages }) => messages.length === 2));
  await Promise.all(managers.map((manager) => manager.stop()));
});

test('unknown stream or path: 404 in plain text', () =>
  withManager({}, async (manager) => {
    const client = connect(manager, '/v1/ws/1s/events');
    await until(() => client.ends.length > 0);
    assert.equal(client.ends[0], 'Unexpected server response: 404');
    const response = await fetch(`${manager.url}/v1/nothing`);
    assert.equal(response.status, 404);
    assert.equal(await response.text(), '404 page not found\n');
  }));

test('listCostMs: a list takes this long, and shows the state at its start', () =>
  withManager({ listCostMs: (volumes) => 20 * volumes }, async (manager, cluster) => {
    const start = performance.now();
    const client = connect(manager, '/v1/ws/0/nodes');
    await until(() => manager.stats.lists.nodes === 1);
    setNodeReady(cluster, 'node-1', false);
    await until(() => client.messages.length === 1);
    assert.ok(performance.now() - start > 55);
    assert.match(client.messages[0] ?? '', /"status":"True","type":"Ready"/);
    assert.doesNotMatch(client.messages[0] ?? '', /"status":"False","type":"Ready"/);
    await until(() => client.messages.length === 2);
  }));

test('volume deleted while a list is built: the stream stops without an error', () =>
  withManager({ listCostMs: () => 10, keepAliveMs: 5 }, async (manager, cluster) => {
    const client = connect(manager, '/v1/ws/0/volumes');
    await until(() => client.messages.length === 1 && client.counts.pings > 0);
    const { lists } = manager.stats;
    const before = lists.volumes;
    cluster.volumes.touch();
    await until(() => lists.volumes > before);
    deleteVolume(cluster, 'pvc-0001');
    await until(() => Object.keys(manager.stats.failures).length === 1);
    const pings = client.counts.pings;
    await client.ping();
    await delay(20);
    assert.deepEqual([client.messages.length, client.counts.pings, client.ends.length], [1, pings, 0]);
  }));

test('client closes: TCP stays open until the server times out', () =>
  withManager({ closeLingerMs: 40 }, async (manager) => {
    const client = connect(manager, '/v1/ws/1s/nodes');
    await until(() => client.messages.length === 1);
    const start = performance.now();
    client.socket.close();
    await until(() => client.ends.length === 1);
    assert.ok(performance.now() - start > 35);
    assert.equal(manager.stats.connections.nodes, 0);
  }));

test('client does not read for too long: it gets no complete message and no more pongs', () =>
  withManager({ cluster: createCluster({ volumes: 1500 }), writeWaitMs: 50 }, async (manager) => {
    const client = connect(manager, '/v1/ws/0/volumes');
    await until(() => client.socket.readyState === client.socket.OPEN);
    client.socket.pause();
    await until(() => 'the client reads too slowly' in manager.stats.failures);
    client.socket.resume();
    client.socket.ping();
    await delay(30);
    assert.deepEqual([client.messages.length, client.counts.pongs], [0, 0]);
  }));

test('recreated volume: another creation time, healthy, same namespace', () => {
  const cluster = createCluster();
  const before = cluster.volumes.get('pvc-0001');
  recreateVolume(cluster, 'pvc-0001');
  const after = cluster.volumes.get('pvc-0001');
  assert.notEqual(after?.created, before?.created);
  assert.deepEqual([after?.robustness, after?.namespace], ['healthy', before?.namespace]);
});
