import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import { at, sampleOf, knownTarget as target } from '../support/facts.ts';

describe('Series of a backup target', () => {
  const table: [available: boolean | undefined, value: number | undefined][] = [
    [true, 1],
    [false, 0],
    [undefined, undefined],
  ];
  for (const [available, value] of table) {
    test(`available ${available ?? 'unknown'}: ${value ?? 'absent'}`, () => {
      const sample = sampleOf(
        BACKUP_TARGET_TABLE,
        target('default', { available }),
        at(0),
        'longhorn_backup_target_available',
      );
      assert.equal(sample, value);
    });
  }

  test('labels: target and scheme', () => {
    assert.deepEqual(BACKUP_TARGET_TABLE.labels, ['target', 'scheme']);
    assert.deepEqual(BACKUP_TARGET_TABLE.identify(target('offsite', { scheme: 'nfs' })), ['offsite', 'nfs']);
  });
});
