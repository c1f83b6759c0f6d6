import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BackupFacts, type BackupPhase, readBackup } from '../../src/longhorn/backup.ts';
import type { JsonObject } from '../../src/longhorn/read.ts';

const read = (backup: JsonObject) => readBackup(backup, 'backup-1');

describe('readBackup: phase', () => {
  const table: [state: unknown, withSnapshot: BackupPhase, withoutSnapshot: BackupPhase][] = [
    ['Completed', 'completed', 'completed'],
    ['Error', 'failed', 'failed'],
    ['Unknown', 'failed', 'failed'],
    ['', 'in_progress', 'absent'],
    ['New', 'in_progress', 'absent'],
    ['Pending', 'in_progress', 'absent'],
    ['InProgress', 'in_progress', 'absent'],
    [undefined, 'in_progress', 'absent'],
    [null, 'in_progress', 'absent'],
    ['Deleting', 'absent', 'absent'],
    ['Splendid', 'absent', 'absent'],
  ];
  for (const [state, withSnapshot, withoutSnapshot] of table) {
    test(`state ${JSON.stringify(state)}: ${withSnapshot}; without a snapshot: ${withoutSnapshot}`, () => {
      assert.equal(read({ state, snapshotName: 'snap' }).phase, withSnapshot);
      assert.equal(read({ state, snapshotName: '' }).phase, withoutSnapshot);
      assert.equal(read({ state }).phase, withoutSnapshot);
    });
  }

  test('deleting: only in state "Deleting"', () => {
    assert.deepEqual(
      ['Deleting', 'Error', ''].map((state) => read({ state }).deleting),
      [true, false, false],
    );
  });
});

describe('readBackup', () => {
  const table: [behaviour: string, backup: JsonObject, field: keyof BackupFacts, value: unknown][] = [
    ['volumeName: kept', { volumeName: 'pvc-1' }, 'volume', 'pvc-1'],
    ['no volumeName: empty', {}, 'volume', ''],
    ['backupTargetName: kept', { backupTargetName: 'offsite' }, 'target', 'offsite'],
    [
      'backupTargetName with special characters: kept',
      { backupTargetName: '__proto__\n"' },
      'target',
      '__proto__\n"',
    ],
    [
      'created: the end of the upload',
      { created: '2026-11-21T05:10:12Z' },
      'created',
      Date.UTC(2026, 10, 21, 5, 10, 12),
    ],
    ['empty created: unknown', { created: '' }, 'created', undefined],
    ['created at Go’s zero time: unknown', { created: '0001-01-01T00:00:00Z' }, 'created', undefined],
    [
      'snapshotCreated: the time of the snapshot',
      { snapshotCreated: '2026-11-21T05:00:00Z' },
      'snapshotCreated',
      Date.UTC(2026, 10, 21, 5),
    ],
    ['size as a string: converted to a number', { size: '104857600' }, 'size', 104857600],
    ['size as a number: kept', { size: 7 }, 'size', 7],
    ['empty size: unknown', { size: '' }, 'size', undefined],
    [
      'new and re-uploaded data: added up',
      { newlyUploadDataSize: '20', reUploadedDataSize: '3' },
      'uploaded',
      23,
    ],
    [
      'only newlyUploadDataSize: taken as the total',
      { newlyUploadDataSize: '20', reUploadedDataSize: '' },
      'uploaded',
      20,
    ],
    [
      'only reUploadedDataSize: taken as the total',
      { newlyUploadDataSize: '', reUploadedDataSize: '3' },
      'uploaded',
      3,
    ],
    ['both upload sizes 0: 0', { newlyUploadDataSize: '0', reUploadedDataSize: '0' }, 'uploaded', 0],
    [
      'both upload sizes empty: unknown',
      { newlyUploadDataSize: '', reUploadedDataSize: '' },
      'uploaded',
      undefined,
    ],
    ['progress: converted to a ratio', { progress: 95 }, 'progress', 0.95],
    ['no progress: unknown', {}, 'progress', undefined],
  ];
  for (const [behaviour, backup, field, value] of table) {
    test(behaviour, () => assert.equal(read(backup)[field], value));
  }

  for (const [field, value] of [
    ['state', 7],
    ['state', {}],
    ['volumeName', 7],
    ['volumeName', ['a']],
  ] as const) {
    test(`${field} ${JSON.stringify(value)}: TypeError`, () => {
      assert.throws(() => read({ [field]: value }), TypeError);
    });
  }
});
