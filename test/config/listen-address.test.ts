import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseListenAddress } from '../../src/config/listen-address.ts';

describe('parseListenAddress', () => {
  for (const [text, host, port] of [
    [':9265', undefined, 9265],
    [':0', undefined, 0],
    [':65535', undefined, 65_535],
    ['127.0.0.1:9265', '127.0.0.1', 9265],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['localhost:9265', 'localhost', 9265],
    ['my-host.example.com:9265', 'my-host.example.com', 9265],
    ['[::1]:9265', '::1', 9265],
    ['[::]:9265', '::', 9265],
    ['[FD00::7]:1', 'FD00::7', 1],
    ['[::ffff:10.0.0.1]:9265', '::ffff:10.0.0.1', 9265],
  ] as const) {
    test(`${text}: accepted`, () => {
      assert.deepEqual(parseListenAddress(text), { host, port });
    });
  }

  for (const text of [
    '',
    ':',
    '9265',
    'localhost',
    '127.0.0.1',
    'localhost:',
    ':http',
    ':-1',
    ':65536',
    ':99999',
    ':100000',
    ':9265x',
    ':92 65',
    ':1e3',
    '::1:9265',
    '[::1]',
    '[::1]9265',
    '[]:9265',
    '[localhost]:9265',
    '[::1:9265',
    '::1]:9265',
    'http://localhost:9265',
    ':9265/metrics',
    ':9265\n',
    // No socket can be bound to these, so binding would be retried forever:
    'my host:9265',
    '300.1.1.1:9265',
    '[:::]:9265',
    '[1::2::3]:9265',
    '[12345::]:9265',
  ]) {
    test(`${JSON.stringify(text)}: rejected, with an example of a valid address`, () => {
      assert.throws(() => parseListenAddress(text), { message: 'is not an address such as :9265' });
    });
  }
});
