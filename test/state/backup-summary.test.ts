/** The gauges of the current backups. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import { backup, backupLife, backupMetric, failed, running, unix, wall } from '../support/facts.ts';

const gauge = (family: string, backups: readonly BackupFacts[], ...labels: string[]) =>
  backupMetric(backupLife([100, backups]))(family, ...labels);

const older = backup('older', { created: wall(-300), snapshotCreated: wall(-400), size: 1, uploaded: 2 });
const newer = backup('newer', { created: wall(-100), snapshotCreated: wall(-900), size: 3, uploaded: 4 });
const timeless = backup('timeless', { created: undefined, snapshotCreated: wall(0), size: 5 });

describe('The last backup', () => {
  const table: [behaviour: string, family: string, backups: BackupFacts[], value: number | undefined][] = [
    [
      'is the one with the latest created',
      'longhorn_backup_last_success_timestamp_seconds',
      [newer, older],
      unix(-100),
    ],
    ['is that in any order', 'longhorn_backup_last_success_timestamp_seconds', [older, newer], unix(-100)],
    [
      'is never one without created',
      'longhorn_backup_last_success_timestamp_seconds',
      [older, timeless],
      unix(-300),
    ],
    ['is unknown when none has created', 'longhorn_backup_last_size_bytes', [timeless], undefined],
    [
      'is unknown when none completed',
      'longhorn_backup_last_success_timestamp_seconds',
      [failed('b'), running('c')],
      undefined,
    ],
    [
      'is no failed one',
      'longhorn_backup_last_success_timestamp_seconds',
      [older, failed('b', { created: wall(0) })],
      unix(-300),
    ],
    [
      'has no upload time if the upload was not observed',
      'longhorn_backup_last_upload_seconds',
      [older],
      undefined,
    ],
    ['has its size', 'longhorn_backup_last_size_bytes', [older, newer], 3],
    [
      'tells no size while it is unknown',
      'longhorn_backup_last_size_bytes',
      [older, backup('b', { size: undefined })],
      undefined,
    ],
    ['has the uploaded bytes', 'longhorn_backup_last_uploaded_bytes', [older, newer], 4],
    ['has its latency in milliseconds', 'longhorn_backup_last_latency_ms', [older, newer], 800_000],
    ['has its latency in seconds', 'longhorn_backup_last_latency_seconds', [older, newer], 800],
    [
      'tells no latency without snapshotCreated',
      'longhorn_backup_last_latency_ms',
      [backup('b', { snapshotCreated: undefined })],
      undefined,
    ],
    [
      'tells no latency that two clocks made negative',
      'longhorn_backup_last_latency_ms',
      [backup('b', { snapshotCreated: wall(61) })],
      undefined,
    ],
  ];
  for (const [behaviour, family, backups, value] of table) {
    test(`${behaviour} (${family})`, () => assert.equal(gauge(family, backups), value));
  }
});

test('The last of two backups of the same moment is the same one in any order', () => {
  const twins = [backup('a', { size: 1 }), backup('b', { size: 2 })];
  const size = (backups: readonly BackupFacts[]) => gauge('longhorn_backup_last_size_bytes', backups);
  assert.equal(size(twins), size([...twins].reverse()));
});

describe('Whether the last backup failed', () => {
  const final = (name: string, seconds: number) => backup(name, { snapshotCreated: wall(seconds) });
  const wrong = (name: string, seconds: number) => failed(name, { snapshotCreated: wall(seconds) });
  const table: [behaviour: string, backups: BackupFacts[], value: number | undefined][] = [
    ['is unknown without any', [], undefined],
    ['is unknown while none is final', [running('a')], undefined],
    ['is 0 after a success', [final('a', 0)], 0],
    ['is 1 after a failure', [wrong('a', 0)], 1],
    ['is 1 when the newest failed', [final('a', 0), wrong('b', 10)], 1],
    ['is 0 when one after the failure succeeded', [wrong('a', 0), final('b', 10)], 0],
    ['goes by snapshotCreated, not by the order', [wrong('b', 10), final('a', 0)], 1],
    [
      'goes by snapshotCreated, not by created',
      [backup('a', { created: wall(900), snapshotCreated: wall(0) }), wrong('b', 10)],
      1,
    ],
    [
      'does not look at a newer one in progress',
      [wrong('a', 0), running('b', { snapshotCreated: wall(10) })],
      1,
    ],
    ['ignores a newer one that is absent', [final('a', 0), failed('b', { phase: 'absent' })], 0],
  ];
  for (const [behaviour, backups, value] of table) {
    test(behaviour, () => assert.equal(gauge('longhorn_backup_last_failed', backups), value));
  }
});

describe('The number of backups', () => {
  const states = (backups: readonly BackupFacts[]) =>
    ['completed', 'failed', 'in_progress'].map((state) => gauge('longhorn_volume_backups', backups, state));

  test('is given by state', () => {
    assert.deepEqual(
      states([backup('a'), backup('b'), backup('c'), failed('d'), failed('e'), running('f')]),
      [3, 2, 1],
    );
  });

  test('is 0 for the volume’s own target from its first sight', () =>
    assert.deepEqual(states([]), [0, 0, 0]));

  test('leaves out what is absent', () => {
    assert.deepEqual(states([running('a', { phase: 'absent' })]), [0, 0, 0]);
  });

  test('leaves out those of other volumes and targets', () => {
    assert.deepEqual(
      states([backup('a', { volume: 'pvc-2' }), backup('b', { target: 'offsite' })]),
      [0, 0, 0],
    );
  });
});

describe('The progress of a backup', () => {
  const table: [behaviour: string, backups: BackupFacts[], value: number | undefined][] = [
    ['is not there without one in progress', [backup('a')], undefined],
    [
      'is that of the oldest, whichever is slower',
      [
        running('a', { progress: 0.5, snapshotCreated: wall(10) }),
        running('b', { progress: 0.2, snapshotCreated: wall(20) }),
      ],
      0.5,
    ],
    ['is not there while it is unknown', [running('a', { progress: undefined })], undefined],
    ['is not that of a failed one', [running('a', { progress: 0.5 }), failed('b', { progress: 0 })], 0.5],
  ];
  for (const [behaviour, backups, value] of table) {
    test(behaviour, () => assert.equal(gauge('longhorn_backup_progress_ratio', backups), value));
  }
});
