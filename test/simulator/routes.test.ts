/** The REST routes of the simulated manager. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCluster } from '../../simulator/index.ts';
import { connect, dataOf, until, withManager } from './client.ts';
import { readFixture } from './fixtures.ts';

const post = (url: string, volume: string, action: string) =>
  fetch(`${url}/v1/volumes/${volume}?action=${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });

test('GET of a volume: the same object as in the stream', () =>
  withManager({}, async (manager) => {
    const client = connect(manager, '/v1/ws/1s/volumes');
    await until(() => client.messages.length === 1);
    const response = await fetch(`${manager.url}/v1/volumes/pvc-0002`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), dataOf(client.messages[0])['pvc-0002']);
  }));

test('GET of an unknown volume: 404 with an error body', () =>
  withManager({}, async (manager) => {
    const response = await fetch(`${manager.url}/v1/volumes/pvc-9999`);
    assert.equal(response.status, 404);
    const body = JSON.parse(await response.text());
    assert.deepEqual([body.type, body.status, body.code], ['error', 404, 'Not Found']);
  }));

test('GET of an invalid URL: 404', () =>
  withManager({}, async (manager) => {
    assert.equal((await fetch(`${manager.url}/v1/volumes/%E0`)).status, 404);
  }));

test('snapshotCRList: random order, and an empty list for an unknown volume', () =>
  withManager({ cluster: createCluster({ volumes: 1, snapshotsPerVolume: 20 }) }, async (manager) => {
    const names = async () =>
      Object.keys(dataOf(await (await post(manager.url, 'pvc-0001', 'snapshotCRList')).text()));
    const [first, second] = [await names(), await names()];
    assert.equal(first.length, 20);
    assert.notDeepEqual(first, second);
    assert.deepEqual(first.sort(), second.sort());
    const unknown = await post(manager.url, 'pvc-9999', 'snapshotCRList');
    assert.equal(unknown.status, 200);
    assert.match(await unknown.text(), /^\{"data":\[\],/);
    assert.deepEqual(manager.stats.requests, { 'POST snapshotCRList': 3 });
  }));

test('snapshotCRList with the same seed: the same order', async () => {
  const bodies: string[] = [];
  for (let run = 0; run < 2; run++) {
    const cluster = createCluster({ volumes: 1, snapshotsPerVolume: 20, now: () => 1e12 });
    await withManager({ cluster }, async (manager) => {
      const body = await (await post(manager.url, 'pvc-0001', 'snapshotCRList')).text();
      bodies.push(body.replaceAll(manager.url, ''));
    });
  }
  assert.equal(bodies[0], bodies[1]);
});

test('recurringJobList: the labels of a volume, and 404 for an unknown volume', () =>
  withManager({}, async (manager) => {
    const known = await post(manager.url, 'pvc-0001', 'recurringJobList');
    assert.deepEqual(Object.keys(dataOf(await known.text())), ['default']);
    const unknown = await post(manager.url, 'no-such-volume', 'recurringJobList');
    assert.equal(unknown.status, 404);
    const recorded = readFixture('recurringJobList-no-such-volume.json');
    assert.equal((await unknown.text()).replaceAll(manager.url, 'http://10.42.1.7:9500'), recorded);
  }));
