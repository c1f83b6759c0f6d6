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
import { overlay, recipes, toYaml } from './overlay.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(ROOT + path, 'utf8');

const IMAGE = 'registry.example.com/longhorn-exporter:0.2.0';

/** What is added to Longhorn's own policy, where there is one. */
const MONITORING = {
  from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
  ports: [{ protocol: 'TCP', port: 9265 }],
};

const wanted = (cluster: readonly Doc[], updateStrategy?: Doc): Doc[] =>
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
  return { ...result, left: readdirSync(tmp) };
}

/** The cluster is Longhorn's manifest, which the recipe expects next to it. */
const ofPlain = (recipe: string) => (t: TestContext, cluster: readonly Doc[]) => {
  const folder = recipes(t);
  writeFileSync(join(folder, 'kustomize', 'longhorn.yaml'), toYaml(cluster));
  return kustomize(join(folder, recipe));
};

function ofHelm(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const { status, stdout, stderr, left } = postRender(recipes(t), toYaml(cluster));
  assert.equal(status, 0, stderr);
  assert.deepEqual(left, [], 'the script removes its own folder');
  return documents(stdout);
}

/** With a file instead of the chart. */
function ofArgoCd(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const folder = join(recipes(t), 'argocd');
  const path = join(folder, 'kustomization.yaml');
  const { helmCharts, ...kustomization } = documents(readFileSync(path, 'utf8'))[0] ?? {};
  const [chart] = helmCharts as Doc[];
  assert.equal(`${chart?.repo}/${chart?.name}`, 'https://charts.longhorn.io/longhorn');
  writeFileSync(path, stringify({ ...kustomization, resources: ['longhorn.yaml'] }));
  writeFileSync(join(folder, 'longhorn.yaml'), toYaml(cluster));
  return kustomize(folder);
}

/** Flux applies its inline patches to everything that the chart renders. */
function ofFlux(t: TestContext, cluster: readonly Doc[]): Doc[] {
  const docs = documents(read('docs/examples/flux/helmrelease.yaml'));
  const release = docs.find(({ kind }) => kind === 'HelmRelease') ?? assert.fail('no HelmRelease');
  const { postRenderers } = release.spec as { postRenderers: readonly { kustomize: Doc }[] };
  assert.equal(postRenderers.length, 1);
  return overlay(t, cluster, postRenderers[0]?.kustomize ?? {});
}

const AT_ONCE = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } };

/** Every recipe, the clusters that it applies to, and the resulting roll-out. */
const RECIPES = [
  ['kustomize', 'plain', ofPlain('kustomize'), undefined],
  ['staged', 'plain', ofPlain('staged'), { type: 'OnDelete' }],
  ['longhorn-upgrade', 'plain', ofPlain('longhorn-upgrade'), AT_ONCE],
  ['helm', 'Helm', ofHelm, undefined],
  ['argocd', 'Helm', ofArgoCd, undefined],
  ['flux', 'Helm', ofFlux, undefined],
] as const;

for (const [recipe, renderedBy, build, strategy] of RECIPES) {
  test(
    `${recipe}: our container${strategy === undefined ? '' : `, roll-out ${strategy.type}`}`,
    withKustomize((t) => {
      const clusters = [...CLUSTERS].filter(([name]) => name.includes(renderedBy));
      assert.equal(clusters.length, 4);
      for (const [, cluster] of clusters) assertSame(build(t, cluster), wanted(cluster, strategy));
    }),
  );
}

test('clusters: some behind a policy, some not', () => {
  const guarded = [...CLUSTERS.values()].map((docs) => docs.some(({ kind }) => kind === 'NetworkPolicy'));
  assert.deepEqual(new Set(guarded), new Set([true, false]));
});

test(
  'helm, kustomize fails: so does the post-renderer, and Helm installs nothing',
  withKustomize((t) => {
    const { status, stdout } = postRender(recipes(t), 'kind: [');
    assert.notEqual(status, 0);
    assert.equal(stdout, '');
  }),
);

test('plugin of Helm 4: runs the script, under the name that install.md gives', () => {
  const [plugin] = documents(read('docs/examples/helm/plugin.yaml'));
  assert.deepEqual(plugin?.runtimeConfig, {
    platformCommand: [{ command: '$' + '{HELM_PLUGIN_DIR}/post-render.sh' }],
  });
  assert.match(read('docs/install.md'), new RegExp(`--post-renderer ${plugin?.name}$`, 'm'));
});

test('recipes: only Longhorn itself is downloaded', () => {
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

test('every folder of docs/examples: tested here, and in install.md', () => {
  const names = readdirSync(`${ROOT}docs/examples`).sort();
  assert.deepEqual(names, RECIPES.map(([name]) => name).sort());
  for (const name of names) assert.ok(read('docs/install.md').includes(`examples/${name}`), name);
});
