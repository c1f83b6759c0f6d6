import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocal } from '../../src/http/access.ts';

for (const [peer, host, local] of [
  ['127.0.0.1', 'localhost', true],
  ['127.0.0.1', 'localhost:9265', true],
  ['127.0.0.1', 'LOCALHOST:19265', true],
  ['127.0.0.1', '127.0.0.1:9265', true],
  ['127.0.0.1', '127.0.0.2', true],
  ['::1', '[::1]:9265', true],
  ['::1', '[::1]', true],
  ['::ffff:127.0.0.1', 'localhost', true],
  ['::1', '127.0.0.1', true],
  ['10.42.0.7', 'localhost', false],
  ['10.42.0.7', '10.42.0.7:9265', false],
  ['::ffff:10.42.0.7', 'localhost', false],
  ['fd00::7', '[::1]', false],
  ['127.0.0.6', 'localhost', false],
  ['::ffff:127.0.0.6', 'localhost', false],
  ['127.8.9.1', '127.0.0.2', false],
  ['127.0.0.1', 'evil.example', false],
  ['127.0.0.1', 'evil.example:9265', false],
  ['127.0.0.1', '127.0.0.1.evil.example', false],
  ['127.0.0.1', 'localhost.evil.example', false],
  ['127.0.0.1', 'evil.example:127.0.0.1', false],
  ['127.0.0.1', '127.1', false],
  ['127.0.0.1', '10.42.0.7', false],
  ['127.0.0.1', '', false],
  ['127.0.0.1', ':9265', false],
  ['127.0.0.1', '[::1', false],
  ['127.0.0.1', '[evil.example]', false],
  ['127.0.0.1', undefined, false],
  [undefined, 'localhost', false],
  ['', 'localhost', false],
] as const) {
  test(`peer ${peer || 'unknown'}, host ${host || 'missing'}: ${local ? 'local' : 'not local'}`, () =>
    assert.equal(isLocal(peer, { host }), local));
}

for (const [what, site, destination, local] of [
  ['typed address', 'none', 'document', true],
  ['link or fetch from a page of the exporter', 'same-origin', 'empty', true],
  ['link on another site', 'cross-site', 'document', true],
  ['link on another port of localhost', 'same-site', 'document', true],
  ['fetch by another site', 'cross-site', 'empty', false],
  ['image or script in a page of another site', 'cross-site', 'image', false],
  ['frame in a page of another site', 'cross-site', 'iframe', false],
  ['fetch by another port of localhost', 'same-site', 'empty', false],
] as const) {
  test(`browser through a port-forward, ${what}: ${local ? 'local' : 'not local'}`, () => {
    const headers = { host: 'localhost:9265', 'sec-fetch-site': site, 'sec-fetch-dest': destination };
    assert.equal(isLocal('127.0.0.1', headers), local);
    assert.equal(isLocal('10.42.0.7', headers), false);
  });
}
