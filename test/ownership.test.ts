/** Three exporters of one cluster, each with its own manager: every series is served once, whatever happens. */

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

  /** Waits until all exporters know which nodes are Ready, and together serve every expected series exactly once. */
  const untilConsistent = (nodes = NODES) =>
    until(async () => {
      const expected = await expectedState(cluster);
      const ready = cluster.nodes.list().filter((node) => node.ready).length;
      const texts = await scrape(nodes);
      const upToDate = [...texts.values()].every((text) =>
        text.includes(`longhorn_exporter_nodes{status="ready"} ${ready}\n`),
      );
      return upToDate && isDeepStrictEqual([...presentIn(texts).values()].flat().sort(), expected);
    });

  const volumesOf = (lines: readonly string[] = []): string[] =>
    lines.flatMap((line) => /^longhorn_volume_healthy\{volume="([^"]*)"/.exec(line)?.[1] ?? []);

  test('each exporter serves a share of the volumes, and together they serve every series once', async () => {
    await untilConsistent();
    for (const [node, lines] of await served()) {
      const count = volumesOf(lines).length;
      assert.ok(count >= 3 && count <= 20, `${node} serves ${count} of 30 volumes`);
    }
  });

  test('a volume moves to another node: the same exporter still serves it', async () => {
    const servedBefore = await served();
    const [node, lines] = [...servedBefore][0] ?? [];
    const [volume] = volumesOf(lines);
    assert.ok(node !== undefined && volume !== undefined);
    for (const target of NODES) {
      moveVolume(cluster, volume, target);
      await untilConsistent();
      const info = (await served())
        .get(node)
        ?.find((line) => line.startsWith(`longhorn_volume_info{volume="${volume}"`));
      assert.match(info ?? '', new RegExp(`engine_node="${target}"`));
    }
  });

  test('a volume changes its owner: its counters keep their values', async () => {
    const servedBefore = await served();
    const [volume] = volumesOf(servedBefore.get('node-2'));
    assert.ok(volume !== undefined);
    const backup = startBackup(cluster, volume);
    await untilConsistent();
    cluster.backups.change(backup, (before) => ({ ...before, state: 'Error' }));
    const failures = async (nodes: string[]) => {
      const texts = await Promise.all(nodes.map((node) => pods.get(node)?.scrape()));
      const pattern = new RegExp(`^longhorn_backup_failures_total\\{volume="${volume}".* (\\d+)$`, 'm');
      return texts.flatMap((text) => pattern.exec(text ?? '')?.[1] ?? []);
    };
    await until(async () => (await failures(['node-2'])).join() === '1');
    setNodeReady(cluster, 'node-2', false);
    await untilConsistent(['node-1', 'node-3']);
    assert.deepEqual(await failures(['node-1', 'node-3']), ['1'], 'the new owner had counted too');
    setNodeReady(cluster, 'node-2', true);
    await untilConsistent();
    assert.deepEqual(await failures(NODES), ['1']);
  });

  test('a node dies: the others serve its volumes, and no other volume changes its owner', async () => {
    const servedBefore = await served();
    await pods.get('node-3')?.stop();
    setNodeReady(cluster, 'node-3', false);
    await untilConsistent(['node-1', 'node-2']);
    const servedAfter = await served(['node-1', 'node-2']);
    for (const node of ['node-1', 'node-2']) {
      const kept = volumesOf(servedAfter.get(node));
      assert.deepEqual(
        volumesOf(servedBefore.get(node)).filter((volume) => !kept.includes(volume)),
        [],
      );
    }
    pods.set('node-3', await startPod(cluster, { node: 'node-3', owned: true }));
    setNodeReady(cluster, 'node-3', true);
    // Once the node is back, every volume has its earlier owner again.
    await until(async () => isDeepStrictEqual(await served(), servedBefore));
  });

  test('an exporter restarts: it serves the same volumes as before', async () => {
    const servedBefore = await served();
    await pods.get('node-1')?.restartExporter();
    await until(async () => isDeepStrictEqual(await served(), servedBefore));
  });

  test('the node of an exporter is not listed: it serves no volumes', async () => {
    const unlisted = await startPod(cluster, { node: 'node-9', owned: true });
    await until(async () => /^longhorn_up 1$/m.test(await unlisted.scrape()));
    const text = await unlisted.scrape();
    await unlisted.stop();
    assert.deepEqual(currentState(text), []);
    assert.match(text, /^longhorn_exporter_volumes\{scope="owned"\} 0$/m);
    assert.match(text, /^longhorn_exporter_volumes\{scope="cluster"\} 30$/m);
  });

  test('no node is Ready: all listed nodes share the volumes', async () => {
    for (const node of NODES) setNodeReady(cluster, node, false);
    await untilConsistent();
    for (const node of NODES) setNodeReady(cluster, node, true);
    await untilConsistent();
  });
});
