/** The status and content type for each path and Accept header. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { debugResponse } from '../../src/debug/routes.ts';
import { node, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const { view, now } = viewOf([{ at: 0, volumes: [volume()], nodes: [node('node-1')] }]);
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const CASES: readonly (readonly [path: string, accept: string, expected: string])[] = [
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
  ['/debug/volumes/none', 'application/json', 'no response'],
  ['/debug/volumes/none.json', BROWSER, 'no response'],
  ['/debug/nodes/node-1', BROWSER, '200 text/html'],
  ['/debug/nodes/node-1.json', BROWSER, '200 application/json'],
  ['/debug/nodes/none', BROWSER, 'no response'],
  ['/debug/runbooks', BROWSER, '200 text/html'],
  ['/debug/runbooks/LonghornVolumeFaulted', '*/*', '200 text/html'],
  ['/debug/runbooks/none', BROWSER, 'no response'],
  ['/debug/page.js', '*/*', '200 text/javascript'],
  ['/debug/style.css', 'text/css', '200 text/css'],
  ['/debug/icon.svg', 'image/*', '200 image/svg+xml'],
];

const respond = (path: string, accept: string) =>
  debugResponse({ path, query: new URLSearchParams(), accept }, view, now);

describe('path and Accept', () => {
  for (const [path, accept, expected] of CASES) {
    test(`${path}, ${accept === '' ? 'no Accept' : accept}: ${expected}`, () => {
      const response = respond(path, accept);
      assert.equal(
        response === undefined ? 'no response' : `${response.status} ${response.contentType.split(';')[0]}`,
        expected,
      );
    });
  }

  test('content security policy of a page: allows no external and no inline scripts', () => {
    const policy = respond('/debug', BROWSER)?.headers?.['content-security-policy'] ?? '';
    assert.match(policy, /^default-src 'none'; style-src 'self'; script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe|\*|data:/);
  });
});
