/** The recipes of docs/examples, word for word as users copy them, on clusters of ours. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { type Doc, documents, hasKustomize, kustomize, kustomizeCommand } from '../support/kustomize.ts';
import { CLUSTERS, isManager } from './clusters.ts';
import { assertSame, expected, SIDECAR } from './expected.ts';
import { recipeNames, recipes, toYaml, workspace } from './overlay.ts';

const ROOT = new URL('../../', import.meta.url).pathname;

const IMAGE = 'registry.example.com/longhorn-exporter:0.1.0';
const LONGHORN = 'https://raw.githubusercontent.com/longhorn/longhorn/v1.12.1/deploy/longhorn.yaml';

/** What Longhorn's own policy lets in besides, when it is there. */
const MONITORING = {
  from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
  ports: [{ protocol: 'TCP', port: 9265 }],
};

const withMonitoring = (docs: readonly Doc[]): Doc[] =>
  docs.map((doc) => {
    if (doc.kind !== 'NetworkPolicy') return doc;
    const spec = doc.spec as { readonly ingress: readonly Doc[] };
    return { ...doc, spec: { ...spec, ingress: [...spec.ingress, MONITORING] } };
  });

const wanted = (cluster: readonly Doc[], updateStrategy?: Doc): Doc[] =>
  withMonitoring(expected(cluster, { ...SIDECAR, image: IMAGE }, updateStrategy));

/** The clusters that a recipe can meet: those of the plain manifest, or those that Helm rendered. */
const clusters = (renderedBy: 'plain' | 'Helm') =>
  [...CLUSTERS].filter(([name]) => name.includes(renderedBy)).map(([, cluster]) => cluster);

/** Lets the plain recipe read the cluster from a file instead of Longhorn's from the web. */
function plainRecipe(t: TestContext, cluster: readonly Doc[]): string {
  const folder = recipes(t, 'kustomize', [[LONGHORN, 'longhorn.yaml']]);
  writeFileSync(join(folder, 'kustomize', 'longhorn.yaml'), toYaml(cluster));
  return folder;
}

/** Runs the script with a kubectl that does what the kustomize at hand does. */
function postRender(folder: string, input: string) {
  const [tool, build] = kustomizeCommand();
  const [bin, tmp] = [join(folder, 'bin'), join(folder, 'tmp')];
  mkdirSync(bin);
  const shim = `#!/bin/sh\n[ "$1" = kustomize ] && [ $# = 2 ] && PATH=$REAL_PATH exec "${tool}" ${build} "$2"\n`;
  writeFileSync(join(bin, 'kubectl'), shim, { mode: 0o755 });
  // The script works in a folder that it makes there, so the component has to be beside it.
  mkdirSync(tmp);
  renameSync(join(folder, 'component'), join(tmp, 'component'));
  return spawnSync(join(folder, 'helm', 'post-render.sh'), {
    input,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: tmp, PATH: `${bin}:${process.env.PATH}`, REAL_PATH: process.env.PATH },
  });
}

describe('the recipe', () => {
  test('for plain kustomize', (t) => {
    if (!hasKustomize(t)) return;
    for (const cluster of clusters('plain'))
      assertSame(kustomize(join(plainRecipe(t, cluster), 'kustomize')), wanted(cluster));
  });

  test('for a staged roll-out', (t) => {
    if (!hasKustomize(t)) return;
    for (const cluster of clusters('plain'))
      assertSame(kustomize(join(plainRecipe(t, cluster), 'staged')), wanted(cluster, { type: 'OnDelete' }));
  });

  test("for an upgrade of Longhorn gives its own roll-out back, whatever the cluster's was", (t) => {
    if (!hasKustomize(t)) return;
    const atOnce = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };
    for (const cluster of clusters('plain'))
      assertSame(kustomize(join(plainRecipe(t, cluster), 'longhorn-upgrade')), wanted(cluster, atOnce));
  });

  test('for Helm: the post-renderer patches what it reads, and leaves nothing behind', (t) => {
    if (!hasKustomize(t)) return;
    for (const cluster of clusters('Helm')) {
      const folder = recipes(t, 'helm', []);
      const { status, stdout, stderr } = postRender(folder, toYaml(cluster));
      assert.equal(status, 0, stderr);
      assertSame(documents(stdout), wanted(cluster));
      assert.deepEqual(readdirSync(join(folder, 'tmp')), ['component'], 'the folder of its own is gone');
    }
  });

  test('for Helm: the post-renderer fails when kustomize does, so that Helm installs nothing', (t) => {
    if (!hasKustomize(t)) return;
    const { status, stdout } = postRender(recipes(t, 'helm', []), 'kind: [');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
  });

  test('for Helm 4: the plugin names the script and itself as install.md does', () => {
    const [plugin] = documents(readFileSync(`${ROOT}docs/examples/helm/plugin.yaml`, 'utf8'));
    assert.deepEqual(plugin?.runtimeConfig, {
      platformCommand: [{ command: '$' + '{HELM_PLUGIN_DIR}/post-render.sh' }],
    });
    assert.match(
      readFileSync(`${ROOT}docs/install.md`, 'utf8'),
      new RegExp(`--post-renderer ${plugin?.name}$`, 'm'),
    );
  });

  test('for Argo CD, with a file in the place of the chart', (t) => {
    if (!hasKustomize(t)) return;
    for (const cluster of clusters('Helm')) {
      const folder = join(recipes(t, 'argocd', []), 'argocd');
      const path = join(folder, 'kustomization.yaml');
      const { helmCharts, ...kustomization } = documents(readFileSync(path, 'utf8'))[0] ?? {};
      const [chart] = helmCharts as Doc[];
      assert.equal(`${chart?.repo}/${chart?.name}`, 'https://charts.longhorn.io/longhorn');
      writeFileSync(path, stringify({ ...kustomization, resources: ['longhorn.yaml'] }));
      writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
      assertSame(kustomize(folder), wanted(cluster));
    }
  });

  test('for Flux, whose inline patches do what the component does', (t) => {
    if (!hasKustomize(t)) return;
    const docs = documents(readFileSync(`${ROOT}docs/examples/flux/helmrelease.yaml`, 'utf8'));
    const release = docs.find(({ kind }) => kind === 'HelmRelease');
    const { spec } = release as { spec?: { postRenderers: [{ kustomize: Doc }] } };
    assert.ok(spec, 'there is a HelmRelease');
    const { postRenderers } = spec;
    // Flux lays each of them, in turn, over all that the chart renders.
    assert.equal(postRenderers.length, 1);
    for (const cluster of clusters('Helm')) {
      const folder = join(workspace(t), 'flux');
      mkdirSync(folder);
      writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
      const kustomization = { resources: ['longhorn.yaml'], ...postRenderers[0].kustomize };
      writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
      assertSame(kustomize(folder), wanted(cluster));
    }
  });

  test('of every folder is tested and pointed at by install.md', () => {
    const names = recipeNames();
    assert.deepEqual(names.sort(), ['argocd', 'flux', 'helm', 'kustomize', 'longhorn-upgrade', 'staged']);
    const guide = readFileSync(`${ROOT}docs/install.md`, 'utf8');
    for (const name of names) assert.ok(guide.includes(`examples/${name}`), `install.md points at ${name}`);
  });
});

test('the clusters of the recipes have the DaemonSet, some behind a policy, some not', () => {
  const guarded = [...CLUSTERS.values()].map((docs) => docs.some(({ kind }) => kind === 'NetworkPolicy'));
  assert.deepEqual(new Set(guarded), new Set([true, false]));
  assert.ok(
    [...CLUSTERS.values()].every((docs) => docs.some(isManager)),
    'each has the DaemonSet',
  );
  for (const renderedBy of ['plain', 'Helm'] as const)
    assert.equal(clusters(renderedBy).length, 4, renderedBy);
});
