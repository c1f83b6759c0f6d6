/** Which backups are counted as completed or failed. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import {
  backup,
  backupLife,
  backupMetric,
  countedBackups,
  deleting,
  failed,
  running,
  wall,
} from '../support/facts.ts';

const COMPLETIONS = 'longhorn_backup_completions_total';

type Lists = readonly (readonly BackupFacts[])[];

/** A record that is being read from the target: neither a state nor a snapshotName. */
const record = (name: string) => running(name, { phase: 'absent' });
const old = backup('b0', { created: wall(-1000), snapshotCreated: wall(-1060) });
const done = (name: string, created: number | undefined, more: Partial<BackupFacts> = {}) =>
  backup(name, { created, snapshotCreated: wall(-1500), ...more });

describe('Backups over these lists: counted completions and failures', () => {
  const table: [behaviour: string, lists: Lists, completions: number, failures: number][] = [
    ['ended before the first list: not counted', [[backup('b1'), failed('b2'), running('b3')]], 0, 0],
    ['running, then completed: 1 completion', [[], [running('b1')], [backup('b1')]], 1, 0],
    ['running, then failed: 1 failure', [[], [running('b1')], [failed('b1')]], 0, 1],
    [
      'completed, in three lists: 1 completion',
      [[], [running('b1')], [backup('b1')], [backup('b1')], [backup('b1')]],
      1,
      0,
    ],
    [
      'two, one completed, one failed: 1 completion, 1 failure',
      [[], [running('b1'), running('b2')], [backup('b1'), failed('b2')]],
      1,
      1,
    ],
    ['running in the first list, completed later: 1 completion', [[running('b1')], [backup('b1')]], 1, 0],
    ['running in the first list, failed later: 1 failure', [[running('b1')], [failed('b1')]], 0, 1],
    ['completed with an empty created: 1 completion', [[running('b1')], [done('b1', undefined)]], 1, 0],
    [
      'completed with a created older than that of a known one: 1 completion',
      [
        [old, running('b1')],
        [old, done('b1', wall(-2000))],
      ],
      1,
      0,
    ],
    [
      'failed, then completed: 1 completion, 1 failure',
      [[running('b1')], [failed('b1')], [backup('b1')]],
      1,
      1,
    ],
    ['failed in the first list, completed later: 1 completion', [[failed('b1')], [backup('b1')]], 1, 0],
    [
      'failed, retried, failed again: 2 failures',
      [[], [failed('b1')], [running('b1')], [failed('b1')]],
      0,
      2,
    ],
    ['Completed, then Error: not counted', [[old], [failed('b0')]], 0, 0],
    ['running, then gone: not counted', [[running('b1')], []], 0, 0],
    ['running, then deleted: not counted', [[running('b1')], [deleting('b1')], []], 0, 0],
    ['first seen failed: 1 failure', [[], [failed('b1')]], 0, 1],
    ['first seen as a record, then failed: 1 failure', [[], [record('b1')], [failed('b1')]], 0, 1],
  ];
  for (const [behaviour, lists, ...expected] of table) {
    test(behaviour, () => assert.deepEqual(countedBackups(...lists), expected));
  }
});

describe('Backups first seen Completed', () => {
  const other = (more: Partial<BackupFacts>) => backup('x', { created: wall(500), ...more });
  const table: [behaviour: string, lists: Lists, completions: number][] = [
    ['count when created is later than that of the newest known', [[old], [old, done('b1', wall(50))]], 1],
    [
      'count up to five minutes before the last list without them, for the clocks',
      [[old], [old, done('b1', wall(-299))]],
      1,
    ],
    ['do not count when older: they returned with their target', [[old], [old, done('b1', wall(-300))]], 0],
    ['do not count when it is earlier', [[old], [old, done('b1', wall(-2000))]], 0],
    ['do not count when it is the same', [[old], [old, done('b1', wall(-1000))]], 0],
    ['do not count without it', [[old], [old, done('b1', undefined)]], 0],
    [
      'count when a record becomes a completed backup',
      [[old], [old, record('b1')], [old, done('b1', wall(50))]],
      1,
    ],
    [
      'do not count as a record that turns out to be old',
      [[old], [record('b1')], [done('b1', wall(-2000))]],
      0,
    ],
    [
      'are compared with the newest that was there before it was deleted',
      [[old], [deleting('b0')], [done('b1', wall(-2000))]],
      0,
    ],
    [
      'are compared with the newest that was there before it was gone',
      [[old], [], [done('b1', wall(-2000))]],
      0,
    ],
    [
      'are compared with the newest since, not only with the first list',
      [[old], [old, done('b1', wall(50))], [old, done('b2', wall(20))]],
      1,
    ],
    [
      'are compared with the newest since, even if that is gone',
      [[old], [old, done('b1', wall(50))], [], [done('b2', wall(20))]],
      1,
    ],
    [
      'are compared with the newest since, even if that is gone and an older one is there',
      [[old], [old, done('b1', wall(50))], [old], [old, done('b2', wall(20))]],
      1,
    ],
    [
      'are not compared with a newer one of another target',
      [
        [old, other({ target: 'offsite' })],
        [old, done('b1', wall(50))],
      ],
      1,
    ],
    [
      'are not compared with a newer one of another volume',
      [
        [old, other({ volume: 'pvc-2' })],
        [old, done('b1', wall(50))],
      ],
      1,
    ],
    [
      'count when none of the volume is known and they are later than the first list',
      [[other({ volume: 'pvc-2' })], [done('b1', wall(600))]],
      1,
    ],
    [
      'do not count when none of the volume is known and the first list has a later one',
      [[other({ volume: 'pvc-2' })], [done('b1', wall(400))]],
      0,
    ],
    [
      'do not count when none is known on the target and the first list has a later one',
      [[other({ target: 'offsite' })], [done('b1', wall(400))]],
      0,
    ],
  ];
  for (const [behaviour, lists, completions] of table) {
    test(behaviour, () => assert.deepEqual(countedBackups(...lists), [completions, 0]));
  }

  test('count for their own target', () => {
    const lists: Lists = [[old], [old, done('b1', wall(9), { target: 'offsite' })]];
    const played = backupLife(...lists.map((list, i) => [i * 100, list] as const));
    assert.deepEqual(
      [backupMetric(played)(COMPLETIONS), backupMetric(played, 'offsite')(COMPLETIONS)],
      [0, 1],
    );
  });
});
