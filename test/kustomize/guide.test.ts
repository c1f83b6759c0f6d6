/** The folder that docs/install.md names in its YAML exists. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { yamlBelow } from './guide.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

test('standalone kustomization: names the folder of this repository, which is next to it', () => {
  const [kustomization] = yamlBelow('Standalone') as [{ resources: string[] }];
  const [folder = '', ...others] = kustomization.resources;
  assert.deepEqual(others, []);
  assert.match(folder, /^\.\.\/longhorn-exporter\//);
  assert.ok(existsSync(join(ROOT, folder.replace('../longhorn-exporter/', ''), 'kustomization.yaml')));
});
