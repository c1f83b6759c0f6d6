/** Error messages of Longhorn, its backup stores and their libraries, and the reason that each maps to. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAILURE_REASONS, type FailureReason, failureReason } from '../../src/longhorn/failure-reason.ts';
import { message } from '../../src/longhorn/read.ts';

const MESSAGES: readonly (readonly [FailureReason, string])[] = [
  [
    'credentials',
    'failed to execute: AWS Error:  InvalidAccessKeyId The AWS Access Key Id you provided does not exist in our records. 403',
  ],
  ['credentials', 'AWS Error:  SignatureDoesNotMatch The request signature we calculated does not match'],
  ['credentials', 'failed to put object: AccessDenied: Access Denied status code: 403'],
  ['credentials', 'NoCredentialProviders: no valid providers in chain. Deprecated.'],
  ['credentials', 'ExpiredToken: The provided token has expired.'],
  [
    'credentials',
    'RESPONSE 403: 403 Server failed to authenticate the request. ERROR CODE: AuthenticationFailed',
  ],
  ['credentials', 'mount error(13): Permission denied'],
  ['no_bucket', 'AWS Error:  NoSuchBucket The specified bucket does not exist 404'],
  [
    'no_bucket',
    'failed to list backup volumes in s3://gone@us-east-1/: AWS Error:  NoSuchBucket The specified bucket does not exist 404',
  ],
  ['no_bucket', 'RESPONSE 404: 404 The specified container does not exist. ERROR CODE: ContainerNotFound'],
  ['timeout', 'AWS Error:  RequestTimeout send request failed: dial tcp 10.9.9.9:443: i/o timeout'],
  ['timeout', 'failed to backup: context deadline exceeded'],
  ['timeout', 'timed out waiting for the condition'],
  ['unreachable', 'dial tcp 10.9.9.9:443: connect: connection refused'],
  ['unreachable', 'dial tcp: lookup minio.backup: no such host'],
  ['unreachable', 'dial tcp 10.9.9.9:443: connect: no route to host'],
  ['unreachable', 'cannot mount nfs 10.9.9.9:/backups, options [nfsvers=4.2]: vers=4.0: failed to execute'],
  ['tls', 'x509: certificate signed by unknown authority'],
  ['tls', 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid'],
  ['lock', 'failed lock backupstore/volumes/aa/bb/locks type 1 acquisition'],
  ['no_space', 'write /backupstore/x: no space left on device'],
  ['no_space', 'write /backupstore/x: disk quota exceeded'],
  [
    'snapshot',
    'failed to get the snapshot snap-early-failure-1 before enabling backup monitor: snapshot.longhorn.io not found',
  ],
  [
    'snapshot',
    'failed waiting for the snapshot snap-early-failure-2 to be ready before enabling backup monitor',
  ],
  ['engine', 'failed waiting for the engine job-backed-e-0 to be running before enabling backup monitor'],
  ['engine', 'failed to get the backup status from the replica tcp://10.42.0.7:10000'],
  ['other', 'EOF'],
  ['other', ''],
  ['other', 'something that nobody has written yet'],
];

describe('failureReason', () => {
  for (const [reason, text] of MESSAGES)
    test(`${text === '' ? 'empty text' : text}: ${reason}`, () => assert.equal(failureReason(text), reason));

  test('every reason: covered by a row above', () =>
    assert.deepEqual(new Set(MESSAGES.map(([reason]) => reason)), new Set(FAILURE_REASONS)));
});

describe('stored error message', () => {
  const SECRETS: readonly (readonly [kind: string, text: string, stored: string])[] = [
    [
      'AWS, signed URL',
      'Put "https://b.s3.amazonaws.com/x.blk?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE&X-Amz-Signature=aeeed9bb": dial tcp: i/o timeout',
      'Put "https://b.s3.amazonaws.com/x.blk?***": dial tcp: i/o timeout',
    ],
    ['AWS, key id', 'the key AKIAIOSFODNN7EXAMPLE is unknown', 'the key *** is unknown'],
    [
      'AWS, secret',
      'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG is wrong',
      'AWS_SECRET_ACCESS_KEY=*** is wrong',
    ],
    [
      'AWS, header',
      'Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/s3/aws4_request',
      'Authorization: ***',
    ],
    [
      'Azure, shared access signature',
      'GET https://acct.blob.core.windows.net/c/x?sv=2024-11-04&sig=Zm9vYmFy%3D: 403',
      'GET https://acct.blob.core.windows.net/c/x?*** 403',
    ],
    [
      'Azure, account key',
      'AccountName=acct;AccountKey=Zm9vYmFyYmF6cXV4Zm9v==;EndpointSuffix=core.windows.net',
      'AccountName=acct;AccountKey=***;EndpointSuffix=core.windows.net',
    ],
    [
      'basic auth in a URL',
      'cannot mount cifs://admin:hunter2@nas/share',
      'cannot mount cifs://***@nas/share',
    ],
    ['basic auth in a header', 'sent Authorization: Basic YWRtaW46aHVudGVyMg==', 'sent Authorization: ***'],
    [
      'password in options',
      'mount options username=admin,password=hunter2,vers=3.0',
      'mount options username=admin,password=***,vers=3.0',
    ],
    ['token in JSON', '{"token": "hunter2"}', '{"token": ***"}'],
  ];
  for (const [kind, text, stored] of SECRETS)
    test(`${kind}: secret removed`, () => assert.equal(message(text), stored));

  test('several lines: joined into one', () => assert.equal(message('a\n\tb\r\n  c '), 'a b c'));
  test('a megabyte: shortened to 300 characters', () =>
    assert.equal(message('x'.repeat(1024 * 1024)).length, 300));
  test('not a string, or empty: empty', () =>
    assert.deepEqual([message(undefined), message(7), message('')], ['', '', '']));
});
