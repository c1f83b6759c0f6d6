/** When backups began and how long they took. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import { backup, backupLife, backupMetric, deleting, failed, running, unix, wall } from '../support/facts.ts';

const STARTED = 'longhorn_backup_started_timestamp_seconds';
type Life = readonly (readonly [at: number, backups: readonly BackupFacts[]])[];

const on = (second: number, ...backups: BackupFacts[]) => [second, backups] as const;

describe('The start of a running backup', () => {
  const early = { snapshotCreated: wall(-500) };
  const unknown = { snapshotCreated: undefined };
  const record = running('b1', { ...early, phase: 'absent' });
  const table: [behaviour: string, life: Life, start: number | undefined][] = [
    ['is not there without one', [on(0, backup('b1'))], undefined],
    ['is when it was first seen', [on(0), on(10, running('b1', early)), on(20, running('b1', early))], 10],
    [
      'is snapshotCreated for one of our first list',
      [on(0, running('b1', early)), on(10, running('b1', early))],
      -500,
    ],
    ['is the first sight in the first list without snapshotCreated', [on(0, running('b1', unknown))], 0],
    ['stays when snapshotCreated changes', [on(0, running('b1', early)), on(10, running('b1'))], -500],
    ['is gone when it completed', [on(0), on(10, running('b1')), on(20, backup('b1'))], undefined],
    ['is gone when it failed', [on(0), on(10, running('b1')), on(20, failed('b1'))], undefined],
    ['is gone when it is deleted', [on(0), on(10, running('b1')), on(20, deleting('b1'))], undefined],
    [
      'is another when it runs again after a failure',
      [on(0), on(10, failed('b1')), on(20, running('b1'))],
      20,
    ],
    [
      'is another, too, when it ran before the failure',
      [on(0, running('b1', early)), on(10, failed('b1')), on(20, running('b1', early))],
      20,
    ],
    [
      'is not the sight of the record being read',
      [on(0, record), on(10, record), on(20, running('b1', early))],
      20,
    ],
    [
      'is that of the oldest',
      [on(0), on(10, running('b2')), on(20, running('b1', early), running('b2'))],
      10,
    ],
    [
      'is that of the next when the oldest has ended',
      [
        on(0),
        on(10, running('b2')),
        on(20, running('b1'), running('b2')),
        on(30, running('b1'), failed('b2')),
      ],
      20,
    ],
  ];
  for (const [behaviour, life, start] of table) {
    test(behaviour, () => {
      const expected = start === undefined ? undefined : unix(start);
      assert.equal(backupMetric(backupLife(...life))(STARTED), expected);
    });
  }
});

describe('The duration of a backup', () => {
  const ended = (created: number | undefined, snapshotCreated: number | undefined = wall(-500)) =>
    backup('b1', { created, snapshotCreated });
  const table: [behaviour: string, life: Life, durations: (number | undefined)[]][] = [
    ['is from first sight to created', [on(0), on(10, running('b1')), on(80, ended(wall(70)))], [60]],
    ['is from snapshotCreated when it was never seen running', [on(0), on(80, ended(wall(70)))], [570]],
    [
      'is not known when it ran in our first list',
      [on(0, running('b1')), on(80, ended(wall(70)))],
      [undefined],
    ],
    [
      'is not known when created is empty',
      [on(0), on(10, running('b1')), on(80, ended(undefined))],
      [undefined],
    ],
    [
      'is not known when it would be negative',
      [on(0), on(10, running('b1')), on(80, ended(wall(9)))],
      [undefined],
    ],
    ['can be 0', [on(0), on(10, running('b1')), on(80, ended(wall(10)))], [0]],
    [
      'is not known without any start',
      [on(0), on(80, backup('b1', { created: wall(70), snapshotCreated: undefined }))],
      [undefined],
    ],
    ['is not known of a failure', [on(0), on(10, running('b1')), on(80, failed('b1'))], []],
    [
      'is from the first sight though it went through a failure',
      [on(0), on(10, running('b1')), on(20, failed('b1')), on(80, ended(wall(70)))],
      [60],
    ],
    [
      'is from the second start when it ran again after a failure',
      [on(0), on(10, running('b1')), on(20, failed('b1')), on(30, running('b1')), on(80, ended(wall(70)))],
      [40],
    ],
    [
      'is from snapshotCreated when it had failed in our first list',
      [on(0, failed('b1')), on(80, ended(wall(70)))],
      [570],
    ],
    [
      'is known again when it ran in our first list, failed and ran again',
      [on(0, running('b1')), on(20, failed('b1')), on(30, running('b1')), on(80, ended(wall(70)))],
      [40],
    ],
  ];
  for (const [behaviour, life, durations] of table) {
    test(behaviour, () => {
      const told = backupLife(...life).events.flatMap((each) =>
        each.type === 'backup_completed' ? [each.seconds] : [],
      );
      assert.deepEqual(told, durations);
    });
  }
});

describe('Where the time went', () => {
  const waiting = (more: Partial<BackupFacts> = {}) => running('b1', more);
  const uploading = waiting({ uploading: true });
  const done = backup('b1', { created: wall(100), mode: 'full' });
  const table: [why: string, life: Life, queue: number | undefined, upload: number | undefined][] = [
    ['seen from its start', [on(0), on(10, waiting()), on(40, uploading), on(110, done)], 30, 60],
    ['in progress at first sight', [on(0), on(10, uploading), on(110, done)], 0, 90],
    [
      'the first upload counts: back to the queue after a restart of the manager',
      [on(0), on(10, waiting()), on(40, uploading), on(50, waiting()), on(60, uploading), on(110, done)],
      30,
      60,
    ],
    [
      'another upload after a failure is another',
      [on(0), on(10, uploading), on(20, failed('b1')), on(30, waiting()), on(70, uploading), on(110, done)],
      40,
      30,
    ],
    ['never seen to upload', [on(0), on(10, waiting()), on(110, done)], undefined, undefined],
    ['never seen in progress', [on(0), on(110, done)], undefined, undefined],
    ['uploading in our first list', [on(0, uploading), on(110, done)], undefined, undefined],
  ];
  for (const [why, life, queue, upload] of table) {
    test(`${why}: ${queue ?? 'unknown'} s and ${upload ?? 'unknown'} s`, () => {
      const played = backupLife(...life);
      const [told] = played.events.flatMap((each) => (each.type === 'backup_completed' ? [each] : []));
      assert.deepEqual([told?.queueSeconds, told?.mode], [queue, 'full']);
      assert.equal(backupMetric(played)('longhorn_backup_last_upload_seconds'), upload);
    });
  }
});
