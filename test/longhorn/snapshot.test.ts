import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readSnapshot } from '../../src/longhorn/snapshot.ts';
import { readSnapshotResponse } from '../../src/requests/responses.ts';

const recordedResponse = (version: string, name: string) => ({
  status: 200,
  body: readFileSync(new URL(`../fixtures/${version}/snapshotCRList-${name}.json`, import.meta.url)),
  requestedAt: 0,
  tookMs: 1,
});

describe('readSnapshot', () => {
  test('snapshot as the manager sends it: all facts', () => {
    const sent = {
      name: 'snap-1',
      userCreated: true,
      markRemoved: false,
      size: 1_048_576,
      creationTime: '2026-11-21T05:00:00Z',
      crCreationTime: '2026-11-21T04:59:58Z',
      createSnapshot: true,
    };
    assert.deepEqual(readSnapshot(sent, 'snap-1'), {
      name: 'snap-1',
      kind: 'user',
      taken: true,
      requested: Date.UTC(2026, 10, 21, 4, 59, 58),
      removing: false,
      hasError: false,
      created: Date.UTC(2026, 10, 21, 5),
      size: 1_048_576,
    });
  });

  const table: [why: string, field: Record<string, unknown>, facts: object][] = [
    ['userCreated: kind user', { userCreated: true }, { kind: 'user' }],
    ['createSnapshot: kind user', { createSnapshot: true }, { kind: 'user' }],
    ['createSnapshot without creationTime: not taken yet', { createSnapshot: true }, { taken: false }],
    [
      'createSnapshot with creationTime: taken',
      { createSnapshot: true, creationTime: '2026-11-21T05:00:00Z' },
      { taken: true },
    ],
    ['createSnapshot false, no creationTime: taken', { createSnapshot: false }, { taken: true }],
    [
      'crCreationTime: the time of the request',
      { crCreationTime: '2026-11-21T05:00:00Z' },
      { requested: Date.UTC(2026, 10, 21, 5) },
    ],
    ['userCreated false: kind system', { userCreated: false }, { kind: 'system' }],
    ['invalid userCreated: kind system', { userCreated: 'true' }, { kind: 'system' }],
    ['markRemoved: being removed', { markRemoved: true }, { removing: true }],
    ['invalid markRemoved: not being removed', { markRemoved: 1 }, { removing: false }],
    ['error: has an error', { error: 'lost track of the snapshot' }, { hasError: true }],
    ['empty error: no error', { error: '' }, { hasError: false }],
    ['error null: no error', { error: null }, { hasError: false }],
    ['empty creationTime: time unknown', { creationTime: '' }, { created: undefined }],
    ['invalid creationTime: time unknown', { creationTime: 7 }, { created: undefined }],
    [
      "creationTime at Go's zero time: time unknown",
      { creationTime: '0001-01-01T00:00:00Z' },
      { created: undefined },
    ],
    ['size as a string: converted to a number', { size: '4096' }, { size: 4_096 }],
    ['size 0: 0', { size: 0 }, { size: 0 }],
    ['negative size: unknown', { size: -1 }, { size: undefined }],
    ['invalid size: unknown', { size: {} }, { size: undefined }],
  ];
  for (const [why, field, facts] of table) {
    test(why, () => {
      const read = readSnapshot(field, 's');
      assert.deepEqual({ ...read, ...facts }, read);
    });
  }

  test('error that is not a string: TypeError', () =>
    assert.throws(() => readSnapshot({ error: 7 }, 's'), TypeError));
});

describe('readSnapshotResponse on recorded responses', () => {
  for (const version of ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1']) {
    test(`Longhorn ${version}: snapshots with kind, time and size`, () => {
      const snapshots = [...readSnapshotResponse(recordedResponse(version, 'pvc-aa01')).values()];
      assert.ok(snapshots.length > 0, 'there are snapshots');
      for (const { kind, created, size } of snapshots) {
        assert.ok(kind === 'user' || kind === 'system', kind);
        assert.ok(created !== undefined && size !== undefined, 'time and size are known');
      }
    });

    for (const name of ['faulted-volume', 'no-snapshots', 'no-such-volume']) {
      test(`Longhorn ${version}, ${name}: no snapshots`, () =>
        assert.equal(readSnapshotResponse(recordedResponse(version, name)).size, 0));
    }
  }
});
