/** A real Prometheus with the shipped configuration on three exporters: stores what they serve, each series once. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Prometheus } from '../../demo/prometheus.ts';
import { RULE_FILES, shippedJob, type Target, withTargets } from '../../demo/scrape.ts';
import {
  attachVolume,
  completeBackup,
  createCluster,
  createVolume,
  nodeDown,
  nodeUp,
  startBackup,
} from '../../simulator/index.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import { SCHEDULE_TABLE } from '../../src/metrics/schedule.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import { closedPort } from '../stream/servers.ts';
import { until } from '../support/clock.ts';
import { type Pod, startPod } from '../support/pod.ts';
import {
  instantQuery,
  loggedProblems,
  manifest,
  operatorJob,
  ruleHealth,
  startScraping,
  targets,
  waitForResult,
  withoutIntervals,
} from '../support/prometheus.ts';
import { hasTool } from '../support/promtool.ts';
import { samples } from '../support/series.ts';

const NODES = ['node-1', 'node-2', 'node-3'];

/** The families whose series are each served by one exporter of the cluster. */
const TABLES: readonly { readonly families: readonly { readonly name: string }[] }[] = [
  VOLUME_TABLE,
  SNAPSHOT_TABLE,
  BACKUP_TABLE,
  BACKUP_TARGET_TABLE,
  SCHEDULE_TABLE,
];
const SHARED = TABLES.flatMap(({ families }) => families.map(({ name }) => name));

/** The labels that Prometheus and its operator add for the target; `namespace` only where the exporter itself has none. */
const OF_TARGET = ['instance', 'job', 'node', 'pod', 'container', 'endpoint'];
const ofTarget = (family: string): readonly string[] =>
  BACKUP_TARGET_TABLE.families.some(({ name }) => name === family) ? [...OF_TARGET, 'namespace'] : OF_TARGET;

/** A series by its name and its labels; to Prometheus an empty label is none. */
const identity = (name: string, labels: readonly (readonly [string, string])[]): string =>
  JSON.stringify([name, ...labels.filter(([, value]) => value !== '').sort()]);

function identityIn(series: string): string {
  const [, name = '', text = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(series) ?? [];
  return identity(
    name,
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
  );
}

const isShared = (series: string): boolean => SHARED.includes(series.replace(/\{.*/, ''));

/** Everything that the exporters serve about volumes, backups and targets. */
async function served(pods: readonly Pod[]): Promise<string[]> {
  const texts = await Promise.all(pods.map((pod) => pod.scrape()));
  return texts.flatMap((text) => [...samples(text).keys()].filter(isShared).map(identityIn)).sort();
}

/** The same series as Prometheus has stored them, without the target labels. */
async function stored(prometheus: Prometheus): Promise<string[]> {
  const answers = await instantQuery(prometheus, `{__name__=~"${SHARED.join('|')}"}`);
  return answers
    .map(({ metric: { __name__: name = '', ...labels } }) =>
      identity(
        name,
        Object.entries(labels).filter(([label]) => !ofTarget(name).includes(label)),
      ),
    )
    .sort();
}

/** Series that Prometheus lacks, and those that it has in excess, such as a series stored twice. */
async function differences(prometheus: Prometheus, pods: readonly Pod[]) {
  const [actual, expected] = [await stored(prometheus), await served(pods)];
  assert.ok(expected.length > 1_000, `only ${expected.length} series are served`);
  const unmatched = [...actual];
  const missing = expected.filter((series) => {
    const index = unmatched.indexOf(series);
    if (index >= 0) unmatched.splice(index, 1);
    return index < 0;
  });
  // A few are enough for a message.
  return { missing: missing.slice(0, 5), surplus: unmatched.slice(0, 5) };
}

/** Waits until Prometheus has exactly what is served; its last scrape can be a second old. */
async function assertAgrees(prometheus: Prometheus, pods: readonly Pod[], what: string): Promise<void> {
  const none = { missing: [], surplus: [] };
  let found: unknown;
  const deadline = performance.now() + 10_000;
  do {
    found = await differences(prometheus, pods);
    if (isDeepStrictEqual(found, none)) return;
    await setTimeout(200);
  } while (performance.now() < deadline);
  assert.deepEqual(found, none, what);
}

test('three exporters, scraped with the shipped configuration', async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  const cluster = createCluster({ volumes: 30, nodes: 3, backups: 60 });
  // A volume without PVC has no namespace.
  createVolume(cluster, 'unclaimed', { namespace: '', pvcName: '' });
  attachVolume(cluster, 'unclaimed', 'node-1');
  completeBackup(cluster, startBackup(cluster, 'unclaimed'));
  const volumes = cluster.volumes.list().length;

  const pods: Pod[] = [];
  const exporters: Target[] = [];
  for (const node of NODES) {
    const address = `127.0.0.1:${await closedPort()}`;
    const environment = { LISTEN_ADDRESS: address, SNAPSHOT_SWEEP_INTERVAL: '30s' };
    const pod = await startPod(cluster, { node, owned: true, environment });
    t.after(() => pod.stop());
    pods.push(pod);
    exporters.push({ node, address });
  }

  const rules = withoutIntervals(t, RULE_FILES);
  const shipped = {
    'the PodMonitor': operatorJob(manifest('podmonitor.yaml')),
    'the plain scrape configuration': shippedJob(),
  };
  const setups = await Promise.all(
    Object.entries(shipped).map(
      async ([name, job]) => [name, await startScraping(t, [withTargets(job, exporters)], rules)] as const,
    ),
  );

  /** Waits until Prometheus has everything, from this number of nodes. */
  const settled = (prometheus: Prometheus, nodes: number) =>
    waitForResult(
      prometheus,
      `count(longhorn_volume_info) == ${volumes} and count(count by (node) (longhorn_volume_info)) == ${nodes}
        and count(longhorn_volume_snapshots) == ${2 * volumes}`,
    );

  for (const [name, prometheus] of setups) {
    await t.test(`${name}: finds the exporters, and no other target`, async () => {
      await settled(prometheus, 3);
      const found = await targets(prometheus);
      assert.deepEqual(found.map(({ labels }) => labels.node).sort(), NODES);
      for (const { labels, health, lastError } of found) {
        assert.equal(health, 'up', `${labels.node}: ${lastError}`);
        assert.equal(labels.job, 'longhorn-exporter');
      }
    });

    await t.test(`${name}: each series is stored once, with its own namespace or none`, async () => {
      await settled(prometheus, 3);
      await assertAgrees(prometheus, pods, name);
      const [unclaimed, ...others] = await instantQuery(
        prometheus,
        'longhorn_volume_info{volume="unclaimed"}',
      );
      assert.ok(unclaimed, 'the volume without PVC is stored');
      assert.deepEqual([unclaimed.metric.namespace, others], [undefined, []]);
    });
  }

  await t.test('healthy cluster: all rules work, and no alert is pending or firing', async () => {
    for (const [name, prometheus] of setups) {
      const rulesWith = async (health: string) =>
        (await ruleHealth(prometheus)).filter((rule) => rule.health === health);
      await until(async () => (await rulesWith('unknown')).length === 0, 10_000, 'all rules are evaluated');
      assert.deepEqual(await rulesWith('err'), [], name);
      const working = await rulesWith('ok');
      assert.ok(working.length > 15, `${name}: only ${working.length} rules`);
      // Waits, because exporters count as down until the first scrape. New volumes without backup are pending for a day.
      const others = 'ALERTS{alertname!="LonghornVolumeNeverBackedUp"}';
      await waitForResult(prometheus, `absent(${others})`).catch(async (error: Error) => {
        assert.fail(`${error.message}: ${JSON.stringify(await instantQuery(prometheus, others))}`);
      });
    }
  });

  await t.test('owners change while Prometheus scrapes: no warning and no error', async () => {
    for (let round = 0; round < 2; round++) {
      nodeDown(cluster, 'node-2');
      for (const [, prometheus] of setups) await settled(prometheus, 2);
      nodeUp(cluster, 'node-2');
      for (const [, prometheus] of setups) await settled(prometheus, 3);
    }
    for (const [name, prometheus] of setups) {
      await assertAgrees(prometheus, pods, name);
      const moved = await instantQuery(
        prometheus,
        'count(count by (volume) (count by (volume, instance) (count_over_time(longhorn_volume_info[1m]))) > 1)',
      );
      assert.ok((moved[0]?.value ?? 0) > 0, `${name}: no volume changed its owner`);
      assert.deepEqual(loggedProblems(prometheus), [], name);
    }
  });
});

test('duplicate sample and late sample: found in the log of Prometheus', async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  const start = Date.now();
  let scrapes = 0;
  const server = createServer((_, response) => {
    scrapes += 1;
    response.end(`twice ${scrapes} ${start}\nlate 1 ${start - scrapes * 60_000}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const prometheus = await startScraping(t, [
    { job_name: 'fake', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
  ]);
  await waitForResult(prometheus, 'count_over_time(up[1m]) >= 3');
  const found = loggedProblems(prometheus).join('\n');
  assert.match(found, /different value but same timestamp/);
  assert.match(found, /out-of-order/);
});
