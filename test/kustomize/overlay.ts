/** Lays a kustomization over a cluster of ours, in a folder of its own, with our component taken from this tree. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { stringify } from 'yaml';
import { type Doc, kustomize } from '../support/kustomize.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

/** How users name our component: a folder of this repository, at a release. */
export const REMOTE = 'https://github.com/longhorn-exporter/longhorn-exporter//kustomize?ref=v0.1.0';

/** A folder that holds our component beside what the test writes; kustomize takes only relative paths. */
function workspace(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(ROOT, 'kustomize'), join(folder, 'component'), { recursive: true });
  return folder;
}

export const toYaml = (docs: readonly Doc[]): string =>
  docs.map((doc) => stringify(doc, { lineWidth: 0 })).join('---\n');

/** What kustomize makes of the cluster with this kustomization over it. */
export function overlay(t: TestContext, cluster: readonly Doc[], kustomization: Doc): Doc[] {
  const folder = join(workspace(t), 'overlay');
  mkdirSync(folder);
  writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
  const whole = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: ['longhorn.yaml'],
    ...kustomization,
  };
  writeFileSync(join(folder, 'kustomization.yaml'), stringify(whole));
  return kustomize(folder);
}

/** The same with our component, and whatever else the kustomization says. */
export const withComponent = (t: TestContext, cluster: readonly Doc[], more: Doc = {}): Doc[] =>
  overlay(t, cluster, { components: ['../component'], ...more });

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
