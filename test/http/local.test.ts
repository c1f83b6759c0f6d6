import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isLocal } from '../../src/http/local.ts';

describe('Local', () => {
  for (const [peer, host] of [
    ['127.0.0.1', 'localhost'],
    ['127.0.0.1', 'localhost:9265'],
    ['127.0.0.1', 'LOCALHOST:19265'],
    ['127.0.0.1', '127.0.0.1:9265'],
    ['127.0.0.1', '127.0.0.2'],
    ['::1', '[::1]:9265'],
    ['::1', '[::1]'],
    ['::ffff:127.0.0.1', 'localhost'],
    ['::1', '127.0.0.1'],
  ] as const) {
    test(`is ${peer} that asks for ${host}`, () => assert.equal(isLocal(peer, { host }), true));
  }
});

describe('Not local', () => {
  for (const [peer, host] of [
    ['10.42.0.7', 'localhost'],
    ['10.42.0.7', '10.42.0.7:9265'],
    ['::ffff:10.42.0.7', 'localhost'],
    ['fd00::7', '[::1]'],
    ['127.0.0.6', 'localhost'],
    ['::ffff:127.0.0.6', 'localhost'],
    ['127.8.9.1', '127.0.0.2'],
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
      assert.equal(isLocal(peer, { host }), false));
  }
});

describe('What a browser beside us asks for', () => {
  for (const [local, what, site, destination] of [
    [true, 'an address that was typed', 'none', 'document'],
    [true, 'a link or a fetch of our own page', 'same-origin', 'empty'],
    [true, 'a link that is followed from elsewhere', 'cross-site', 'document'],
    [true, 'a link from another port of localhost', 'same-site', 'document'],
    [false, 'a fetch by a page from elsewhere', 'cross-site', 'empty'],
    [false, 'an image, or a script, in a page from elsewhere', 'cross-site', 'image'],
    [false, 'a frame in a page from elsewhere', 'cross-site', 'iframe'],
    [false, 'a fetch by a page from another port of localhost', 'same-site', 'empty'],
  ] as const) {
    test(`is ${local ? '' : 'not '}local when it is ${what}`, () => {
      const headers = { host: 'localhost:9265', 'sec-fetch-site': site, 'sec-fetch-dest': destination };
      assert.equal(isLocal('127.0.0.1', headers), local);
      assert.equal(isLocal('10.42.0.7', headers), false);
    });
  }
});
