/** Links and paths in docs/install.md exist. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { yamlBelow } from './guide.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const GUIDE = join(ROOT, 'docs/install.md');

test('standalone kustomization: names the folder of this repository, which is next to it', () => {
  const [kustomization] = yamlBelow('Standalone') as [{ resources: string[] }];
  const [folder = '', ...others] = kustomization.resources;
  assert.deepEqual(others, []);
  assert.match(folder, /^\.\.\/longhorn-exporter\//);
  assert.ok(existsSync(join(ROOT, folder.replace('../longhorn-exporter/', ''), 'kustomization.yaml')));
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
  for (const link of links.filter((each) => !/^https?:/.test(each))) {
    const [path = '', anchor = ''] = link.split('#');
    assert.ok(path === '' ? anchors.includes(anchor) : existsSync(join(dirname(GUIDE), path)), link);
  }
});
