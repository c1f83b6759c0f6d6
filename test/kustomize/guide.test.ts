/** The folder that docs/install.md names in its YAML exists. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { yamlBelow } from './guide.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

test('standalone kustomization in install.md: names an existing folder of the repository next to it', () => {
  const [kustomization] = yamlBelow('Standalone') as [{ resources: string[] }];
  const [folder = '', ...others] = kustomization.resources;
  assert.deepEqual(others, []);
  assert.match(folder, /^\.\.\/longhorn-exporter\//);
  assert.ok(existsSync(join(ROOT, folder.replace('../longhorn-exporter/', ''), 'kustomization.yaml')));
});
