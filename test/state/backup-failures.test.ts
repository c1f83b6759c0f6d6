/** Which failed backup is remembered, and what resolves it. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import {
  backup,
  backupLife,
  backupMetric,
  deleting,
  failed,
  play,
  running,
  target,
  unix,
  volume,
  wall,
} from '../support/facts.ts';

type Lists = readonly (readonly BackupFacts[])[];
const life = (lists: Lists) => backupLife(...lists.map((list, i) => [i * 100, list] as const));
const lastFailed = (lists: Lists, targetName?: string) =>
  backupMetric(life(lists), targetName)('longhorn_backup_last_failed');

/** A backup that failed before the time of its snapshot was known. */
const failedEarly = (name: string, more: Partial<BackupFacts> = {}) =>
  failed(name, { snapshotCreated: undefined, ...more });
const completed = (name: string, second: number, more: Partial<BackupFacts> = {}) =>
  backup(name, { snapshotCreated: wall(second), created: wall(second + 30), ...more });
const failure = (name: string, second: number, more: Partial<BackupFacts> = {}) =>
  failed(name, { snapshotCreated: wall(second), ...more });

describe('longhorn_backup_last_failed', () => {
  const table: [history: string, lists: Lists, value: number | undefined][] = [
    [
      'early failure after an older success',
      [[completed('a', -500)], [completed('a', -500), failedEarly('b')]],
      1,
    ],
    ['early failure in the first list, with a success', [[completed('a', -500), failedEarly('b')]], 1],
    ['early failure, then a success', [[], [failedEarly('b')], [failedEarly('b'), completed('c', 150)]], 0],
    ['failure, then its record is gone', [[], [failure('b', 50)], []], 1],
    ['failure, then its record is being deleted', [[], [failure('b', 50)], [deleting('b')], []], 1],
    [
      'failure, then its record is gone and an older success remains',
      [[completed('a', -500)], [completed('a', -500), failure('b', 50)], [completed('a', -500)]],
      1,
    ],
    ['failure, its record is gone, then a success', [[], [failure('b', 50)], [], [completed('c', 250)]], 0],
    [
      'failure, then a success, then both records are gone',
      [[], [failure('b', 50)], [completed('c', 150)], []],
      undefined,
    ],
    [
      'failure, then a backup of the same snapshot completed under another name',
      [
        [],
        [failure('zz', 50, { snapshot: 's' })],
        [failure('zz', 50, { snapshot: 's' }), completed('aa', 50, { snapshot: 's' })],
      ],
      0,
    ],
    ['failure, then the same backup completed', [[], [failure('b', 50)], [completed('b', 50)]], 0],
    [
      'completed, then its deletion failed',
      [
        [completed('a', -500)],
        [backup('a', { undeletable: true, created: wall(-470), snapshotCreated: wall(-500) })],
      ],
      0,
    ],
    [
      'failure with a snapshot time in the future, then a success',
      [[], [failure('b', 9_000)], [completed('c', 150), failure('b', 9_000)]],
      0,
    ],
    [
      'failure, then the next backup runs',
      [[], [failure('b', 50)], [failure('b', 50), running('c', { snapshotCreated: wall(150) })]],
      1,
    ],
  ];
  for (const [history, lists, value] of table)
    test(`${history}: ${value ?? 'absent'}`, () => assert.equal(lastFailed(lists), value));

  test('failure on one target, success on another: 1 and 0', () => {
    const lists = [[], [failure('b', 50), completed('c', 50, { target: 'offsite' })]];
    assert.deepEqual([lastFailed(lists), lastFailed(lists, 'offsite')], [1, 0]);
  });
});

test('failure on a target, then the target is gone: longhorn_backup_last_failed is absent', () => {
  const steps = [
    { at: -10, volumes: [volume()], backuptargets: [target('default'), target('offsite')] },
    { at: 0, backups: [] },
    { at: 100, backups: [failure('b', 50, { target: 'offsite' })] },
    { at: 200, backups: [] },
    { at: 210, backuptargets: [target('default')] },
  ];
  const lastFailedAfter = (stepCount: number) =>
    backupMetric(play(steps.slice(0, stepCount)), 'offsite')('longhorn_backup_last_failed');
  assert.deepEqual([lastFailedAfter(3), lastFailedAfter(4), lastFailedAfter(5)], [1, 1, undefined]);
});

describe('Time and reason of the last failure', () => {
  const served = (lists: Lists) => {
    const metric = backupMetric(life(lists));
    return [
      metric('longhorn_backup_last_failure_timestamp_seconds'),
      metric('longhorn_backup_last_failure_reason', 'timeout'),
    ];
  };
  const timedOut = failure('b', 50, { reason: 'timeout' });

  test('failure after the first list: the time it was first seen, and the reason', () =>
    assert.deepEqual(served([[], [timedOut]]), [unix(100), 1]));
  test('failure in the first list: the time of its snapshot, and the reason', () =>
    assert.deepEqual(served([[failure('b', -50, { reason: 'timeout' })]]), [unix(-50), 1]));
  test('failure, then its record is gone: time and reason remain', () =>
    assert.deepEqual(served([[], [timedOut], []]), [unix(100), 1]));
  test('failure, then a success: the time without the reason', () =>
    assert.deepEqual(served([[], [timedOut], [timedOut, completed('c', 150)]]), [unix(100), undefined]));
  test('no failure: absent', () =>
    assert.deepEqual(served([[completed('a', -500)]]), [undefined, undefined]));
});
