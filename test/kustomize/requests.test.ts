/** What the kubelet derives from the requests: the kernel never favors our container over the manager's. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withKustomize } from '../support/kustomize.ts';
import { type Container, type DaemonSet, isManager, longhorn } from './clusters.ts';
import { withComponent } from './overlay.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

interface Quantities {
  readonly cpu?: string;
  readonly memory?: string;
}

const milliCpu = (text = '0m'): number =>
  Number(/^(\d+)m$/.exec(text)?.[1] ?? assert.fail(`millicores: ${text}`));
const bytes = (text = '0Mi'): number =>
  MIB * Number(/^(\d+)Mi$/.exec(text)?.[1] ?? assert.fail(`Mi: ${text}`));

/** As Kubernetes stores it: a limit without a request is also the request. */
function requestsOf({ resources = {} }: Container): { cpu: number; memory: number } {
  const { requests, limits } = resources as { requests?: Quantities; limits?: Quantities };
  const { cpu, memory } = { ...limits, ...requests };
  return { cpu: milliCpu(cpu), memory: bytes(memory) };
}

/** MilliCPUToShares of the kubelet; cgroup v2's weight grows with the shares. */
const shares = (container: Container): number =>
  Math.max(2, Math.floor((requestsOf(container).cpu * 1024) / 1000));

/** GetContainerOOMScoreAdjust of the kubelet, for a pod of class Burstable. */
function oomScoreAdj(container: Container, capacity: number): number {
  const adjust = 1000 - Math.floor((1000 * requestsOf(container).memory) / capacity);
  return Math.min(999, Math.max(3, adjust));
}

function patchedContainers(t: Parameters<typeof withComponent>[0], version: '1.8' | '1.12') {
  const manager: unknown = withComponent(t, longhorn(version)).find(isManager);
  const { containers } = (manager as DaemonSet).spec.template.spec;
  const ours =
    containers.find(({ name }) => name === 'metrics-exporter') ??
    assert.fail('no container metrics-exporter');
  return { ours, others: containers.filter((container) => container !== ours) };
}

const container = (resources: unknown): Container => ({ name: 'x', image: 'x', resources });

describe('arithmetic of the kubelet', () => {
  for (const [what, resources, expectedShares, expectedScore] of [
    ['nothing is requested', {}, 2, 999],
    ['20m and 128Mi', { requests: { cpu: '20m', memory: '128Mi' } }, 20, 969],
    ['only a limit, which is also the request', { limits: { memory: '1024Mi' } }, 2, 750],
    ['the whole node', { requests: { cpu: '4000m', memory: '4096Mi' } }, 4096, 3],
  ] as const) {
    test(`${what}: ${expectedShares} shares, oom_score_adj ${expectedScore} on a node of 4 GiB`, () =>
      assert.deepEqual(
        [shares(container(resources)), oomScoreAdj(container(resources), 4 * GIB)],
        [expectedShares, expectedScore],
      ));
  }
});

for (const version of ['1.8', '1.12'] as const) {
  test(
    `our container in Longhorn ${version}: no more CPU weight than the others, and never killed after them, on nodes of 4 GiB or more`,
    withKustomize((t) => {
      const { ours, others } = patchedContainers(t, version);
      assert.ok(others.length > 0);
      for (const other of others) {
        assert.ok(
          shares(ours) <= shares(other),
          `${shares(ours)} shares, ${other.name} has ${shares(other)}`,
        );
        // Slightly less than the nominal size, as the kernel reserves some of it.
        for (const gib of [3.5, 4, 7.5, 8, 16, 32, 64, 256, 1024]) {
          const [ourScore, otherScore] = [oomScoreAdj(ours, gib * GIB), oomScoreAdj(other, gib * GIB)];
          assert.ok(ourScore >= otherScore, `${gib} GiB: ${ourScore}, ${other.name} has ${otherScore}`);
        }
      }
    }),
  );
}
