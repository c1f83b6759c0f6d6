/** Every query of the dashboard, run by a real Prometheus on a cluster with every kind of event. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Prometheus } from '../../demo/prometheus.ts';
import { shippedJob, type Target, withTargets } from '../../demo/scrape.ts';
import {
  type Cluster,
  completeBackup,
  createCluster,
  createSnapshot,
  failBackup,
  failRebuild,
  failReplica,
  faultVolume,
  finishRebuild,
  markSnapshotRemoved,
  moveVolume,
  setBackupProgress,
  setCloneState,
  setRebuildProgress,
  setRestoreProgress,
  setScheduled,
  setShareState,
  setTargetAvailable,
  startBackup,
  startRebuild,
  startRestore,
} from '../../simulator/index.ts';
import { closedPort } from '../stream/servers.ts';
import { fastClock } from '../support/clock.ts';
import { SPEED, startPod } from '../support/pod.ts';
import { instantQuery, startScraping, waitForResult } from '../support/prometheus.ts';
import { hasTool } from '../support/promtool.ts';
import { asGrafanaSends, QUERIES, VARIABLES } from './dashboard.ts';

const NODES = ['node-1', 'node-2', 'node-3'];
const volume = (index: number) => `pvc-${String(index).padStart(4, '0')}`;

/** Starts to rebuild a failed replica of the volume. */
function rebuild(cluster: Cluster, name: string): string {
  const replica = cluster.volumes.get(name)?.replicas[0]?.name;
  assert.ok(replica, `${name} has a replica`);
  failReplica(cluster, name, replica);
  return startRebuild(cluster, name, { replica });
}

/** Causes an event for every panel. Rebuilds and backups that end must have been scraped before. */
async function causeAllEvents(cluster: Cluster, prometheus: Prometheus): Promise<void> {
  faultVolume(cluster, volume(1));
  const [finishing, failing, progressing] = [2, 3, 4].map((index) => rebuild(cluster, volume(index)));
  const [completing, erroring, uploading] = [5, 6, 7].map((index) => startBackup(cluster, volume(index)));
  assert.ok(finishing && failing && progressing && completing && erroring && uploading);
  setRebuildProgress(cluster, volume(4), progressing, 42);
  for (const backup of [completing, erroring, uploading]) setBackupProgress(cluster, backup, 37);
  // A fourth replica is desired, and no disk fits.
  setScheduled(cluster, volume(8), false);
  cluster.volumes.change(volume(8), (before) => ({ ...before, numberOfReplicas: 4 }));
  startRestore(cluster, volume(9), 's3://backups@us-east-1/?backup=old&volume=gone');
  setRestoreProgress(cluster, volume(9), 30);
  setCloneState(cluster, volume(12), 'failed');
  setShareState(cluster, volume(12), 'error');
  setTargetAvailable(cluster, 'offsite', false);
  markSnapshotRemoved(cluster, volume(10), createSnapshot(cluster, volume(10)));
  await waitForResult(
    prometheus,
    'count(longhorn_volume_rebuild_progress_ratio) == 3 and count(longhorn_backup_progress_ratio) == 3',
  );
  finishRebuild(cluster, volume(2), finishing);
  failRebuild(cluster, volume(3), failing);
  completeBackup(cluster, completing);
  failBackup(cluster, erroring);
  createSnapshot(cluster, volume(11));
}

/** The interval of rates is long enough for two scrapes even on a busy machine. */
const asSent = (expr: string): string => asGrafanaSends(expr, '2m', '20s');

const queryOf = (where: string): string => {
  const query = QUERIES.find((each) => each.where === where);
  assert.ok(query, `there is a panel ${where}`);
  return asSent(query.expr);
};

test('queries of the dashboard', async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  // Backups start by an exporter's clock and end by the cluster's, so both are fast.
  const clock = fastClock(SPEED);
  const options = { volumes: 12, nodes: 3, now: () => clock.now().wall };
  const cluster = createCluster(options);
  const exporters: Target[] = [];
  for (const node of [...NODES, 'node-4'])
    exporters.push({ node, address: `127.0.0.1:${await closedPort()}` });
  const start = async (served: Cluster, { node, address }: Target, owned: boolean) => {
    const environment = { LISTEN_ADDRESS: address, SNAPSHOT_SWEEP_INTERVAL: '15s' };
    const { stop } = await startPod(served, { node, owned, environment });
    t.after(stop);
  };
  for (const exporter of exporters.slice(0, 3)) await start(cluster, exporter, true);
  const prometheus = await startScraping(t, [withTargets(shippedJob(), exporters)]);
  await waitForResult(
    prometheus,
    'count(count_over_time(longhorn_volume_snapshots_created_total{kind="user"}[1m]) > 1) == 12',
  );

  await t.test('cluster with every kind of event: every query has data', async () => {
    await causeAllEvents(cluster, prometheus);
    // Events show up with the next lists, sweeps and scrapes; until then some queries are empty.
    let empty = [...QUERIES];
    for (const deadline = performance.now() + 15_000; empty.length > 0 && performance.now() < deadline; ) {
      await setTimeout(300);
      const results = await Promise.all(empty.map(({ expr }) => instantQuery(prometheus, asSent(expr))));
      empty = empty.filter(
        (_, index) => results[index]?.some(({ value }) => Number.isFinite(value)) !== true,
      );
    }
    assert.deepEqual(
      empty.map(({ where }) => where),
      [],
    );
  });

  await t.test('variables of the dashboard: offer all values', async () => {
    for (const { where, expr } of VARIABLES) {
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(asSent(expr)) ?? [];
      const found = await instantQuery(prometheus, `count by (${label}) (${selector})`);
      assert.equal(found.length, { cluster: 1, job: 1, namespace: 3 }[label] ?? 12, where);
    }
  });

  await t.test('two exporters disagree about a volume: no query fails or counts it twice', async () => {
    // Another exporter also serves every volume, in a different state: on other nodes, and with fewer problems.
    const other = createCluster(options);
    for (const { name } of other.volumes.list()) moveVolume(other, name, 'node-3');
    faultVolume(other, volume(1));
    rebuild(other, volume(4));
    const [, , , fourth] = exporters;
    assert.ok(fourth);
    await start(other, fourth, false);
    await waitForResult(
      prometheus,
      'count(longhorn_volume_info) == 24 and count(longhorn_volume_snapshots_removing) == 24',
    );
    for (const { where, expr } of QUERIES) {
      await assert.doesNotReject(instantQuery(prometheus, asSent(expr)), where);
    }
    for (const [where, count] of Object.entries({
      'Faulted (A)': 1,
      'Degraded (A)': 3,
      'Replicas missing (A)': 1,
      'Unschedulable (A)': 1,
      'Rebuilding now (A)': 1,
    })) {
      assert.deepEqual(
        (await instantQuery(prometheus, queryOf(where))).map(({ value }) => value),
        [count],
        where,
      );
    }
  });
});
