import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isLocal } from '../../src/http/local.ts';

describe('Local', () => {
  for (const [peer, host] of [
    ['127.0.0.1', 'localhost'],
    ['127.0.0.1', 'localhost:9265'],
    ['127.0.0.1', 'LOCALHOST:19265'],
    ['127.0.0.1', '127.0.0.1:9265'],
    ['127.8.9.1', '127.0.0.2'],
    ['::1', '[::1]:9265'],
    ['::1', '[::1]'],
    ['::ffff:127.0.0.1', 'localhost'],
    ['::1', '127.0.0.1'],
  ] as const) {
    test(`is ${peer} that asks for ${host}`, () => assert.equal(isLocal(peer, host), true));
  }
});

describe('Not local', () => {
  for (const [peer, host] of [
    ['10.42.0.7', 'localhost'],
    ['10.42.0.7', '10.42.0.7:9265'],
    ['::ffff:10.42.0.7', 'localhost'],
    ['fd00::7', '[::1]'],
    ['127.0.0.1', 'evil.example'],
    ['127.0.0.1', 'evil.example:9265'],
    ['127.0.0.1', '127.0.0.1.evil.example'],
    ['127.0.0.1', 'localhost.evil.example'],
    ['127.0.0.1', 'evil.example:127.0.0.1'],
    ['127.0.0.1', '127.1'],
    ['127.0.0.1', '10.42.0.7'],
    ['127.0.0.1', ''],
    ['127.0.0.1', ':9265'],
    ['127.0.0.1', '[::1'],
    ['127.0.0.1', '[evil.example]'],
    ['127.0.0.1', undefined],
    [undefined, 'localhost'],
    ['', 'localhost'],
  ] as const) {
    test(`is ${peer || 'nobody'} that asks for ${host || 'nothing'}`, () =>
      assert.equal(isLocal(peer, host), false));
  }
});
