/** Three exporters on three managers of one cluster: each volume's series are served once, whatever happens. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type Cluster, createCluster, moveVolume, setNodeReady, startBackup } from '../simulator/index.ts';
import { until } from './support/clock.ts';
import { type Pod, startPod } from './support/pod.ts';
import { currentState, expectedState } from './support/series.ts';

const NODES = ['node-1', 'node-2', 'node-3'];

describe('three exporters of one cluster', () => {
  let cluster: Cluster;
  let pods: Map<string, Pod>;

  before(async () => {
    cluster = createCluster({ volumes: 30, nodes: 3, backups: 60 });
    pods = new Map();
    for (const node of NODES) pods.set(node, await startPod(cluster, { node, owned: true }));
  });
  after(async () => {
    for (const pod of pods.values()) await pod.stop();
  });

  /** What each exporter serves, by node; excluded nodes are not scraped. */
  async function scrape(nodes = NODES): Promise<Map<string, string>> {
    const entries = nodes.map(async (node) => [node, (await pods.get(node)?.scrape()) ?? ''] as const);
    return new Map(await Promise.all(entries));
  }

  const presentIn = (texts: ReadonlyMap<string, string>) =>
    new Map([...texts].map(([node, text]) => [node, currentState(text)]));
  const served = async (nodes = NODES) => presentIn(await scrape(nodes));

  /** Waits until all know which nodes are Ready, and together serve exactly the reference state: every series once. */
  const agree = (nodes = NODES) =>
    until(async () => {
      const expected = await expectedState(cluster);
      const ready = cluster.nodes.list().filter((node) => node.ready).length;
      const texts = await scrape(nodes);
      const know = [...texts.values()].every((text) =>
        text.includes(`longhorn_exporter_nodes{status="ready"} ${ready}\n`),
      );
      return know && isDeepStrictEqual([...presentIn(texts).values()].flat().sort(), expected);
    });

  const volumesOf = (lines: readonly string[] = []): string[] =>
    lines.flatMap((line) => /^longhorn_volume_healthy\{volume="([^"]*)"/.exec(line)?.[1] ?? []);

  test('each serves a share, and together they serve every series once', async () => {
    await agree();
    for (const [node, lines] of await served()) {
      const share = volumesOf(lines).length;
      assert.ok(share >= 3 && share <= 20, `${node} serves ${share} of 30 volumes`);
    }
  });

  test('a volume that moves to another node keeps its series where they are', async () => {
    const placed = await served();
    const [node, lines] = [...placed][0] ?? [];
    const [volume] = volumesOf(lines);
    assert.ok(node !== undefined && volume !== undefined);
    for (const target of NODES) {
      moveVolume(cluster, volume, target);
      await agree();
      const info = (await served())
        .get(node)
        ?.find((line) => line.startsWith(`longhorn_volume_info{volume="${volume}"`));
      assert.match(info ?? '', new RegExp(`engine_node="${target}"`));
    }
  });

  test('counters are the same before and after a volume changes its owner', async () => {
    const placed = await served();
    const [volume] = volumesOf(placed.get('node-2'));
    assert.ok(volume !== undefined);
    const backup = startBackup(cluster, volume);
    await agree();
    cluster.backups.change(backup, (before) => ({ ...before, state: 'Error' }));
    const failures = async (nodes: string[]) => {
      const texts = await Promise.all(nodes.map((node) => pods.get(node)?.scrape()));
      const pattern = new RegExp(`^longhorn_backup_failures_total\\{volume="${volume}".* (\\d+)$`, 'm');
      return texts.flatMap((text) => pattern.exec(text ?? '')?.[1] ?? []);
    };
    await until(async () => (await failures(['node-2'])).join() === '1');
    setNodeReady(cluster, 'node-2', false);
    await agree(['node-1', 'node-3']);
    assert.deepEqual(await failures(['node-1', 'node-3']), ['1'], 'the new owner had counted too');
    setNodeReady(cluster, 'node-2', true);
    await agree();
    assert.deepEqual(await failures(NODES), ['1']);
  });

  test('after a node died the others serve its volumes, and no other volume moved', async () => {
    const placed = await served();
    await pods.get('node-3')?.stop();
    setNodeReady(cluster, 'node-3', false);
    await agree(['node-1', 'node-2']);
    const replaced = await served(['node-1', 'node-2']);
    for (const node of ['node-1', 'node-2']) {
      const kept = volumesOf(replaced.get(node));
      assert.deepEqual(
        volumesOf(placed.get(node)).filter((volume) => !kept.includes(volume)),
        [],
      );
    }
    pods.set('node-3', await startPod(cluster, { node: 'node-3', owned: true }));
    setNodeReady(cluster, 'node-3', true);
    // Back on its node, each volume is where it was.
    await until(async () => isDeepStrictEqual(await served(), placed));
  });

  test('after one exporter restarts every series is served once again', async () => {
    const placed = await served();
    await pods.get('node-1')?.restartExporter();
    await until(async () => isDeepStrictEqual(await served(), placed));
  });

  test('an exporter whose node is not listed serves nothing', async () => {
    const stranger = await startPod(cluster, { node: 'node-9', owned: true });
    await until(async () => /^longhorn_up 1$/m.test(await stranger.scrape()));
    const text = await stranger.scrape();
    await stranger.stop();
    assert.deepEqual(currentState(text), []);
    assert.match(text, /^longhorn_exporter_volumes\{scope="owned"\} 0$/m);
    assert.match(text, /^longhorn_exporter_volumes\{scope="cluster"\} 30$/m);
  });

  test('no node is Ready: all listed nodes share the volumes', async () => {
    for (const node of NODES) setNodeReady(cluster, node, false);
    await agree();
    for (const node of NODES) setNodeReady(cluster, node, true);
    await agree();
  });
});
