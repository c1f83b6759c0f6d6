import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBackupTarget } from '../../src/longhorn/backup-target.ts';

const read = (backupTargetURL: unknown, available?: unknown) =>
  readBackupTarget({ backupTargetURL, available }, 'default');

describe('readBackupTarget: scheme', () => {
  const table: [url: unknown, scheme: string | undefined][] = [
    ['s3://backups@us-east-1/', 's3'],
    ['nfs://10.0.0.9:/backups', 'nfs'],
    ['cifs://user:secret@host/share', 'cifs'],
    ['azblob://container@core.windows.net/', 'azblob'],
    ['S3://backups@us-east-1/', 's3'],
    ['', undefined],
    [undefined, undefined],
    [null, undefined],
  ];
  for (const [url, scheme] of table) {
    test(`URL ${JSON.stringify(url)}: ${scheme ?? 'no scheme'}`, () =>
      assert.equal(read(url).scheme, scheme));
  }

  for (const url of ['/backups', 'secret@host', '://x', `${'a'.repeat(50)}://x`, 'a"b\n://x']) {
    test(`URL ${JSON.stringify(url)}: "other", and nothing of the URL`, () =>
      assert.equal(read(url).scheme, 'other'));
  }
});

describe('readBackupTarget', () => {
  test('available true or false: kept', () => {
    assert.deepEqual([read('', true).available, read('', false).available], [true, false]);
  });

  test('available missing or not a boolean: unknown', () => {
    assert.deepEqual(
      [undefined, null, 'true', 1].map((available) => read('', available).available),
      [undefined, undefined, undefined, undefined],
    );
  });

  test('URL with a secret: not kept', () => {
    assert.doesNotMatch(JSON.stringify(read('cifs://user:secret@host/share')), /secret/);
  });

  test('URL that is not a string: TypeError', () => assert.throws(() => read(7), TypeError));
});
