/** The gauges of the current backups. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import { backup, backupLife, backupMetric, failed, running, unix, wall } from '../support/facts.ts';

const gauge = (family: string, backups: readonly BackupFacts[], ...labels: string[]) =>
  backupMetric(backupLife([100, backups]))(family, ...labels);

const older = backup('older', { created: wall(-300), snapshotCreated: wall(-400), size: 1, uploaded: 2 });
const newer = backup('newer', { created: wall(-100), snapshotCreated: wall(-900), size: 3, uploaded: 4 });
const withoutCreated = backup('without-created', { created: undefined, snapshotCreated: wall(0), size: 5 });

describe('Gauges of the last backup', () => {
  const table: [title: string, family: string, backups: BackupFacts[], value: number | undefined][] = [
    [
      'two completed: the one with the latest created',
      'longhorn_backup_last_success_timestamp_seconds',
      [newer, older],
      unix(-100),
    ],
    [
      'two completed, the latest listed last: still the one with the latest created',
      'longhorn_backup_last_success_timestamp_seconds',
      [older, newer],
      unix(-100),
    ],
    [
      'completed without created, after one with it: the one with it',
      'longhorn_backup_last_success_timestamp_seconds',
      [older, withoutCreated],
      unix(-300),
    ],
    [
      'no completed backup has created: absent',
      'longhorn_backup_last_size_bytes',
      [withoutCreated],
      undefined,
    ],
    [
      'none completed: absent',
      'longhorn_backup_last_success_timestamp_seconds',
      [failed('b'), running('c')],
      undefined,
    ],
    [
      'failed after a success: the success',
      'longhorn_backup_last_success_timestamp_seconds',
      [older, failed('b', { created: wall(0) })],
      unix(-300),
    ],
    ['upload was not observed: absent', 'longhorn_backup_last_upload_seconds', [older], undefined],
    ['two completed: the size of the latest', 'longhorn_backup_last_size_bytes', [older, newer], 3],
    [
      'size of the latest is unknown: absent, although an older one has a size',
      'longhorn_backup_last_size_bytes',
      [older, backup('b', { size: undefined })],
      undefined,
    ],
    [
      'two completed: the uploaded bytes of the latest',
      'longhorn_backup_last_uploaded_bytes',
      [older, newer],
      4,
    ],
    [
      'two completed: the latency of the latest in milliseconds',
      'longhorn_backup_last_latency_ms',
      [older, newer],
      800_000,
    ],
    [
      'two completed: the latency of the latest in seconds',
      'longhorn_backup_last_latency_seconds',
      [older, newer],
      800,
    ],
    [
      'no snapshotCreated: absent',
      'longhorn_backup_last_latency_ms',
      [backup('b', { snapshotCreated: undefined })],
      undefined,
    ],
    [
      'snapshotCreated after created, because two clocks differ: absent',
      'longhorn_backup_last_latency_ms',
      [backup('b', { snapshotCreated: wall(61) })],
      undefined,
    ],
  ];
  for (const [title, family, backups, value] of table) {
    test(`${family}, ${title}`, () => assert.equal(gauge(family, backups), value));
  }
});

test('two backups created at the same time: either list order gives the same last backup', () => {
  const simultaneous = [backup('a', { size: 1 }), backup('b', { size: 2 })];
  const size = (backups: readonly BackupFacts[]) => gauge('longhorn_backup_last_size_bytes', backups);
  assert.equal(size(simultaneous), size([...simultaneous].reverse()));
});

describe('longhorn_backup_last_failed', () => {
  const completed = (name: string, seconds: number) => backup(name, { snapshotCreated: wall(seconds) });
  const failure = (name: string, seconds: number) => failed(name, { snapshotCreated: wall(seconds) });
  const table: [title: string, backups: BackupFacts[], value: number | undefined][] = [
    ['no backups: absent', [], undefined],
    ['only one in progress: absent', [running('a')], undefined],
    ['completed: 0', [completed('a', 0)], 0],
    ['failed: 1', [failure('a', 0)], 1],
    ['completed, then failed: 1', [completed('a', 0), failure('b', 10)], 1],
    ['failed, then completed: 0', [failure('a', 0), completed('b', 10)], 0],
    ['newest snapshot failed, listed first: 1', [failure('b', 10), completed('a', 0)], 1],
    [
      'newest snapshot failed, older one has a later created: 1',
      [backup('a', { created: wall(900), snapshotCreated: wall(0) }), failure('b', 10)],
      1,
    ],
    ['failed, then one in progress: 1', [failure('a', 0), running('b', { snapshotCreated: wall(10) })], 1],
    ['completed, newer one with phase absent: 0', [completed('a', 0), failed('b', { phase: 'absent' })], 0],
  ];
  for (const [title, backups, value] of table) {
    test(title, () => assert.equal(gauge('longhorn_backup_last_failed', backups), value));
  }
});

describe('longhorn_volume_backups', () => {
  const states = (backups: readonly BackupFacts[]) =>
    ['completed', 'failed', 'in_progress'].map((state) => gauge('longhorn_volume_backups', backups, state));

  test('several backups: a count for each state', () => {
    assert.deepEqual(
      states([backup('a'), backup('b'), backup('c'), failed('d'), failed('e'), running('f')]),
      [3, 2, 1],
    );
  });

  test('no backups: 0 for the volume’s own target', () => assert.deepEqual(states([]), [0, 0, 0]));

  test('phase absent: not counted', () => {
    assert.deepEqual(states([running('a', { phase: 'absent' })]), [0, 0, 0]);
  });

  test('backups of another volume or target: not counted', () => {
    assert.deepEqual(
      states([backup('a', { volume: 'pvc-2' }), backup('b', { target: 'offsite' })]),
      [0, 0, 0],
    );
  });
});

describe('longhorn_backup_progress_ratio', () => {
  const table: [title: string, backups: BackupFacts[], value: number | undefined][] = [
    ['none in progress: absent', [backup('a')], undefined],
    [
      'two in progress: that of the oldest, not of the slowest',
      [
        running('a', { progress: 0.5, snapshotCreated: wall(10) }),
        running('b', { progress: 0.2, snapshotCreated: wall(20) }),
      ],
      0.5,
    ],
    ['in progress with unknown progress: absent', [running('a', { progress: undefined })], undefined],
    [
      'one in progress, one failed: that of the one in progress',
      [running('a', { progress: 0.5 }), failed('b', { progress: 0 })],
      0.5,
    ],
  ];
  for (const [title, backups, value] of table) {
    test(title, () => assert.equal(gauge('longhorn_backup_progress_ratio', backups), value));
  }
});
