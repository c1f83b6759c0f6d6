import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { ManagerResponse } from '../../src/requests/client.ts';
import { readSnapshotResponse, readVolumeResponse } from '../../src/requests/responses.ts';

const response = (body: string | Buffer, status = 200): ManagerResponse => ({
  status,
  body: Buffer.from(body),
  requestedAt: 0,
  tookMs: 1,
});

const list = (...snapshots: unknown[]): string =>
  JSON.stringify({ data: snapshots, links: {}, resourceType: 'snapshotCR', type: 'collection' });

const ERROR_500 = readFileSync(new URL('../fixtures/1.12.1/error-500.json', import.meta.url));

describe('readSnapshotResponse', () => {
  test('valid list: its snapshots by name', () => {
    const found = readSnapshotResponse(response(list({ name: 'b' }, { name: 'a', userCreated: true })));
    assert.deepEqual(
      [...found].map(([name, { kind }]) => [name, kind]),
      [
        ['b', 'system'],
        ['a', 'user'],
      ],
    );
  });

  for (const [what, body] of [
    ['empty list', list()],
    ['no data', '{"resourceType":"snapshotCR","type":"collection"}'],
  ] as const) {
    test(`${what}: no snapshots`, () => assert.equal(readSnapshotResponse(response(body)).size, 0));
  }

  for (const [what, body, status] of [
    ['error with status 500', ERROR_500, 500],
    ['list with status 500', list({ name: 'a' }), 500],
    ['redirect', '', 302],
    ['empty body', '', 200],
    ['status 204', '', 204],
    ['list with status 201', list(), 201],
    ['not JSON', '<html>', 200],
    ['list that is cut off', list({ name: 'a' }).slice(0, -3), 200],
    ['error with status 200', ERROR_500, 200],
    ['list of another resource', list().replace('snapshotCR', 'snapshot'), 200],
    ['data that is not an array', '{"data":7,"resourceType":"snapshotCR","type":"collection"}', 200],
    ['snapshot without a name', list({ name: 'a' }, { size: 1 }), 200],
    ['snapshot that is not an object', list({ name: 'a' }, 7), 200],
    ['invalid snapshot', list({ name: 'a' }, { name: 'b', error: 7 }), 200],
    ['two snapshots with the same name', list({ name: 'a' }, { name: 'a', size: 1 }), 200],
  ] as const) {
    test(`${what}: rejected as a whole`, () => {
      assert.throws(() => readSnapshotResponse(response(body, status)), /snapshotCRList: /);
    });
  }
});

describe('readVolumeResponse', () => {
  const volume = { type: 'volume', name: 'pvc-1', state: 'attached', robustness: 'healthy' };

  test('valid volume: its facts', () => {
    assert.equal(readVolumeResponse('pvc-1', response(JSON.stringify(volume)))?.robustness, 'healthy');
  });

  test('status 404 with any body: undefined', () => {
    for (const body of ['', '{}', '404 page not found\n', JSON.stringify(volume)])
      assert.equal(readVolumeResponse('pvc-1', response(body, 404)), undefined);
  });

  for (const [what, body, status] of [
    ['error with status 500', ERROR_500, 500],
    ['volume with status 503', JSON.stringify(volume), 503],
    ['another volume', JSON.stringify({ ...volume, name: 'pvc-2' }), 200],
    ['not a volume', JSON.stringify({ ...volume, type: 'error' }), 200],
    ['array', JSON.stringify([volume]), 200],
    ['null', 'null', 200],
    ['not JSON', '<html>', 200],
    ['volume that is cut off', JSON.stringify(volume).slice(0, -1), 200],
    ['empty body', '', 200],
    ['state that is not a string', JSON.stringify({ ...volume, state: 7 }), 200],
    ['replicas that are not an array', JSON.stringify({ ...volume, replicas: 'three' }), 200],
  ] as const) {
    test(`${what}: rejected`, () => {
      assert.throws(() => readVolumeResponse('pvc-1', response(body, status)));
    });
  }
});
