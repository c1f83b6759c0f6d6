/** Behavior of individual alerts that the table in troubles.ts does not cover. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createVolume,
  setBackupProgress,
  setNodeReady,
  startBackup,
  startRebuild,
} from '../../simulator/index.ts';
import { hashesOf, ownerOf } from '../../src/state/owners.ts';
import { hasTool } from '../support/promtool.ts';
import { createFleet } from './fleet.ts';
import { type Firing, runRuleTest } from './rules.ts';

const TEMPLATE_NAME = 'od"d\\vol{{ 1 }}';

describe('individual alerts', { concurrency: 2 }, () => {
  test('label values that look like PromQL or a template: shown verbatim', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 1 });
    const [volume] = fleet.cluster.volumes.list();
    assert.ok(volume);
    fleet.cluster.volumes.put({
      ...volume,
      name: TEMPLATE_NAME,
      namespace: 'a"b',
      pvcName: 'c\\d',
      workloads: [],
      scheduled: 'False',
      numberOfReplicas: 4,
    });
    await fleet.advance(20);
    const firing: Firing = {
      at: 19,
      alert: 'LonghornReplicaUnschedulable',
      instances: [
        {
          labels: { volume: TEMPLATE_NAME, namespace: 'a"b' },
          description: `Volume ${TEMPLATE_NAME} of PVC a"b/c\\d lacks a replica because no disk can take it: space, nodes or matching tags are missing. Free space or add a disk; until then the volume has too few replicas.`,
        },
      ],
    };
    assert.equal(runRuleTest({ series: fleet.series(), firing: [firing] }), '');
  });

  test('volume without PVC, its exporter is down: the description names only the volume', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 1, standalone: true });
    fleet.cluster.volumes.change('pvc-0001', (before) => ({
      ...before,
      namespace: '',
      pvcName: '',
      workloads: [],
      scheduled: 'False',
      numberOfReplicas: 4,
    }));
    await fleet.advance(20);
    fleet.on('').state = 'down';
    await fleet.advance(3);
    const firing: Firing = {
      at: 22,
      alert: 'LonghornReplicaUnschedulable',
      instances: [
        {
          labels: { volume: 'pvc-0001' },
          description:
            'Volume pvc-0001 lacks a replica because no disk can take it: space, nodes or matching tags are missing. Free space or add a disk; until then the volume has too few replicas.',
        },
      ],
    };
    assert.equal(runRuleTest({ series: fleet.series(), firing: [firing] }), '');
  });

  for (const [variant, standalone] of [
    ['DaemonSet', false],
    ['standalone', true],
  ] as const) {
    test(`${variant}, every exporter is down: of the exporter alerts, only LonghornExporterDown fires`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const fleet = createFleet({ volumes: 1, standalone });
      await fleet.advance(10);
      for (const exporter of fleet.exporters) exporter.state = 'down';
      await fleet.advance(30);
      const queries = [
        {
          at: 39,
          query: 'count by (alertname) (ALERTS{alertname=~"LonghornExporter.*", alertstate="firing"})',
          expected: { '{alertname="LonghornExporterDown"}': 1 },
        },
      ];
      assert.equal(runRuleTest({ series: fleet.series(), queries }), '');
    });
  }

  test('staged roll-out, only one node has the exporter: missing exporters and unserved volumes, one alert each', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 6, nodes: 3 });
    for (const name of ['node-2', 'node-3']) fleet.on(name).state = 'gone';
    await fleet.advance(30);
    const queries = ['LonghornExporterMissing', 'LonghornVolumesNotServed'].map((alert) => ({
      at: 29,
      query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
      expected: { '{}': 1 },
    }));
    assert.equal(runRuleTest({ series: fleet.series(), queries }), '');
  });

  test('new volume every minute, each served a minute after it was first listed: no LonghornVolumesNotServed', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 3, nodes: 3 });
    const candidates = hashesOf(fleet.cluster.nodes.list().map(({ name }) => name));
    await fleet.advance(5);
    for (let minute = 0; minute < 40; minute++) {
      const laggingNode = minute % 2 === 0 ? 'node-2' : 'node-3';
      let name = `new-${minute}`;
      while (ownerOf(name, candidates) !== laggingNode) name += 'x';
      createVolume(fleet.cluster, name);
      for (const exporter of fleet.exporters)
        exporter.state = exporter.node === laggingNode ? 'disconnected' : 'up';
      await fleet.advance(1);
    }
    const owned = 'sum(longhorn_exporter_volumes{scope="owned"})';
    const queries = [
      { at: 44, query: `max(longhorn_exporter_volumes{scope="cluster"}) - ${owned}`, expected: { '{}': 1 } },
      {
        at: 44,
        query: 'last_over_time(ALERTS{alertname="LonghornVolumesNotServed", alertstate="firing"}[45m])',
        expected: {},
      },
    ];
    assert.equal(runRuleTest({ series: fleet.series(), queries }), '');
  });

  test('node is NotReady and has no exporter: no alert', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 6, nodes: 3 });
    await fleet.advance(10);
    setNodeReady(fleet.cluster, 'node-2', false);
    fleet.on('node-2').state = 'down';
    await fleet.advance(60);
    const queries = [
      {
        at: 69,
        query:
          'last_over_time(ALERTS{alertname=~"LonghornExporterMissing|LonghornVolumesNotServed", alertstate="firing"}[70m])',
        expected: {},
      },
    ];
    assert.equal(runRuleTest({ series: fleet.series(), queries }), '');
  });

  for (const [alert, start] of [
    ['LonghornRebuildStuck', 'rebuild'],
    ['LonghornBackupStuck', 'backup'],
  ] as const) {
    test(`${alert}: fires two hours after the last progress, or one hour after the start without any`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const fleet = createFleet({ volumes: 2 });
      const { cluster } = fleet;
      for (const volume of ['pvc-0001', 'pvc-0002']) {
        if (start === 'backup') startBackup(cluster, volume, { name: volume });
        else startRebuild(cluster, volume, { onNode: 'node-1' });
      }
      // The engine reports no progress for this one.
      cluster.volumes.change('pvc-0002', (before) => ({ ...before, rebuildStatus: [] }));
      await fleet.advance(10);
      if (start === 'backup') setBackupProgress(cluster, 'pvc-0001', 10);
      else {
        cluster.volumes.change('pvc-0001', (before) => ({
          ...before,
          rebuildStatus: before.rebuildStatus.map((each) => ({ ...each, progress: 10 })),
        }));
      }
      await fleet.advance(130);
      const firing = (at: number, count: number) => ({
        at,
        query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
        expected: count === 0 ? {} : { '{}': count },
      });
      // Minute 9 is the last at which pvc-0001 was seen at 0%.
      const queries = [firing(59, 0), firing(60, 1), firing(129, 1), firing(130, 2)];
      assert.equal(runRuleTest({ series: fleet.series(), queries }), '');
    });
  }

  test('object error and internal error: one alert each', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 1 });
    // Robustness must be a string.
    fleet.cluster.volumes.change('pvc-0001', (before) => ({ ...before, robustness: 5 as never }));
    await fleet.advance(10);
    fleet.on('node-2').replay.store.internalError(new Error('a bug'));
    await fleet.advance(20);
    const queries = [
      {
        at: 29,
        query: 'count by (error, node) (ALERTS{alertname="LonghornExporterErrors", alertstate="firing"})',
        expected: {
          '{error="object"}': 1,
          '{error="internal", node="node-2"}': 1,
        },
      },
    ];
    const firing: Firing = {
      at: 29,
      alert: 'LonghornExporterErrors',
      instances: [
        {
          labels: { error: 'object' },
          description:
            "The exporter cannot parse an object in Longhorn's lists and serves its last known values, which may hide a problem. Its log has the details.",
        },
        {
          labels: { error: 'internal', node: 'node-2' },
          description:
            'The exporter on node node-2 caught an internal error, which is a bug. Its log has the details.',
        },
      ],
    };
    assert.equal(runRuleTest({ series: fleet.series(), firing: [firing], queries }), '');
  });
});
