/** The series of a volume's backups. Their values are tested in test/state. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { backup, backupMetric, play, servedOf, volume } from '../support/facts.ts';

const FAMILIES = BACKUP_TABLE.families.map(({ name }) => name);

/** The families that have a series. */
const familiesAfter = (...steps: Parameters<typeof play>[0]) => {
  const metric = backupMetric(play(steps));
  return FAMILIES.filter(
    (name) => metric(name, ...(name === 'longhorn_volume_backups' ? ['completed'] : [])) !== undefined,
  );
};

describe('Series of backups', () => {
  test('labels: volume, namespace and target', () => {
    const [series] = servedOf(play([{ at: 0, volumes: [volume()], backups: [] }])).backups;
    assert.ok(series);
    assert.deepEqual(BACKUP_TABLE.labels, ['volume', 'namespace', 'target']);
    assert.deepEqual(BACKUP_TABLE.identify(series), ['pvc-1', 'shop', 'default']);
  });

  test('no backups: only the number of backups and the counters, all 0', () => {
    const metric = backupMetric(play([{ at: 0, volumes: [volume()], backups: [] }]));
    const expected = [
      'longhorn_volume_backups',
      'longhorn_backup_completions_total',
      'longhorn_backup_failures_total',
    ];
    assert.deepEqual(familiesAfter({ at: 0, volumes: [volume()], backups: [] }), expected);
    assert.deepEqual(
      [metric(expected[0] ?? '', 'completed'), metric(expected[1] ?? ''), metric(expected[2] ?? '')],
      [0, 0, 0],
    );
  });

  test('standby volume: gauges without counters', () => {
    const backups = [backup('b1')];
    const active = familiesAfter({ at: 0, volumes: [volume()], backups });
    const standby = familiesAfter({ at: 0, volumes: [volume({ standby: true })], backups });
    assert.deepEqual(
      active.filter((name) => !standby.includes(name)),
      ['longhorn_backup_completions_total', 'longhorn_backup_failures_total'],
    );
  });

  test('one completed backup: every state is served, the others as 0', () => {
    const metric = backupMetric(play([{ at: 0, volumes: [volume()], backups: [backup('b1')] }]));
    assert.deepEqual(
      ['completed', 'failed', 'in_progress', 'absent'].map((state) =>
        metric('longhorn_volume_backups', state),
      ),
      [1, 0, 0, undefined],
    );
  });
});
