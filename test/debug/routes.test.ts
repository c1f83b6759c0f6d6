/** The response for each path and Accept header. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { debugResponse } from '../../src/debug/routes.ts';
import { node, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const { view, now } = viewOf([{ at: 0, volumes: [volume()], nodes: [node('node-1')] }]);
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const CASES: readonly (readonly [path: string, accept: string, got: string])[] = [
  ['/debug', BROWSER, '200 text/html'],
  ['/debug', '*/*', '200 text/html'],
  ['/debug', '', '200 text/html'],
  ['/debug', 'application/json', '200 application/json'],
  ['/debug', 'application/json, text/plain, */*', '200 application/json'],
  ['/debug', 'application/json, text/html', '200 text/html'],
  ['/debug.json', BROWSER, '200 application/json'],
  ['/debug/streams', BROWSER, '200 text/html'],
  ['/debug/streams.json', BROWSER, '200 application/json'],
  ['/debug/volumes/pvc-1', BROWSER, '200 text/html'],
  ['/debug/volumes/pvc-1.json', BROWSER, '200 application/json'],
  ['/debug/volumes/none', BROWSER, '404 text/html'],
  ['/debug/volumes/none', 'application/json', 'nothing'],
  ['/debug/volumes/none.json', BROWSER, 'nothing'],
  ['/debug/nodes/node-1', BROWSER, '200 text/html'],
  ['/debug/nodes/node-1.json', BROWSER, '200 application/json'],
  ['/debug/nodes/none', BROWSER, 'nothing'],
  ['/debug/runbooks', BROWSER, '200 text/html'],
  ['/debug/runbooks/LonghornVolumeFaulted', '*/*', '200 text/html'],
  ['/debug/runbooks/none', BROWSER, 'nothing'],
  ['/debug/page.js', '*/*', '200 text/javascript'],
  ['/debug/style.css', 'text/css', '200 text/css'],
  ['/debug/icon.svg', 'image/*', '200 image/svg+xml'],
];

const ask = (path: string, accept: string) =>
  debugResponse({ path, query: new URLSearchParams(), accept }, view, now);

describe('path and Accept', () => {
  for (const [path, accept, got] of CASES) {
    test(`${path}, ${accept === '' ? 'no Accept' : accept}: ${got}`, () => {
      const answer = ask(path, accept);
      assert.equal(
        answer === undefined ? 'nothing' : `${answer.status} ${answer.contentType.split(';')[0]}`,
        got,
      );
    });
  }

  test('page: its policy allows no external and no inline script', () => {
    const policy = ask('/debug', BROWSER)?.headers?.['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|data:/);
  });
});
