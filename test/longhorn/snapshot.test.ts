import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readSnapshot } from '../../src/longhorn/snapshot.ts';
import { readSnapshotResponse } from '../../src/requests/responses.ts';

const recordedAnswer = (version: string, name: string) => ({
  status: 200,
  body: readFileSync(new URL(`../fixtures/${version}/snapshotCRList-${name}.json`, import.meta.url)),
  requestedAt: 0,
  tookMs: 1,
});

describe('A snapshot', () => {
  test('is read as the manager sends it', () => {
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
    ['is of the user when userCreated', { userCreated: true }, { kind: 'user' }],
    ['is of the user when requested through the API', { createSnapshot: true }, { kind: 'user' }],
    ['is not taken yet when requested, without a time', { createSnapshot: true }, { taken: false }],
    [
      'is taken when asked for, with a time',
      { createSnapshot: true, creationTime: '2026-11-21T05:00:00Z' },
      { taken: true },
    ],
    ['is taken when Longhorn made it, whatever its time', { createSnapshot: false }, { taken: true }],
    [
      'was requested at crCreationTime',
      { crCreationTime: '2026-11-21T05:00:00Z' },
      { requested: Date.UTC(2026, 10, 21, 5) },
    ],
    ['is of the system when not', { userCreated: false }, { kind: 'system' }],
    ['is of the system when that is invalid', { userCreated: 'true' }, { kind: 'system' }],
    ['is being removed when marked', { markRemoved: true }, { removing: true }],
    ['is not being removed when the mark is invalid', { markRemoved: 1 }, { removing: false }],
    ['has an error when there is a text', { error: 'lost track of the snapshot' }, { hasError: true }],
    ['has none when the text is empty', { error: '' }, { hasError: false }],
    ['has none when it is null', { error: null }, { hasError: false }],
    ['was taken at no known time while that is empty', { creationTime: '' }, { created: undefined }],
    ['was taken at no known time when that is invalid', { creationTime: 7 }, { created: undefined }],
    [
      "was taken at no known time when it is Go's zero",
      { creationTime: '0001-01-01T00:00:00Z' },
      { created: undefined },
    ],
    ['has a size also as a text', { size: '4096' }, { size: 4_096 }],
    ['has a size of 0', { size: 0 }, { size: 0 }],
    ['has no size below 0', { size: -1 }, { size: undefined }],
    ['has no invalid size', { size: {} }, { size: undefined }],
  ];
  for (const [why, field, facts] of table) {
    test(why, () => {
      const read = readSnapshot(field, 's');
      assert.deepEqual({ ...read, ...facts }, read);
    });
  }

  test('is invalid when its error is not a text', () =>
    assert.throws(() => readSnapshot({ error: 7 }, 's'), TypeError));
});

describe('A recorded response', () => {
  for (const version of ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1']) {
    test(`of ${version} is read`, () => {
      const snapshots = [...readSnapshotResponse(recordedAnswer(version, 'pvc-aa01')).values()];
      assert.ok(snapshots.length > 0, 'it has snapshots');
      for (const { kind, created, size } of snapshots) {
        assert.ok(kind === 'user' || kind === 'system', kind);
        assert.ok(created !== undefined && size !== undefined, 'with a time and a size');
      }
    });

    for (const name of ['faulted-volume', 'no-snapshots', 'no-such-volume']) {
      test(`of ${version} for ${name} is empty`, () =>
        assert.equal(readSnapshotResponse(recordedAnswer(version, name)).size, 0));
    }
  }
});
