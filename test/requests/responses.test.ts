import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ManagerResponse } from '../../src/requests/client.ts';
import { readSnapshotResponse, readVolumeResponse } from '../../src/requests/responses.ts';

const answer = (body: string | Buffer, status = 200): ManagerResponse => ({
  status,
  body: Buffer.from(body),
  requestedAt: 0,
  tookMs: 1,
});

const list = (...snapshots: unknown[]): string =>
  JSON.stringify({ data: snapshots, links: {}, resourceType: 'snapshotCR', type: 'collection' });

const ERROR_500 = readFileSync(new URL('../fixtures/1.12.1/error-500.json', import.meta.url));

describe('The response to snapshotCRList', () => {
  test('is its snapshots by name', () => {
    const found = readSnapshotResponse(answer(list({ name: 'b' }, { name: 'a', userCreated: true })));
    assert.deepEqual(
      [...found].map(([name, { kind }]) => [name, kind]),
      [
        ['b', 'system'],
        ['a', 'user'],
      ],
    );
  });

  for (const [why, body] of [
    ['the list is empty', list()],
    ['data is missing', '{"resourceType":"snapshotCR","type":"collection"}'],
  ] as const) {
    test(`has no snapshots when ${why}`, () => assert.equal(readSnapshotResponse(answer(body)).size, 0));
  }

  for (const [why, body, status] of [
    ['the manager fails', ERROR_500, 500],
    ['the manager fails, but sends a list', list({ name: 'a' }), 500],
    ['it redirects', '', 302],
    ['the body is empty', '', 200],
    ['the status is 204', '', 204],
    ['it is a list, but another status', list(), 201],
    ['it is not JSON', '<html>', 200],
    ['it is cut off', list({ name: 'a' }).slice(0, -3), 200],
    ['it is an error with status 200', ERROR_500, 200],
    ['it is a list of something else', list().replace('snapshotCR', 'snapshot'), 200],
    ['data is not a list', '{"data":7,"resourceType":"snapshotCR","type":"collection"}', 200],
    ['a snapshot has no name', list({ name: 'a' }, { size: 1 }), 200],
    ['a snapshot is not an object', list({ name: 'a' }, 7), 200],
    ['a snapshot is invalid', list({ name: 'a' }, { name: 'b', error: 7 }), 200],
    ['two have the same name', list({ name: 'a' }, { name: 'a', size: 1 }), 200],
  ] as const) {
    test(`is refused as a whole when ${why}`, () => {
      assert.throws(() => readSnapshotResponse(answer(body, status)), /snapshotCRList: /);
    });
  }
});

describe('The response to a GET', () => {
  const volume = { type: 'volume', name: 'pvc-1', state: 'attached', robustness: 'healthy' };

  test('is the volume', () => {
    assert.equal(readVolumeResponse('pvc-1', answer(JSON.stringify(volume)))?.robustness, 'healthy');
  });

  test('is nothing when the status is 404, whatever the body says', () => {
    for (const body of ['', '{}', '404 page not found\n', JSON.stringify(volume)])
      assert.equal(readVolumeResponse('pvc-1', answer(body, 404)), undefined);
  });

  for (const [why, body, status] of [
    ['the manager fails', ERROR_500, 500],
    ['the manager fails, but sends the volume', JSON.stringify(volume), 503],
    ['it is another volume', JSON.stringify({ ...volume, name: 'pvc-2' }), 200],
    ['it is not a volume', JSON.stringify({ ...volume, type: 'error' }), 200],
    ['it is a list', JSON.stringify([volume]), 200],
    ['it is null', 'null', 200],
    ['it is not JSON', '<html>', 200],
    ['it is cut off', JSON.stringify(volume).slice(0, -1), 200],
    ['the body is empty', '', 200],
    ['its state is not a text', JSON.stringify({ ...volume, state: 7 }), 200],
    ['its replicas are not a list', JSON.stringify({ ...volume, replicas: 'three' }), 200],
  ] as const) {
    test(`is refused when ${why}`, () => {
      assert.throws(() => readVolumeResponse('pvc-1', answer(body, status)));
    });
  }
});
