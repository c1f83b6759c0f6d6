/** Every fault of the simulated manager. */

import assert from 'node:assert/strict';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createCluster, setNodeReady, startManager } from '../../simulator/index.ts';
import { connect, dataOf, until, withManager } from './client.ts';

const NODES = '/v1/ws/0/nodes';

/** Waits long enough for a pong, a ping or a message that must not come. */
const gracePeriod = () => delay(25);

test('drop: ends the connections of the given stream at once, and no others', () =>
  withManager({}, async (manager) => {
    const [nodes, backups] = [connect(manager, NODES), connect(manager, '/v1/ws/0/backups')];
    await until(() => nodes.messages.length === 1 && backups.messages.length === 1);
    manager.faults.drop('nodes');
    await until(() => nodes.ends.length === 1);
    await backups.ping();
  }));

test('refuse, then accept: new connections are refused until then, and open ones stay', () =>
  withManager({}, async (manager) => {
    const old = connect(manager, NODES);
    await until(() => old.messages.length === 1);
    manager.faults.refuse();
    const refused = connect(manager, NODES);
    await until(() => refused.ends.includes('ECONNREFUSED'));
    await old.ping();
    await manager.faults.accept();
    const accepted = connect(manager, NODES);
    await until(() => accepted.messages.length === 1);
  }));

test('lateOpeningMs: connections are refused for that time', () =>
  withManager({ lateOpeningMs: 40 }, async (manager) => {
    const early = connect(manager, NODES);
    await until(() => early.ends.includes('ECONNREFUSED'));
    await delay(40);
    const late = connect(manager, NODES);
    await until(() => late.messages.length === 1);
  }));

test('stop, then start on the same port: connections end at once, and new ones succeed', async () => {
  const cluster = createCluster();
  const first = await startManager({ cluster, node: 'node-1' });
  const client = connect(first, '/v1/ws/15s/nodes');
  await until(() => client.messages.length === 1);
  await first.stop();
  await until(() => client.ends.length === 1);
  const second = await startManager({ cluster, node: 'node-1', port: first.port });
  assert.equal(second.url, first.url);
  const again = connect(second, NODES);
  await until(() => again.messages.length === 1);
  await second.stop();
});

test('hang: the handshake succeeds, and nothing follows', () =>
  withManager({ keepAliveMs: 5 }, async (manager) => {
    manager.faults.set('hang', true, { on: 'nodes' });
    const client = connect(manager, NODES);
    await until(() => client.socket.readyState === client.socket.OPEN);
    client.socket.ping();
    await gracePeriod();
    assert.deepEqual([client.messages, client.counts, client.ends], [[], { pings: 0, pongs: 0 }, []]);
    client.socket.terminate();
    await until(() => manager.stats.connections.nodes === 0);
  }));

test('hangHandshake: TCP connections are accepted, and no response comes', () =>
  withManager({}, async (manager) => {
    manager.faults.set('hangHandshake', true);
    const client = connect(manager, NODES);
    const request = fetch(`${manager.url}/v1/volumes/pvc-0001`, { signal: AbortSignal.timeout(30) });
    await assert.rejects(request, { name: 'TimeoutError' });
    assert.equal(client.socket.readyState, client.socket.CONNECTING);
  }));

test('halfOpen: existing connections carry no more data, and new ones work', () =>
  withManager({ keepAliveMs: 5 }, async (manager, cluster) => {
    const old = connect(manager, NODES);
    await until(() => old.counts.pings > 0);
    manager.faults.halfOpen('nodes');
    const { pings } = old.counts;
    old.socket.ping();
    setNodeReady(cluster, 'node-1', false);
    await gracePeriod();
    assert.ok(old.counts.pings <= pings + 1);
    assert.deepEqual([old.messages.length, old.counts.pongs, old.ends.length], [1, 0, 0]);
    const fresh = connect(manager, NODES);
    await until(() => fresh.messages.length === 1);
  }));

test('silent: the handler stops, but pings of the client are answered', () =>
  withManager({ keepAliveMs: 5 }, async (manager, cluster) => {
    const client = connect(manager, NODES);
    await until(() => client.counts.pings > 0);
    manager.faults.set('silent', true, { on: 'nodes' });
    await until(() => manager.stats.failures['fault: silent'] === 1);
    const { pings } = client.counts;
    setNodeReady(cluster, 'node-1', false);
    await client.ping();
    await gracePeriod();
    assert.deepEqual([client.messages.length, client.counts.pings, client.ends.length], [1, pings, 0]);
  }));

test('failFirstList: only pongs come, and a later connection works', () =>
  withManager({ keepAliveMs: 5 }, async (manager) => {
    manager.faults.set('failFirstList', true, { times: 1 });
    const client = connect(manager, NODES);
    await until(() => client.socket.readyState === client.socket.OPEN);
    await client.ping();
    await gracePeriod();
    assert.deepEqual([client.messages.length, client.counts.pings], [0, 0]);
    const next = connect(manager, NODES);
    await until(() => next.messages.length === 1);
  }));

test('starve: pings come but changes do not, and a new connection receives them', () =>
  withManager({ keepAliveMs: 5 }, async (manager, cluster) => {
    cluster.nodes.touch();
    const client = connect(manager, NODES);
    await until(() => client.messages.length === 1);
    manager.faults.set('starve', true, { on: 'nodes' });
    setNodeReady(cluster, 'node-1', false);
    await until(() => client.counts.pings > 2);
    assert.equal(client.messages.length, 1);
    const fresh = connect(manager, NODES);
    await until(() => fresh.messages.length === 1);
    assert.match(fresh.messages[0] ?? '', /"status":"False","type":"Ready"/);
  }));

test('status: upgrades and requests get an error response', () =>
  withManager({}, async (manager) => {
    manager.faults.set('status', 503);
    const client = connect(manager, NODES);
    await until(() => client.ends.length > 0);
    assert.equal(client.ends[0], 'Unexpected server response: 503');
    const response = await fetch(`${manager.url}/v1/volumes/pvc-0001`);
    assert.equal(response.status, 503);
    assert.equal(JSON.parse(await response.text()).code, 'Service Unavailable');
    manager.faults.clear('status', 'rest');
    assert.equal((await fetch(`${manager.url}/v1/volumes/pvc-0001`)).status, 200);
  }));

test('garbage, then truncate: each replaces one message, without a change of the cluster', () =>
  withManager({}, async (manager, cluster) => {
    const client = connect(manager, NODES);
    await until(() => client.messages.length === 1);
    manager.faults.set('garbage', '{"type":"error"}', { on: 'nodes' });
    await until(() => client.messages[1] === '{"type":"error"}');
    manager.faults.set('truncate', true, { on: 'nodes' });
    await until(() => client.messages.length === 3);
    const [whole = '', , half = ''] = client.messages;
    assert.equal(half, whole.slice(0, whole.length / 2));
    setNodeReady(cluster, 'node-1', false);
    await until(() => client.messages.length === 4);
    assert.equal(Object.keys(dataOf(client.messages[3])).length, 3);
  }));

test('garbage, truncate and halfFrame on REST: each affects the response to one request', () =>
  withManager({}, async (manager) => {
    const get = async (timeout = 5_000) => {
      const signal = AbortSignal.timeout(timeout);
      return (await fetch(`${manager.url}/v1/volumes/pvc-0001`, { signal })).text();
    };
    manager.faults.set('garbage', '<html>', { on: 'rest' });
    assert.equal(await get(), '<html>');
    manager.faults.set('truncate', true, { on: 'rest' });
    await assert.rejects(get(), { message: 'terminated' });
    manager.faults.set('halfFrame', true, { on: 'rest' });
    await assert.rejects(get(100), { name: 'TimeoutError' });
    assert.equal(JSON.parse(await get()).name, 'pvc-0001');
  }));

test('binary garbage: the client reports invalid UTF-8', () =>
  withManager({}, async (manager) => {
    manager.faults.set('garbage', new Uint8Array([0xff, 0xfe]));
    const client = connect(manager, NODES);
    await until(() => client.ends.includes('WS_ERR_INVALID_UTF8'));
  }));

test('badObject: inserted into every list until it is cleared', () =>
  withManager({}, async (manager) => {
    const client = connect(manager, NODES);
    await until(() => client.messages.length === 1);
    manager.faults.set('badObject', ['null', '{"name":7}'], { on: 'nodes' });
    await until(() => client.messages.length === 2);
    assert.match(client.messages[1] ?? '', /\},null,\{"name":7\},\{/);
    manager.faults.clear('badObject');
    const fresh = connect(manager, NODES);
    await until(() => fresh.messages.length === 1);
    assert.equal(fresh.messages[0], client.messages[0]);
  }));

test('giant: the list has exactly the given size, and its objects are intact', () =>
  withManager({}, async (manager) => {
    manager.faults.set('giant', 3_000_000, { on: 'nodes' });
    const client = connect(manager, NODES);
    await until(() => client.messages.length === 1);
    assert.equal(client.messages[0]?.length, 3_000_000);
    assert.equal(Object.keys(dataOf(client.messages[0])).length, 3);
  }));

test('slow: the message comes in small pieces, and the pong after it', () =>
  withManager({ writeWaitMs: 10 }, async (manager) => {
    manager.faults.set('slow', { chunkBytes: 500, everyMs: 5 }, { on: 'nodes' });
    const start = performance.now();
    const client = connect(manager, NODES);
    await until(() => client.socket.readyState === client.socket.OPEN);
    await client.ping();
    assert.equal(client.messages.length, 1);
    assert.ok(performance.now() - start > 50);
  }));

test('halfFrame: half a message comes, then nothing, not even pongs', () =>
  withManager({ keepAliveMs: 5 }, async (manager) => {
    manager.faults.set('halfFrame', true, { on: 'nodes' });
    const raw = createConnection(manager.port, '127.0.0.1');
    let received = 0;
    raw.on('data', (bytes) => {
      received += bytes.length;
    });
    raw.write(
      `GET ${NODES} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    await until(() => received > 3000);
    const before = received;
    raw.write(Buffer.from([0x89, 0x80, 0, 0, 0, 0]));
    await gracePeriod();
    assert.equal(received, before);
    raw.destroy();
  }));
