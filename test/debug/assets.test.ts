/** Script, style and icon are served unchanged, and the bundle includes them and the runbooks. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { debugResponse } from '../../src/debug/routes.ts';
import { at } from '../support/facts.ts';
import { NOTHING } from './views.ts';

const ROOT = new URL('../../', import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  '/debug/page.js': 'page.js',
  '/debug/style.css': 'page.css',
  '/debug/icon.svg': 'icon.svg',
};

for (const [path, file] of Object.entries(FILES)) {
  test(`${path}: serves ${file} unchanged`, () => {
    const text = readFileSync(new URL(`src/debug/browser/${file}`, ROOT), 'utf8');
    assert.equal(
      debugResponse({ path, query: new URLSearchParams(), accept: '' }, NOTHING, at(0))?.body,
      text,
    );
  });
}

test('npm run build: the bundle includes script, style, icon and runbooks', async () => {
  const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
  // The bundle goes to standard output.
  const command = String(scripts.build).replace(/ --sourcemap| --outfile=\S+/g, '');
  const { stdout } = await promisify(execFile)('npx', command.split(' '), {
    cwd: ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.match(stdout, /var page_default = /);
  for (const text of [
    'function morphChildren',
    'prefers-color-scheme: dark',
    '<title>Longhorn exporter',
    '# LonghornVolumeFaulted',
  ])
    assert.ok(stdout.includes(text), text);
  assert.ok(!stdout.includes('import.meta.url'), 'the bundle reads files from its folder');
});
