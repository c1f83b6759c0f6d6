/** Our component on many kinds of clusters: adds our container and volume, sets the roll-out, and changes nothing else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Doc, withKustomize } from '../support/kustomize.ts';
import { CLUSTERS, type DaemonSet, isManager, longhorn } from './clusters.ts';
import { assertSame, expected, ROLL_OUT, SIDECAR } from './expected.ts';
import { yamlBelow } from './guide.ts';
import { withComponent } from './overlay.ts';

for (const [name, cluster] of CLUSTERS) {
  test(
    `component on ${name}: adds our container, volume and roll-out, and changes nothing else`,
    withKustomize((t) => {
      assert.equal(cluster.filter(isManager).length, 1, 'the cluster has the DaemonSet');
      const patched = withComponent(t, cluster);
      assertSame(patched, expected(cluster));
      const [before, after] = [cluster, patched].map((docs) => {
        const manager: unknown = docs.find(isManager);
        return (manager as DaemonSet).spec.template.spec;
      });
      // The post-upgrade job compares the first container's image, or that of the first that is named longhorn...
      assert.equal(after?.containers[0]?.image, before?.containers[0]?.image);
      const first = after?.containers.find((container) => container.name.startsWith('longhorn'));
      assert.equal(first?.name, 'longhorn-manager');
      // Longhorn copies the first pull secret to its own pods.
      assert.deepEqual(after?.imagePullSecrets, before?.imagePullSecrets);
    }),
  );
}

const [SETTING] = yamlBelow('Settings');
const [UNINSTALL] = yamlBelow('Uninstall') as [Doc];
const NEW = longhorn('1.12');

const onManager = (patch: string) => [{ target: { kind: 'DaemonSet', name: 'longhorn-manager' }, patch }];
const withSetting = {
  ...SIDECAR,
  env: [...(SIDECAR.env as Doc[]), { name: 'MANAGER_BUDGET', value: '0.1' }],
};

for (const [title, cluster, kustomization, result] of [
  [
    'kustomization sets the image: used',
    NEW,
    { images: [{ name: 'longhorn-exporter', newName: 'registry.example.com/mine', newTag: '9' }] },
    expected(NEW, { ...SIDECAR, image: 'registry.example.com/mine:9' }),
  ],
  [
    'kustomization sets the roll-out: overrides ours',
    NEW,
    {
      patches: onManager('[{"op": "add", "path": "/spec/updateStrategy", "value": {"type": "OnDelete"}}]'),
    },
    expected(NEW, SIDECAR, { type: 'OnDelete' }),
  ],
  ['setting as in install.md, Longhorn 1.12: added', NEW, { patches: SETTING }, expected(NEW, withSetting)],
  [
    'setting as in install.md, Longhorn 1.8: added',
    longhorn('1.8'),
    { patches: SETTING },
    expected(longhorn('1.8'), withSetting),
  ],
  [
    'uninstalled as in install.md: removes the component, one pod at a time',
    NEW,
    { components: [], ...UNINSTALL },
    NEW.map((doc) =>
      isManager(doc) ? ({ ...doc, spec: { ...(doc.spec as Doc), updateStrategy: ROLL_OUT } } as Doc) : doc,
    ),
  ],
] as const) {
  test(
    title,
    withKustomize((t) => assertSame(withComponent(t, cluster, kustomization), result)),
  );
}

test(
  'setting as in install.md, our container is not the third: its test operation fails',
  withKustomize((t) => {
    const crowded = CLUSTERS.get('1.12, plain, with more in the pod') ?? assert.fail('no such cluster');
    assert.throws(() => withComponent(t, crowded, { patches: SETTING }), /test failed|testing value/i);
  }),
);

test(
  'setting by a strategic merge patch: moves our container to the front, as install.md warns',
  withKustomize((t) => {
    const containers = [{ name: 'metrics-exporter', env: [{ name: 'A', value: 'b' }] }];
    const patch = JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'longhorn-manager', namespace: 'longhorn-system' },
      spec: { template: { spec: { containers } } },
    });
    const docs = withComponent(t, NEW, { patches: [{ patch }] });
    assert.match(JSON.stringify(docs), /"containers":\[\{"env":\[\{"name":"A"/);
  }),
);
