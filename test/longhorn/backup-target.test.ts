import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBackupTarget } from '../../src/longhorn/backup-target.ts';

const read = (backupTargetURL: unknown, available?: unknown) =>
  readBackupTarget({ backupTargetURL, available }, 'default');

describe('The scheme of a backup target', () => {
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
    test(`of ${JSON.stringify(url) ?? 'none'} is ${scheme ?? 'none'}`, () =>
      assert.equal(read(url).scheme, scheme));
  }

  for (const url of ['/backups', 'secret@host', '://x', `${'a'.repeat(50)}://x`, 'a"b\n://x']) {
    test(`of ${JSON.stringify(url)} is given, but contains nothing of it`, () =>
      assert.equal(read(url).scheme, 'other'));
  }
});

describe('A backup target', () => {
  test('is available or not', () => {
    assert.deepEqual([read('', true).available, read('', false).available], [true, false]);
  });

  test('may lack its availability', () => {
    assert.deepEqual(
      [undefined, null, 'true', 1].map((odd) => read('', odd).available),
      [undefined, undefined, undefined, undefined],
    );
  });

  test('does not keep the URL, which may hold a secret', () => {
    assert.doesNotMatch(JSON.stringify(read('cifs://user:secret@host/share')), /secret/);
  });

  test('is invalid when its URL is not a text', () => assert.throws(() => read(7), TypeError));
});
