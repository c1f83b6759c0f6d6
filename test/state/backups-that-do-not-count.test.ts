/** Backups that ended but are not counted as completed or failed. */

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
  play,
  running,
  volume,
  wall,
} from '../support/facts.ts';

const COMPLETIONS = 'longhorn_backup_completions_total';

type Lists = readonly (readonly BackupFacts[])[];

const old = backup('b0', { created: wall(-1000), snapshotCreated: wall(-1060) });

describe('Backups in state Deleting', () => {
  const table: [title: string, lists: Lists][] = [
    ['completed, Deleting, deletion fails: not counted', [[old], [deleting('b0')], [failed('b0')]]],
    [
      'in progress, Deleting, deletion fails: not counted',
      [[running('b1')], [deleting('b1')], [failed('b1')]],
    ],
    ['in progress, Deleting, Completed: not counted', [[running('b1')], [deleting('b1')], [backup('b1')]]],
    [
      'in progress, Deleting, deletion fails, Completed: not counted',
      [[running('b1')], [deleting('b1')], [failed('b1')], [backup('b1')]],
    ],
    [
      'Deleting in the first list, gone, found again Completed: not counted',
      [[deleting('b1')], [], [backup('b1')]],
    ],
    [
      'completed, Deleting, gone, found again in Error: not counted',
      [[old], [deleting('b0')], [], [failed('b0')]],
    ],
    ['Deleting in the first list, deletion fails: not counted', [[deleting('b1')], [failed('b1')]]],
  ];
  for (const [title, lists] of table) {
    test(title, () => assert.deepEqual(countedBackups(...lists), [0, 0]));
  }

  test('Deleting, deletion fails: absent from the gauges', () => {
    const metric = backupMetric(
      backupLife([0, [backup('b1')]], [10, [deleting('b1')]], [20, [failed('b1')]]),
    );
    const gauges = [
      metric('longhorn_volume_backups', 'completed'),
      metric('longhorn_volume_backups', 'failed'),
      metric('longhorn_backup_last_failed'),
      metric('longhorn_backup_last_success_timestamp_seconds'),
    ];
    assert.deepEqual(gauges, [0, 0, undefined, undefined]);
  });
});

describe('Backups of a volume', () => {
  const life = (more: Parameters<typeof volume>[0], ...lists: Lists) =>
    play([{ at: -10, volumes: [volume(more)] }, ...lists.map((backups, i) => ({ at: i * 10, backups }))]);

  test('standby volume: not counted', () => {
    const played = life({ standby: true }, [], [running('b1')], [backup('b1')]);
    assert.deepEqual(played.events, []);
    assert.equal(backupMetric(played)(COMPLETIONS), undefined);
    assert.equal(backupMetric(played)('longhorn_volume_backups', 'completed'), 1);
  });

  test('no longer a standby volume: later completions counted', () => {
    const played = life({ standby: true }, [], [backup('b1')], [backup('b1'), running('b2')]);
    const resumed = play(
      [
        { at: 50, volumes: [volume()] },
        { at: 60, backups: [backup('b1'), backup('b2')] },
      ],
      played.state,
    );
    assert.equal(backupMetric(resumed)(COMPLETIONS), 1);
  });

  test('volume does not exist: not counted', () => {
    assert.deepEqual(life({ name: 'pvc-2' }, [], [running('b1')], [backup('b1')]).events, []);
  });

  test('ended before the volume was first seen: not counted', () => {
    const before = play([
      { at: 0, backups: [] },
      { at: 10, backups: [running('b1')] },
      { at: 20, backups: [backup('b1')] },
    ]);
    assert.equal(backupMetric(play([{ at: 30, volumes: [volume()] }], before.state))(COMPLETIONS), 0);
  });

  test('new volume of the same name: completions start at 0', () => {
    const first = life({}, [], [running('b1')], [backup('b1')]);
    assert.equal(
      backupMetric(play([{ at: 50, volumes: [volume({ created: wall(1) })] }], first.state))(COMPLETIONS),
      0,
    );
  });
});

describe('First list without backups, then a target is read', () => {
  test('old backups: not counted', () => {
    assert.deepEqual(countedBackups([], [old]), [0, 0]);
  });

  test('backup completed after the first list: 1 completion', () => {
    const recent = backup('b1', { created: wall(1000), snapshotCreated: wall(940) });
    assert.deepEqual(countedBackups([], [old, recent]), [1, 0]);
  });
});
