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

/** A record still being read from the target: it has neither a state nor a snapshotName. */
const record = (name: string) => running(name, { phase: 'absent' });
const old = backup('b0', { created: wall(-1000), snapshotCreated: wall(-1060) });
const done = (name: string, created: number | undefined, more: Partial<BackupFacts> = {}) =>
  backup(name, { created, snapshotCreated: wall(-1500), ...more });

describe('Counted completions and failures', () => {
  const table: [title: string, lists: Lists, completions: number, failures: number][] = [
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
      'two backups, one completed, one failed: 1 completion, 1 failure',
      [[], [running('b1'), running('b2')], [backup('b1'), failed('b2')]],
      1,
      1,
    ],
    ['running in the first list, completed later: 1 completion', [[running('b1')], [backup('b1')]], 1, 0],
    ['running in the first list, failed later: 1 failure', [[running('b1')], [failed('b1')]], 0, 1],
    ['completed with an empty created: 1 completion', [[running('b1')], [done('b1', undefined)]], 1, 0],
    [
      'completed with created earlier than that of a known backup: 1 completion',
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
  for (const [title, lists, ...expected] of table) {
    test(title, () => assert.deepEqual(countedBackups(...lists), expected));
  }
});

describe('Backups first seen Completed', () => {
  const other = (more: Partial<BackupFacts>) => backup('x', { created: wall(500), ...more });
  const table: [title: string, lists: Lists, completions: number][] = [
    ['created later than that of the newest known backup: counted', [[old], [old, done('b1', wall(50))]], 1],
    [
      'created 299 s before the last list without it: counted, because clocks may differ',
      [[old], [old, done('b1', wall(-299))]],
      1,
    ],
    [
      'created 300 s before the last list without it: not counted, because its target returned',
      [[old], [old, done('b1', wall(-300))]],
      0,
    ],
    [
      'created earlier than that of the newest known backup: not counted',
      [[old], [old, done('b1', wall(-2000))]],
      0,
    ],
    [
      'created equal to that of the newest known backup: not counted',
      [[old], [old, done('b1', wall(-1000))]],
      0,
    ],
    ['no created: not counted', [[old], [old, done('b1', undefined)]], 0],
    [
      'record becomes a completed backup: counted',
      [[old], [old, record('b1')], [old, done('b1', wall(50))]],
      1,
    ],
    [
      'record turns out to be an old backup: not counted',
      [[old], [record('b1')], [done('b1', wall(-2000))]],
      0,
    ],
    [
      'older than a backup that is Deleting: not counted',
      [[old], [deleting('b0')], [done('b1', wall(-2000))]],
      0,
    ],
    ['older than a backup that is gone: not counted', [[old], [], [done('b1', wall(-2000))]], 0],
    [
      'newer than the first list, older than a backup counted since: only that one counted',
      [[old], [old, done('b1', wall(50))], [old, done('b2', wall(20))]],
      1,
    ],
    [
      'older than a backup that was counted and is gone: only that one counted',
      [[old], [old, done('b1', wall(50))], [], [done('b2', wall(20))]],
      1,
    ],
    [
      'older than a backup that was counted and is gone, still older one remains: only that one counted',
      [[old], [old, done('b1', wall(50))], [old], [old, done('b2', wall(20))]],
      1,
    ],
    [
      'older than a backup on another target: counted',
      [
        [old, other({ target: 'offsite' })],
        [old, done('b1', wall(50))],
      ],
      1,
    ],
    [
      'older than a backup of another volume: counted',
      [
        [old, other({ volume: 'pvc-2' })],
        [old, done('b1', wall(50))],
      ],
      1,
    ],
    [
      'no known backup of the volume, created later than the first list: counted',
      [[other({ volume: 'pvc-2' })], [done('b1', wall(600))]],
      1,
    ],
    [
      'no known backup of the volume, first list has a later one of another volume: not counted',
      [[other({ volume: 'pvc-2' })], [done('b1', wall(400))]],
      0,
    ],
    [
      'no known backup on the target, first list has a later one on another target: not counted',
      [[other({ target: 'offsite' })], [done('b1', wall(400))]],
      0,
    ],
  ];
  for (const [title, lists, completions] of table) {
    test(title, () => assert.deepEqual(countedBackups(...lists), [completions, 0]));
  }

  test('on a second target: counted for that target only', () => {
    const lists: Lists = [[old], [old, done('b1', wall(9), { target: 'offsite' })]];
    const played = backupLife(...lists.map((list, i) => [i * 100, list] as const));
    assert.deepEqual(
      [backupMetric(played)(COMPLETIONS), backupMetric(played, 'offsite')(COMPLETIONS)],
      [0, 1],
    );
  });
});
