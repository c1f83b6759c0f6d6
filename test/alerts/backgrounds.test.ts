/** No alert fires on healthy clusters: in normal operation, detached, just restarted, or with changing owners. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  attachVolume,
  completeBackup,
  createSnapshot,
  createVolume,
  detachVolume,
  failBackup,
  failedReplicas,
  failReplica,
  finishDetach,
  finishRebuild,
  markSnapshotRemoved,
  setBackupProgress,
  setNodeReady,
  setRebuildProgress,
  setRestoreProgress,
  startBackup,
  startDetach,
  startRebuild,
  startRestore,
} from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { evaluate } from '../../story/alerts.ts';
import { readRules } from '../../story/rules.ts';
import { hasTool } from '../support/promtool.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { RULE_FILES } from './rules.ts';

const MINUTE_MS = 60_000;

const RULES = RULE_FILES.map((file) => readRules(file));

/** Asserts that no alert has fired at any evaluation so far, and that volumes are served. */
async function assertNoAlerts(fleet: Fleet): Promise<void> {
  const series = fleet.series();
  const served = new Set(
    series
      // Series that are served until the end: their only stale marker is the one that ends the recording.
      .filter(({ values }) => !/(_x\d+|stale) stale$/.test(values))
      .flatMap(({ series: name }) => /^longhorn_volume_healthy\{.*volume="([^"]*)"/.exec(name)?.[1] ?? []),
  );
  assert.ok(served.size > 3, `only ${served.size} volumes are served`);
  for (const { intervalMs, groups } of RULES.flatMap(({ sets }) => sets)) {
    const last = (fleet.minute - 1) * MINUTE_MS;
    const times = Array.from({ length: Math.floor(last / intervalMs) + 1 }, (_, i) => i * intervalMs);
    const { alerts } = await evaluate({ intervalMs, groups }, series, times);
    const firing = [...alerts].flatMap(([at, all]) =>
      all.filter(({ state }) => state === 'firing').map((alert) => ({ minute: at / MINUTE_MS, ...alert })),
    );
    assert.deepEqual(firing, []);
  }
}

/** Adds two standby volumes, which another cluster backs up: one has old and failed backups, the other has none. */
function addStandby({ cluster }: Fleet): void {
  for (const name of ['standby', 'standby-new']) {
    createVolume(cluster, name, { standby: true, restoreRequired: true });
    attachVolume(cluster, name, 'node-2');
  }
  completeBackup(cluster, startBackup(cluster, 'standby', { snapshotCreated: '2026-10-01T00:00:00Z' }), {
    created: '2026-10-01T00:00:00Z',
  });
  failBackup(cluster, startBackup(cluster, 'standby'));
  startBackup(cluster, 'standby');
}

/** Adds a volume whose restore takes two days; it is degraded until then. */
function addRestoring({ cluster }: Fleet): void {
  createVolume(cluster, 'restoring');
  attachVolume(cluster, 'restoring', 'node-3');
  startRestore(cluster, 'restoring', 's3://backups@us-east-1/?backup=old&volume=gone');
  completeBackup(cluster, startBackup(cluster, 'restoring'));
}

describe('healthy clusters', { concurrency: 2 }, () => {
  test('normal operation for two days: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 4, backups: 12 });
    const { cluster } = fleet;
    addStandby(fleet);
    addRestoring(fleet);
    // Without replicas, like the sharded volumes of Longhorn 1.12.
    cluster.volumes.change('pvc-0004', (before) => ({ ...before, replicas: [] }));
    for (let day = 0; day < 2; day++) {
      // A rebuild and a backup are slow, but make progress.
      failReplica(cluster, 'pvc-0002', cluster.volumes.get('pvc-0002')?.replicas[0]?.name ?? '');
      await fleet.advance(15);
      const [failed = ''] = failedReplicas(cluster, 'pvc-0002');
      const replica = startRebuild(cluster, 'pvc-0002', { replica: failed });
      for (let step = 0; step < 4; step++) {
        setRebuildProgress(cluster, 'pvc-0002', replica, 20 * step);
        await fleet.advance(10);
      }
      finishRebuild(cluster, 'pvc-0002', replica);
      const backup = startBackup(cluster, 'pvc-0003');
      for (let step = 1; step < 7; step++) {
        setBackupProgress(cluster, backup, 15 * step);
        setRestoreProgress(cluster, 'restoring', 50 * day + step);
        await fleet.advance(50);
      }
      completeBackup(cluster, backup);
      const snapshot = createSnapshot(cluster, 'pvc-0001');
      for (let step = 1; step < 10; step++) {
        setRestoreProgress(cluster, 'restoring', 50 * day + 5 * step);
        await fleet.advance(2 * 60);
      }
      // The newest snapshot, so it still exists after its removal.
      markSnapshotRemoved(cluster, 'pvc-0001', snapshot);
      for (const { name } of cluster.volumes.list()) {
        if (name.startsWith('pvc')) completeBackup(cluster, startBackup(cluster, name));
      }
      createSnapshot(cluster, 'pvc-0001');
      cluster.setSnapshots(
        'pvc-0001',
        cluster.snapshotsOf('pvc-0001').filter(({ name }) => name !== snapshot),
      );
    }
    await assertNoAlerts(fleet);
  });

  test('job attaches and detaches a volume every few minutes: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 4, backups: 12 });
    for (let run = 0; run < 30; run++) {
      startDetach(fleet.cluster, 'pvc-0001');
      await fleet.advance(1);
      finishDetach(fleet.cluster, 'pvc-0001');
      await fleet.advance(1);
      attachVolume(fleet.cluster, 'pvc-0001', 'node-1');
      await fleet.advance(1);
    }
    await assertNoAlerts(fleet);
  });

  test('detached volumes with old backups, failed backups and snapshots waiting for removal: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 4, backups: 0 });
    const { cluster } = fleet;
    for (const { name } of cluster.volumes.list()) {
      detachVolume(cluster, name);
      for (const { name: snapshot } of cluster.snapshotsOf(name))
        markSnapshotRemoved(cluster, name, snapshot);
    }
    for (const name of ['pvc-0001', 'pvc-0002']) {
      const created = '2026-10-01T00:00:00Z';
      completeBackup(cluster, startBackup(cluster, name, { snapshotCreated: created }), { created });
    }
    failBackup(cluster, startBackup(cluster, 'pvc-0002', { snapshotCreated: '2026-10-02T00:00:00Z' }));
    await fleet.advance(6 * 60);
    // One of them is used for an hour, and backed up an hour later.
    attachVolume(cluster, 'pvc-0003', 'node-1');
    await fleet.advance(60);
    detachVolume(cluster, 'pvc-0003');
    await fleet.advance(60);
    completeBackup(cluster, startBackup(cluster, 'pvc-0003'));
    await fleet.advance(60 * 60);
    await assertNoAlerts(fleet);
  });

  test('cluster restarts, managers open their ports late, and replicas are rebuilt: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 4, backups: 12 });
    const { cluster } = fleet;
    await fleet.advance(10);
    for (const { name } of cluster.nodes.list()) {
      fleet.on(name).state = 'down';
    }
    await fleet.advance(3);
    for (const { name } of cluster.nodes.list()) {
      fleet.on(name).state = 'gone';
      fleet.start(name);
      fleet.broken.set(name, STREAMS);
    }
    for (const { name, replicas } of cluster.volumes.list())
      failReplica(cluster, name, replicas[0]?.name ?? '');
    await fleet.advance(5);
    for (const { name } of cluster.nodes.list()) {
      fleet.broken.delete(name);
      await fleet.advance(1);
    }
    for (const { name } of cluster.volumes.list()) {
      const replica = startRebuild(cluster, name, { replica: failedReplicas(cluster, name)[0] ?? '' });
      await fleet.advance(9);
      finishRebuild(cluster, name, replica);
    }
    await fleet.advance(120);
    await assertNoAlerts(fleet);
  });

  test('owners change constantly, with gaps of three minutes and two owners that disagree: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 6, backups: 18 });
    const { cluster } = fleet;
    addStandby(fleet);
    addRestoring(fleet);
    for (let round = 0; round < 24; round++) {
      const node = `node-${1 + (round % 3)}`;
      const exporter = fleet.on(node);
      exporter.state = round % 2 === 0 ? 'down' : 'disconnected';
      await fleet.advance(3);
      setNodeReady(cluster, node, false);
      await fleet.advance(4);
      exporter.state = 'gone';
      fleet.start(node);
      setNodeReady(cluster, node, true);
      for (const { name, workloads } of cluster.volumes.list()) {
        const renamed = workloads.map((each) => ({ ...each, workloadName: `run-${round}` }));
        cluster.volumes.change(name, (before) => ({ ...before, workloads: renamed }));
      }
      await fleet.advance(round % 5);
    }
    await assertNoAlerts(fleet);
  });

  test('standalone exporter restarts: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 4, backups: 12, standalone: true });
    await fleet.advance(60);
    fleet.on('').state = 'down';
    await fleet.advance(3);
    fleet.on('').state = 'gone';
    fleet.start('');
    await fleet.advance(60);
    await assertNoAlerts(fleet);
  });
});
