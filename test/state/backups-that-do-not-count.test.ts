/** Which ended backups are not counted. */

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

describe('A backup that was seen Deleting', () => {
  const table: [behaviour: string, lists: Lists][] = [
    ['does not fail when its deletion fails', [[old], [deleting('b0')], [failed('b0')]]],
    [
      'does not fail when its deletion fails, though it had been running',
      [[running('b1')], [deleting('b1')], [failed('b1')]],
    ],
    ['does not complete', [[running('b1')], [deleting('b1')], [backup('b1')]]],
    [
      'does not complete after it failed to be deleted',
      [[running('b1')], [deleting('b1')], [failed('b1')], [backup('b1')]],
    ],
    ['does not complete when it was gone and is found again', [[deleting('b1')], [], [backup('b1')]]],
    ['does not fail when it was gone and is there again', [[old], [deleting('b0')], [], [failed('b0')]]],
    ['in the first list does not fail either', [[deleting('b1')], [failed('b1')]]],
  ];
  for (const [behaviour, lists] of table) {
    test(behaviour, () => assert.deepEqual(countedBackups(...lists), [0, 0]));
  }

  test('is permanently absent from the gauges', () => {
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

describe('Whose backups count', () => {
  const life = (more: Parameters<typeof volume>[0], ...lists: Lists) =>
    play([{ at: -10, volumes: [volume(more)] }, ...lists.map((backups, i) => ({ at: i * 10, backups }))]);

  test('not those of a standby volume', () => {
    const played = life({ standby: true }, [], [running('b1')], [backup('b1')]);
    assert.deepEqual(played.events, []);
    assert.equal(backupMetric(played)(COMPLETIONS), undefined);
    assert.equal(backupMetric(played)('longhorn_volume_backups', 'completed'), 1);
  });

  test('those of a volume that is no longer a standby', () => {
    const played = life({ standby: true }, [], [backup('b1')], [backup('b1'), running('b2')]);
    const then = play(
      [
        { at: 50, volumes: [volume()] },
        { at: 60, backups: [backup('b1'), backup('b2')] },
      ],
      played.state,
    );
    assert.equal(backupMetric(then)(COMPLETIONS), 1);
  });

  test('not those of a volume that does not exist', () => {
    assert.deepEqual(life({ name: 'pvc-2' }, [], [running('b1')], [backup('b1')]).events, []);
  });

  test('not those that ended before the volume was first seen', () => {
    const before = play([
      { at: 0, backups: [] },
      { at: 10, backups: [running('b1')] },
      { at: 20, backups: [backup('b1')] },
    ]);
    assert.equal(backupMetric(play([{ at: 30, volumes: [volume()] }], before.state))(COMPLETIONS), 0);
  });

  test('they start at 0 with a new volume of the same name', () => {
    const first = life({}, [], [running('b1')], [backup('b1')]);
    assert.equal(
      backupMetric(play([{ at: 50, volumes: [volume({ created: wall(1) })] }], first.state))(COMPLETIONS),
      0,
    );
  });
});

describe('A target that is read after a first list without backups', () => {
  test('brings old backups, which are not counted as completed', () => {
    assert.deepEqual(countedBackups([], [old]), [0, 0]);
  });

  test('brings what was completed since', () => {
    const young = backup('b1', { created: wall(1000), snapshotCreated: wall(940) });
    assert.deepEqual(countedBackups([], [old, young]), [1, 0]);
  });
});
