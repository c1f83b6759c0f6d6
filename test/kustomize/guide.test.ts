/** What docs/install.md points at is there. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { yamlBelow } from './guide.ts';
import { REMOTE } from './overlay.ts';

const GUIDE = new URL('../../docs/install.md', import.meta.url).pathname;

test('standalone kustomization: names the folder of this repository, at the same release', () => {
  const [kustomization] = yamlBelow('Standalone') as [{ resources: string[] }];
  assert.deepEqual(kustomization.resources, [REMOTE.replace('//kustomize', '//kustomize/standalone')]);
});

test('every link in install.md: a file or a heading', () => {
  const text = readFileSync(GUIDE, 'utf8');
  const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  assert.ok(links.length > 20, 'there are links');
  for (const link of links) {
    const [path = '', anchor = ''] = link.split('#');
    assert.ok(path === '' ? anchors.includes(anchor) : existsSync(join(dirname(GUIDE), path)), link);
  }
});
