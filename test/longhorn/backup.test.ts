import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BackupFacts, type BackupPhase, readBackup } from '../../src/longhorn/backup.ts';
import type { JsonObject } from '../../src/longhorn/read.ts';

const read = (backup: JsonObject) => readBackup(backup, 'backup-1');

describe('The phase of a backup', () => {
  const table: [state: unknown, withSnapshot: BackupPhase, without: BackupPhase][] = [
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
  for (const [state, withSnapshot, without] of table) {
    test(`in state ${JSON.stringify(state) ?? 'undefined'} is ${withSnapshot}, without a snapshot ${without}`, () => {
      assert.equal(read({ state, snapshotName: 'snap' }).phase, withSnapshot);
      assert.equal(read({ state, snapshotName: '' }).phase, without);
      assert.equal(read({ state }).phase, without);
    });
  }

  test('is deleting when it is being deleted', () => {
    assert.deepEqual(
      ['Deleting', 'Error', ''].map((state) => read({ state }).deleting),
      [true, false, false],
    );
  });
});

describe('A backup', () => {
  const table: [behaviour: string, backup: JsonObject, field: keyof BackupFacts, value: unknown][] = [
    ['has its volume', { volumeName: 'pvc-1' }, 'volume', 'pvc-1'],
    ['may lack a volume', {}, 'volume', ''],
    ['has its target', { backupTargetName: 'offsite' }, 'target', 'offsite'],
    ['has a target of any characters', { backupTargetName: '__proto__\n"' }, 'target', '__proto__\n"'],
    [
      'has the end of its upload',
      { created: '2026-11-21T05:10:12Z' },
      'created',
      Date.UTC(2026, 10, 21, 5, 10, 12),
    ],
    ['may lack the end of its upload', { created: '' }, 'created', undefined],
    ['has no end at Go’s zero time', { created: '0001-01-01T00:00:00Z' }, 'created', undefined],
    [
      'has its snapshot’s time',
      { snapshotCreated: '2026-11-21T05:00:00Z' },
      'snapshotCreated',
      Date.UTC(2026, 10, 21, 5),
    ],
    ['has a size', { size: '104857600' }, 'size', 104857600],
    ['has a size as a number', { size: 7 }, 'size', 7],
    ['may lack a size', { size: '' }, 'size', undefined],
    ['adds up what was uploaded', { newlyUploadDataSize: '20', reUploadedDataSize: '3' }, 'uploaded', 23],
    [
      'takes one of the two for the total',
      { newlyUploadDataSize: '20', reUploadedDataSize: '' },
      'uploaded',
      20,
    ],
    [
      'takes the other one for the total',
      { newlyUploadDataSize: '', reUploadedDataSize: '3' },
      'uploaded',
      3,
    ],
    ['may have uploaded nothing', { newlyUploadDataSize: '0', reUploadedDataSize: '0' }, 'uploaded', 0],
    [
      'may not know what was uploaded',
      { newlyUploadDataSize: '', reUploadedDataSize: '' },
      'uploaded',
      undefined,
    ],
    ['has a progress', { progress: 95 }, 'progress', 0.95],
    ['may lack a progress', {}, 'progress', undefined],
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
    test(`is invalid when ${field} is ${JSON.stringify(value)}`, () => {
      assert.throws(() => read({ [field]: value }), TypeError);
    });
  }
});
