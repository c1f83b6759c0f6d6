/** Lays a kustomization over a cluster of ours, in a folder of its own, with our component taken from this tree. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { type Doc, kustomize } from '../support/kustomize.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** How users name our component: a folder of this repository, at a release. */
export const REMOTE = 'https://github.com/longhorn-exporter/longhorn-exporter//kustomize?ref=v0.1.0';

/** A folder that holds our component beside what the test writes; kustomize takes only relative paths. */
export function workspace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'kustomize'), join(folder, 'component'), { recursive: true });
  return folder;
}

export const toYaml = (docs: readonly Doc[]): string =>
  docs.map((doc) => stringify(doc, { lineWidth: 0 })).join('---\n');

/** What comes out of the cluster with our component, and whatever else the kustomization says. */
export function withComponent(t: TestContext, cluster: readonly Doc[], more: Doc = {}): Doc[] {
  const folder = join(workspace(t), 'overlay');
  mkdirSync(folder);
  writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['longhorn.yaml'],
    components: ['../component'],
    ...more,
  };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
  return kustomize(folder);
}

/**
 * All recipes of docs/examples as a user has them, but with our component from this tree instead of from GitHub.
 * `replaced` gives each text to replace, which has to be there, and what stands for it.
 */
export function recipes(
  t: TestContext,
  recipe: string,
  replaced: readonly (readonly [string, string])[],
): string {
  const folder = workspace(t);
  cpSync(join(ROOT, 'docs/examples'), folder, { recursive: true });
  const path = join(folder, recipe, 'kustomization.yaml');
  let text = readFileSync(path, 'utf8');
  for (const [from, to] of [[REMOTE, '../component'] as const, ...replaced]) {
    if (!text.includes(from)) throw new Error(`${recipe} does not say ${from}`);
    text = text.replace(from, to);
  }
  writeFileSync(path, text);
  return folder;
}

export const recipeNames = (): string[] => readdirSync(join(ROOT, 'docs/examples'));
