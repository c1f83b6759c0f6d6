/** The pieces of YAML in docs/install.md do what it says. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { type Doc, hasKustomize } from '../support/kustomize.ts';
import { CLUSTERS, longhorn } from './clusters.ts';
import { assertSame, expected, SIDECAR } from './expected.ts';
import { yamlBelow } from './guide.ts';
import { REMOTE, withComponent } from './overlay.ts';

const GUIDE = new URL('../../docs/install.md', import.meta.url).pathname;

test('the patch for a setting adds it, and leaves our container where it is', (t) => {
  if (!hasKustomize(t)) return;
  const [patches] = yamlBelow('Settings');
  const env = [...(SIDECAR.env as Doc[]), { name: 'MANAGER_BUDGET', value: '0.1' }];
  for (const version of ['1.8', '1.12'] as const) {
    const cluster = longhorn(version);
    assertSame(withComponent(t, cluster, { patches }), expected(cluster, { ...SIDECAR, env }));
  }
});

test('the patch for a setting refuses a pod in which our container is not the third', (t) => {
  if (!hasKustomize(t)) return;
  const [patches] = yamlBelow('Settings');
  const crowded = CLUSTERS.get('1.12, plain, with more in the pod') ?? assert.fail('no such cluster');
  assert.throws(() => withComponent(t, crowded, { patches }), /test failed|testing value/i);
});

test('a strategic merge patch does move our container to the front, as we warn', (t) => {
  if (!hasKustomize(t)) return;
  const patch = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'longhorn-manager', namespace: 'longhorn-system' },
    spec: {
      template: { spec: { containers: [{ name: 'metrics-exporter', env: [{ name: 'A', value: 'b' }] }] } },
    },
  });
  const docs = withComponent(t, longhorn('1.12'), { patches: [{ patch }] });
  assert.match(JSON.stringify(docs), /"containers":\[\{"env":\[\{"name":"A"/);
});

test('the patch for uninstalling keeps one pod at a time when our component is gone', (t) => {
  if (!hasKustomize(t)) return;
  const [kustomization] = yamlBelow('Uninstall') as [Doc];
  const cluster = longhorn('1.12');
  const wanted = cluster.map((doc) => {
    const { metadata, spec } = doc as { metadata: { name: string }; spec: Doc };
    if (doc.kind !== 'DaemonSet' || metadata.name !== 'longhorn-manager') return doc;
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } };
    return { ...doc, spec: { ...spec, updateStrategy } };
  });
  assertSame(withComponent(t, cluster, { components: [], ...kustomization }), wanted);
});

test('the standalone kustomization names the folder that we have, at the same release', () => {
  const [kustomization] = yamlBelow('Standalone') as [{ resources: string[] }];
  assert.deepEqual(kustomization.resources, [REMOTE.replace('//kustomize', '//kustomize/standalone')]);
});

test('every file and heading that install.md points at is there', () => {
  const text = readFileSync(GUIDE, 'utf8');
  const anchors = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link ?? '');
  assert.ok(links.length > 20, 'it points at things');
  for (const link of links) {
    const [path = '', anchor] = link.split('#');
    if (path === '') assert.ok(anchors.includes(anchor ?? ''), `heading ${link}`);
    else assert.ok(existsSync(join(dirname(GUIDE), path)), `file ${link}`);
  }
});
