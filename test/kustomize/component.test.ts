/** Our component on clusters of many shapes: exactly the input, our container and volume at the end, and the roll-out. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasKustomize } from '../support/kustomize.ts';
import { CLUSTERS, type DaemonSet, isManager, longhorn } from './clusters.ts';
import { assertSame, expected, SIDECAR } from './expected.ts';
import { withComponent } from './overlay.ts';

describe('our component', () => {
  for (const [name, cluster] of CLUSTERS) {
    test(`changes nothing else: ${name}`, (t) => {
      if (!hasKustomize(t)) return;
      assert.equal(cluster.filter(isManager).length, 1, 'the cluster has the DaemonSet');
      assertSame(withComponent(t, cluster), expected(cluster));
    });
  }

  test('takes the image that the user names, and no other changes', (t) => {
    if (!hasKustomize(t)) return;
    const cluster = longhorn('1.12');
    const images = [{ name: 'longhorn-exporter', newName: 'registry.example.com/mine', newTag: '9' }];
    const sidecar = { ...SIDECAR, image: 'registry.example.com/mine:9' };
    assertSame(withComponent(t, cluster, { images }), expected(cluster, sidecar));
  });

  test('leaves the last word on the roll-out to the kustomization that uses it', (t) => {
    if (!hasKustomize(t)) return;
    const cluster = longhorn('1.12');
    const patch = '[{"op": "add", "path": "/spec/updateStrategy", "value": {"type": "OnDelete"}}]';
    const patches = [{ target: { kind: 'DaemonSet', name: 'longhorn-manager' }, patch }];
    assertSame(withComponent(t, cluster, { patches }), expected(cluster, SIDECAR, { type: 'OnDelete' }));
  });

  test('keeps what Longhorn reads from its own DaemonSet', (t) => {
    if (!hasKustomize(t)) return;
    for (const cluster of CLUSTERS.values()) {
      const before = cluster.find(isManager) as unknown as DaemonSet;
      const after = withComponent(t, cluster).find(isManager) as unknown as DaemonSet;
      const [was, is] = [before.spec.template.spec, after.spec.template.spec];
      // The post-upgrade job compares the first container's image, or that of the first that is named longhorn...
      assert.equal(is.containers[0]?.image, was.containers[0]?.image);
      const first = is.containers.find((container) => container.name.startsWith('longhorn'));
      assert.equal(first?.name, 'longhorn-manager');
      // Longhorn copies the first pull secret to its own pods.
      assert.deepEqual(is.imagePullSecrets, was.imagePullSecrets);
    }
  });
});
