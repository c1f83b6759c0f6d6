/** When backups began and how long they took. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import { backup, backupLife, backupMetric, deleting, failed, running, unix, wall } from '../support/facts.ts';

const STARTED = 'longhorn_backup_started_timestamp_seconds';
type Life = readonly (readonly [at: number, backups: readonly BackupFacts[]])[];

const on = (second: number, ...backups: BackupFacts[]) => [second, backups] as const;

describe('longhorn_backup_started_timestamp_seconds', () => {
  const early = { snapshotCreated: wall(-500) };
  const unknown = { snapshotCreated: undefined };
  const record = running('b1', { ...early, phase: 'absent' });
  const table: [title: string, life: Life, start: number | undefined][] = [
    ['none in progress: absent', [on(0, backup('b1'))], undefined],
    [
      'in progress after the first list: the time it was first seen',
      [on(0), on(10, running('b1', early)), on(20, running('b1', early))],
      10,
    ],
    [
      'in progress in the first list: snapshotCreated',
      [on(0, running('b1', early)), on(10, running('b1', early))],
      -500,
    ],
    [
      'in progress in the first list without snapshotCreated: the time of that list',
      [on(0, running('b1', unknown))],
      0,
    ],
    [
      'snapshotCreated changes while in progress: the start stays',
      [on(0, running('b1', early)), on(10, running('b1'))],
      -500,
    ],
    ['completed: absent', [on(0), on(10, running('b1')), on(20, backup('b1'))], undefined],
    ['failed: absent', [on(0), on(10, running('b1')), on(20, failed('b1'))], undefined],
    ['deleted while in progress: absent', [on(0), on(10, running('b1')), on(20, deleting('b1'))], undefined],
    [
      'first seen failed, then in progress: the time it was first seen in progress',
      [on(0), on(10, failed('b1')), on(20, running('b1'))],
      20,
    ],
    [
      'in progress, failed, in progress again: the time of the second start',
      [on(0, running('b1', early)), on(10, failed('b1')), on(20, running('b1', early))],
      20,
    ],
    [
      'record still being read, then in progress: the time it was first seen in progress',
      [on(0, record), on(10, record), on(20, running('b1', early))],
      20,
    ],
    [
      'two in progress: the start of the oldest',
      [on(0), on(10, running('b2')), on(20, running('b1', early), running('b2'))],
      10,
    ],
    [
      'two in progress, the oldest ends: the start of the other',
      [
        on(0),
        on(10, running('b2')),
        on(20, running('b1'), running('b2')),
        on(30, running('b1'), failed('b2')),
      ],
      20,
    ],
  ];
  for (const [title, life, start] of table) {
    test(title, () => {
      const expected = start === undefined ? undefined : unix(start);
      assert.equal(backupMetric(backupLife(...life))(STARTED), expected);
    });
  }
});

describe('Duration in a backup_completed event', () => {
  const ended = (created: number | undefined, snapshotCreated: number | undefined = wall(-500)) =>
    backup('b1', { created, snapshotCreated });
  const table: [title: string, life: Life, expected: (number | undefined)[]][] = [
    [
      'in progress, then completed: from first seen to created',
      [on(0), on(10, running('b1')), on(80, ended(wall(70)))],
      [60],
    ],
    ['first seen completed: from snapshotCreated to created', [on(0), on(80, ended(wall(70)))], [570]],
    ['in progress in the first list: unknown', [on(0, running('b1')), on(80, ended(wall(70)))], [undefined]],
    ['created is empty: unknown', [on(0), on(10, running('b1')), on(80, ended(undefined))], [undefined]],
    [
      'created is before it was first seen: unknown instead of negative',
      [on(0), on(10, running('b1')), on(80, ended(wall(9)))],
      [undefined],
    ],
    [
      'created at the second it was first seen: 0',
      [on(0), on(10, running('b1')), on(80, ended(wall(10)))],
      [0],
    ],
    [
      'first seen completed, without snapshotCreated: unknown',
      [on(0), on(80, backup('b1', { created: wall(70), snapshotCreated: undefined }))],
      [undefined],
    ],
    ['in progress, then failed: no event', [on(0), on(10, running('b1')), on(80, failed('b1'))], []],
    [
      'in progress, failed, completed: from first seen to created',
      [on(0), on(10, running('b1')), on(20, failed('b1')), on(80, ended(wall(70)))],
      [60],
    ],
    [
      'in progress, failed, in progress again, completed: from the second start',
      [on(0), on(10, running('b1')), on(20, failed('b1')), on(30, running('b1')), on(80, ended(wall(70)))],
      [40],
    ],
    [
      'failed in the first list, then completed: from snapshotCreated',
      [on(0, failed('b1')), on(80, ended(wall(70)))],
      [570],
    ],
    [
      'in progress in the first list, failed, in progress again, completed: from the second start',
      [on(0, running('b1')), on(20, failed('b1')), on(30, running('b1')), on(80, ended(wall(70)))],
      [40],
    ],
  ];
  for (const [title, life, expected] of table) {
    test(title, () => {
      const durations = backupLife(...life).events.flatMap((each) =>
        each.type === 'backup_completed' ? [each.seconds] : [],
      );
      assert.deepEqual(durations, expected);
    });
  }
});

describe('Queue and upload time of a completed backup', () => {
  const queued = (more: Partial<BackupFacts> = {}) => running('b1', more);
  const uploading = queued({ uploading: true });
  const done = backup('b1', { created: wall(100), mode: 'full' });
  const table: [history: string, life: Life, queue: number | undefined, upload: number | undefined][] = [
    ['queued, then uploading', [on(0), on(10, queued()), on(40, uploading), on(110, done)], 30, 60],
    ['uploading at first sight', [on(0), on(10, uploading), on(110, done)], 0, 90],
    [
      'uploading, back to the queue after a manager restart, uploading again',
      [on(0), on(10, queued()), on(40, uploading), on(50, queued()), on(60, uploading), on(110, done)],
      30,
      60,
    ],
    [
      'uploading, failed, queued, uploading again',
      [on(0), on(10, uploading), on(20, failed('b1')), on(30, queued()), on(70, uploading), on(110, done)],
      40,
      30,
    ],
    ['never seen uploading', [on(0), on(10, queued()), on(110, done)], undefined, undefined],
    ['never seen in progress', [on(0), on(110, done)], undefined, undefined],
    ['uploading in the first list', [on(0, uploading), on(110, done)], undefined, undefined],
  ];
  for (const [history, life, queue, upload] of table) {
    test(`${history}: ${queue ?? 'unknown'} s queued, ${upload ?? 'unknown'} s uploading`, () => {
      const played = backupLife(...life);
      const [completed] = played.events.flatMap((each) => (each.type === 'backup_completed' ? [each] : []));
      assert.deepEqual([completed?.queueSeconds, completed?.mode], [queue, 'full']);
      assert.equal(backupMetric(played)('longhorn_backup_last_upload_seconds'), upload);
    });
  }
});
