/** Applies a kustomization to a test cluster, in a folder of its own, next to a copy of our component. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { type Doc, kustomize } from '../support/kustomize.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** A folder with longhorn-exporter next to what the test writes, as in docs/install.md. */
function workspace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'kustomize'), join(folder, 'longhorn-exporter/kustomize'), { recursive: true });
  return folder;
}

export const toYaml = (docs: readonly Doc[]): string =>
  docs.map((doc) => stringify(doc, { lineWidth: 0 })).join('---\n');

/** The result of kustomize on the cluster with this kustomization. */
export function overlay(t: TestContext, cluster: readonly Doc[], kustomization: Doc): Doc[] {
  const folder = join(workspace(t), 'overlay');
  mkdirSync(folder);
  writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
  const complete = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['longhorn.yaml'],
    ...kustomization,
  };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(complete));
  return kustomize(folder);
}

/** The same with our component; `more` is the rest of the kustomization. */
export const withComponent = (t: TestContext, cluster: readonly Doc[], more: Doc = {}): Doc[] =>
  overlay(t, cluster, { components: ['../longhorn-exporter/kustomize'], ...more });

/** Copies all recipes of docs/examples, unchanged, next to longhorn-exporter; returns their folder. */
export function copyRecipes(t: TestContext): string {
  const folder = workspace(t);
  cpSync(join(ROOT, 'docs/examples'), folder, { recursive: true });
  return folder;
}
