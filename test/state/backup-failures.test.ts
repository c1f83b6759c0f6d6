/** Which failure is remembered, and what resolves it. */

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
const last = (lists: Lists, of?: string) => backupMetric(life(lists), of)('longhorn_backup_last_failed');

/** Fails before its snapshot's time is known. */
const early = (name: string, more: Partial<BackupFacts> = {}) =>
  failed(name, { snapshotCreated: undefined, ...more });
const good = (name: string, second: number, more: Partial<BackupFacts> = {}) =>
  backup(name, { snapshotCreated: wall(second), created: wall(second + 30), ...more });
const bad = (name: string, second: number, more: Partial<BackupFacts> = {}) =>
  failed(name, { snapshotCreated: wall(second), ...more });

describe('The last backup failed', () => {
  const table: [why: string, lists: Lists, value: number | undefined][] = [
    ['early, next to an older success', [[good('a', -500)], [good('a', -500), early('b')]], 1],
    ['early, in our first list, next to a success', [[good('a', -500), early('b')]], 1],
    ['early, and a later one succeeded', [[], [early('b')], [early('b'), good('c', 150)]], 0],
    ['and its record is gone', [[], [bad('b', 50)], []], 1],
    ['and its record is being deleted', [[], [bad('b', 50)], [deleting('b')], []], 1],
    [
      'and its record is gone, and an older success is there',
      [[good('a', -500)], [good('a', -500), bad('b', 50)], [good('a', -500)]],
      1,
    ],
    ['its record is gone, and a later one succeeded', [[], [bad('b', 50)], [], [good('c', 250)]], 0],
    ['a success in its place is gone too', [[], [bad('b', 50)], [good('c', 150)], []], undefined],
    [
      'a retry of its snapshot succeeded under another name',
      [
        [],
        [bad('zz', 50, { snapshot: 's' })],
        [bad('zz', 50, { snapshot: 's' }), good('aa', 50, { snapshot: 's' })],
      ],
      0,
    ],
    ['it turned out to be complete', [[], [bad('b', 50)], [good('b', 50)]], 0],
    [
      'a good one could not be deleted',
      [
        [good('a', -500)],
        [backup('a', { undeletable: true, created: wall(-470), snapshotCreated: wall(-500) })],
      ],
      0,
    ],
    [
      'its time is later than our first sight of it',
      [[], [bad('b', 9_000)], [good('c', 150), bad('b', 9_000)]],
      0,
    ],
    [
      'while the next one runs',
      [[], [bad('b', 50)], [bad('b', 50), running('c', { snapshotCreated: wall(150) })]],
      1,
    ],
  ];
  for (const [why, lists, value] of table)
    test(`${why}: ${value ?? 'absent'}`, () => assert.equal(last(lists), value));

  test('on one target: not on the other', () => {
    const lists = [[], [bad('b', 50), good('c', 50, { target: 'offsite' })]];
    assert.deepEqual([last(lists), last(lists, 'offsite')], [1, 0]);
  });
});

test('A failure on a target that is gone is forgotten', () => {
  const steps = [
    { at: -10, volumes: [volume()], backuptargets: [target('default'), target('offsite')] },
    { at: 0, backups: [] },
    { at: 100, backups: [bad('b', 50, { target: 'offsite' })] },
    { at: 200, backups: [] },
    { at: 210, backuptargets: [target('default')] },
  ];
  const failedOn = (count: number) =>
    backupMetric(play(steps.slice(0, count)), 'offsite')('longhorn_backup_last_failed');
  assert.deepEqual([failedOn(3), failedOn(4), failedOn(5)], [1, 1, undefined]);
});

describe('Series of a failure', () => {
  const served = (lists: Lists) => {
    const metric = backupMetric(life(lists));
    return [
      metric('longhorn_backup_last_failure_timestamp_seconds'),
      metric('longhorn_backup_last_failure_reason', 'timeout'),
    ];
  };
  const late = bad('b', 50, { reason: 'timeout' });

  test('the time it was seen, and the reason', () => assert.deepEqual(served([[], [late]]), [unix(100), 1]));
  test('the time of its snapshot when it was in our first list', () =>
    assert.deepEqual(served([[bad('b', -50, { reason: 'timeout' })]]), [unix(-50), 1]));
  test('the same when its record is gone', () => assert.deepEqual(served([[], [late], []]), [unix(100), 1]));
  test('the time without the reason, once a later one succeeded', () =>
    assert.deepEqual(served([[], [late], [late, good('c', 150)]]), [unix(100), undefined]));
  test('none seen: absent', () => assert.deepEqual(served([[good('a', -500)]]), [undefined, undefined]));
});
