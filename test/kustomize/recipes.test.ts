/** The recipes of docs/examples, exactly as users copy them, on test clusters. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { stringify } from 'yaml';
import { type Doc, documents, kustomize, kustomizeCommand, withKustomize } from '../support/kustomize.ts';
import { CLUSTERS } from './clusters.ts';
import { assertSame, expected, SIDECAR } from './expected.ts';
import { copyRecipes, overlay, toYaml } from './overlay.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

const IMAGE = 'registry.example.com/longhorn-exporter:0.2.0';

/** The rule that recipes add to Longhorn's own policy, where there is one. */
const MONITORING = {
  from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
  ports: [{ protocol: 'TCP', port: 9265 }],
};

const withRecipe = (cluster: readonly Doc[], updateStrategy?: Doc): Doc[] =>
  expected(cluster, { ...SIDECAR, image: IMAGE }, updateStrategy).map((doc) => {
    if (doc.kind !== 'NetworkPolicy') return doc;
    const spec = doc.spec as { readonly ingress: readonly Doc[] };
    return { ...doc, spec: { ...spec, ingress: [...spec.ingress, MONITORING] } };
  });

/** Runs post-render.sh with a kubectl that calls the installed kustomize. */
function postRender(folder: string, input: string) {
  const [tool, build] = kustomizeCommand();
  const [bin, tmp] = [join(folder, 'bin'), join(folder, 'tmp')];
  mkdirSync(bin);
  mkdirSync(tmp);
  const shim = `#!/bin/sh\n[ "$1" = kustomize ] && [ $# = 2 ] && PATH=$REAL_PATH exec "${tool}" ${build} "$2"\n`;
  writeFileSync(join(bin, 'kubectl'), shim, { mode: 0o755 });
  // Helm 4 calls it through a link to the folder that was installed as a plugin.
  symlinkSync(join(folder, 'helm'), join(bin, 'plugin'));
  const result = spawnSync(join(bin, 'plugin', 'post-render.sh'), {
    input,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: tmp, PATH: `${bin}:${process.env.PATH}`, REAL_PATH: process.env.PATH },
  });
  return { ...result, leftovers: readdirSync(tmp) };
}

/** The recipes expect Longhorn's manifest in the folder kustomize. */
const buildWith = (recipe: string) => (t: TestContext, cluster: readonly Doc[]) => {
  const folder = copyRecipes(t);
  writeFileSync(join(folder, 'kustomize', 'longhorn.yaml'), toYaml(cluster));
  return kustomize(join(folder, recipe));
};

function buildWithHelm(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const { status, stdout, stderr, leftovers } = postRender(copyRecipes(t), toYaml(cluster));
  assert.equal(status, 0, stderr);
  assert.deepEqual(leftovers, [], 'the script removes its own folder');
  return documents(stdout);
}

/** Uses the cluster's manifest instead of the chart. */
function buildWithArgoCd(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const folder = join(copyRecipes(t), 'argocd');
  const path = join(folder, 'kustomization.yaml');
  const { helmCharts, ...kustomization } = documents(readFileSync(path, 'utf8'))[0] ?? {};
  const [chart] = helmCharts as Doc[];
  assert.equal(`${chart?.repo}/${chart?.name}`, 'https://charts.longhorn.io/longhorn');
  writeFileSync(path, stringify({ ...kustomization, resources: ['longhorn.yaml'] }));
  writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
  return kustomize(folder);
}

/** Flux applies its inline patches to everything that the chart renders. */
function buildWithFlux(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const docs = documents(read('docs/examples/flux/helmrelease.yaml'));
  const release = docs.find(({ kind }) => kind === 'HelmRelease') ?? assert.fail('no HelmRelease');
  const { postRenderers } = release.spec as { postRenderers: readonly { kustomize: Doc }[] };
  assert.equal(postRenderers.length, 1);
  return overlay(t, cluster, postRenderers[0]?.kustomize ?? {});
}

const AT_ONCE = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };

/** Every recipe, the clusters that it applies to, and the resulting roll-out. */
const RECIPES = [
  ['kustomize', 'plain', buildWith('kustomize'), undefined],
  ['staged', 'plain', buildWith('staged'), { type: 'OnDelete' }],
  ['longhorn-upgrade', 'plain', buildWith('longhorn-upgrade'), AT_ONCE],
  ['helm', 'Helm', buildWithHelm, undefined],
  ['argocd', 'Helm', buildWithArgoCd, undefined],
  ['flux', 'Helm', buildWithFlux, undefined],
] as const;

for (const [recipe, renderedBy, build, strategy] of RECIPES) {
  test(
    `recipe ${recipe}: adds our container${strategy === undefined ? '' : `, sets the roll-out ${strategy.type}`}`,
    withKustomize((t) => {
      const clusters = [...CLUSTERS].filter(([name]) => name.includes(renderedBy));
      assert.equal(clusters.length, 4);
      for (const [, cluster] of clusters) assertSame(build(t, cluster), withRecipe(cluster, strategy));
    }),
  );
}

test('test clusters: some have a NetworkPolicy, some do not', () => {
  const havePolicy = [...CLUSTERS.values()].map((docs) => docs.some(({ kind }) => kind === 'NetworkPolicy'));
  assert.deepEqual(new Set(havePolicy), new Set([true, false]));
});

test(
  'kustomize fails: post-render.sh fails without output, so that Helm installs nothing',
  withKustomize((t) => {
    const { status, stdout } = postRender(copyRecipes(t), 'kind: [');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
  }),
);

test('plugin for Helm 4: runs post-render.sh, and has the name that install.md uses', () => {
  const [plugin] = documents(read('docs/examples/helm/plugin.yaml'));
  assert.deepEqual(plugin?.runtimeConfig, {
    platformCommand: [{ command: '$' + '{HELM_PLUGIN_DIR}/post-render.sh' }],
  });
  assert.match(read('docs/install.md'), new RegExp(`--post-renderer ${plugin?.name}$`, 'm'));
});

test('resources and components of recipes: only local paths', () => {
  const files = readdirSync(`${ROOT}docs/examples`, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('kustomization.yaml'),
  );
  assert.ok(files.length >= 5);
  for (const file of files) {
    const { resources = [], components = [] } = documents(read(`docs/examples/${file}`))[0] ?? {};
    for (const path of [...(resources as string[]), ...(components as string[])])
      assert.match(path, /^(longhorn\.yaml|\.\.\/(kustomize|longhorn-exporter\/kustomize))$/, file);
  }
});

test('every folder of docs/examples: is tested here, and named in install.md', () => {
  const names = readdirSync(`${ROOT}docs/examples`).sort();
  assert.deepEqual(names, RECIPES.map(([name]) => name).sort());
  for (const name of names) assert.ok(read('docs/install.md').includes(`examples/${name}`), name);
});
