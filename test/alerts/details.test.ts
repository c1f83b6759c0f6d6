/** Behavior of single alerts that is not in the table of troubles. */

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
import { type Firing, judge } from './rules.ts';

const TEMPLATE_NAME = 'od"d\\vol{{ 1 }}';

describe('single alerts', { concurrency: 2 }, () => {
  test('label values that look like PromQL or a template: shown as they are', async (t) => {
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
    await fleet.stay(20);
    const firing: Firing = {
      at: 19,
      alert: 'LonghornReplicaUnschedulable',
      fires: [
        {
          labels: { volume: TEMPLATE_NAME, namespace: 'a"b' },
          description: `Volume ${TEMPLATE_NAME} of PVC a"b/c\\d lacks a replica because no disk can take it: space, nodes or matching tags are missing. Free space or add a disk; until then the volume has too few replicas.`,
        },
      ],
    };
    assert.equal(judge({ series: fleet.series(), firing: [firing] }), '');
  });

  test('volume without PVC, its owner is down: only the volume is named', async (t) => {
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
    await fleet.stay(20);
    fleet.on('').state = 'down';
    await fleet.stay(3);
    const firing: Firing = {
      at: 22,
      alert: 'LonghornReplicaUnschedulable',
      fires: [
        {
          labels: { volume: 'pvc-0001' },
          description:
            'Volume pvc-0001 lacks a replica because no disk can take it: space, nodes or matching tags are missing. Free space or add a disk; until then the volume has too few replicas.',
        },
      ],
    };
    assert.equal(judge({ series: fleet.series(), firing: [firing] }), '');
  });

  for (const [what, standalone] of [
    ['DaemonSet', false],
    ['standalone', true],
  ] as const) {
    test(`${what}, every exporter is down: one alert on exporters`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const fleet = createFleet({ volumes: 1, standalone });
      await fleet.stay(10);
      for (const exporter of fleet.exporters) exporter.state = 'down';
      await fleet.stay(30);
      const queries = [
        {
          at: 39,
          query: 'count by (alertname) (ALERTS{alertname=~"LonghornExporter.*", alertstate="firing"})',
          gives: { '{alertname="LonghornExporterDown"}': 1 },
        },
      ];
      assert.equal(judge({ series: fleet.series(), queries }), '');
    });
  }

  test('staged roll-out, only one pod has the exporter: two alerts on the other nodes', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 6, nodes: 3 });
    for (const name of ['node-2', 'node-3']) fleet.on(name).state = 'gone';
    await fleet.stay(30);
    const queries = ['LonghornExporterMissing', 'LonghornVolumesNotServed'].map((alert) => ({
      at: 29,
      query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
      gives: { '{}': 1 },
    }));
    assert.equal(judge({ series: fleet.series(), queries }), '');
  });

  test('volumes are created one after another, each served a minute after it was first listed: quiet', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 3, nodes: 3 });
    const candidates = hashesOf(fleet.cluster.nodes.list().map(({ name }) => name));
    await fleet.stay(5);
    for (let minute = 0; minute < 40; minute++) {
      const late = minute % 2 === 0 ? 'node-2' : 'node-3';
      let name = `new-${minute}`;
      while (ownerOf(name, candidates) !== late) name += 'x';
      createVolume(fleet.cluster, name);
      for (const exporter of fleet.exporters) exporter.state = exporter.node === late ? 'disconnected' : 'up';
      await fleet.stay(1);
    }
    const owned = 'sum(longhorn_exporter_volumes{scope="owned"})';
    const queries = [
      { at: 44, query: `max(longhorn_exporter_volumes{scope="cluster"}) - ${owned}`, gives: { '{}': 1 } },
      {
        at: 44,
        query: 'last_over_time(ALERTS{alertname="LonghornVolumesNotServed", alertstate="firing"}[45m])',
        gives: {},
      },
    ];
    assert.equal(judge({ series: fleet.series(), queries }), '');
  });

  test('node is NotReady: it needs no exporter', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 6, nodes: 3 });
    await fleet.stay(10);
    setNodeReady(fleet.cluster, 'node-2', false);
    fleet.on('node-2').state = 'down';
    await fleet.stay(60);
    const queries = [
      {
        at: 69,
        query:
          'last_over_time(ALERTS{alertname=~"LonghornExporterMissing|LonghornVolumesNotServed", alertstate="firing"}[70m])',
        gives: {},
      },
    ];
    assert.equal(judge({ series: fleet.series(), queries }), '');
  });

  for (const [alert, start] of [
    ['LonghornRebuildStuck', 'rebuild'],
    ['LonghornBackupStuck', 'backup'],
  ] as const) {
    test(`${alert}: fires two hours after the last progress, and also without any progress`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const fleet = createFleet({ volumes: 2 });
      const { cluster } = fleet;
      for (const volume of ['pvc-0001', 'pvc-0002']) {
        if (start === 'backup') startBackup(cluster, volume, { name: volume });
        else startRebuild(cluster, volume, { onNode: 'node-1' });
      }
      // The engine reports no progress for this one.
      cluster.volumes.change('pvc-0002', (before) => ({ ...before, rebuildStatus: [] }));
      await fleet.stay(10);
      if (start === 'backup') setBackupProgress(cluster, 'pvc-0001', 10);
      else {
        cluster.volumes.change('pvc-0001', (before) => ({
          ...before,
          rebuildStatus: before.rebuildStatus.map((each) => ({ ...each, progress: 10 })),
        }));
      }
      await fleet.stay(130);
      const firing = (at: number, count: number) => ({
        at,
        query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
        gives: count === 0 ? {} : { '{}': count },
      });
      // Minute 9 is the last at which pvc-0001 was seen at 0%.
      const queries = [firing(59, 0), firing(60, 1), firing(129, 1), firing(130, 2)];
      assert.equal(judge({ series: fleet.series(), queries }), '');
    });
  }

  test('errors of each kind: separate alerts', async (t) => {
    if (!hasTool(t, 'promtool')) return;
    const fleet = createFleet({ volumes: 1 });
    // A type that robustness cannot have.
    fleet.cluster.volumes.change('pvc-0001', (before) => ({ ...before, robustness: 5 as never }));
    await fleet.stay(10);
    fleet.on('node-2').replay.store.internalError(new Error('a bug'));
    await fleet.stay(20);
    const queries = [
      {
        at: 29,
        query: 'count by (error, node) (ALERTS{alertname="LonghornExporterErrors", alertstate="firing"})',
        gives: {
          '{error="object"}': 1,
          '{error="internal", node="node-2"}': 1,
        },
      },
    ];
    const firing: Firing = {
      at: 29,
      alert: 'LonghornExporterErrors',
      fires: [
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
    assert.equal(judge({ series: fleet.series(), firing: [firing], queries }), '');
  });
});
