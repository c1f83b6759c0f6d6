/** A change of owner does not affect an alert: it is not late, not duplicated, and stays the same alert. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setNodeReady } from '../../simulator/index.ts';
import { hasTool } from '../support/promtool.ts';
import type { Exporter } from './fleet.ts';
import { begin, every, firing, healthyFleet, resultsOf } from './rule-tests.ts';
import { TROUBLES, VOLUME } from './troubles.ts';

const OWNED = TROUBLES.filter(({ owner }) => owner !== undefined);

describe('changes of owner', () => {
  const results = resultsOf(OWNED, async (trouble) => {
    const { alert, delay = 0, pending, owner = () => assert.fail(), moves } = trouble;
    const { fleet, since } = await begin(trouble);
    const takeOver = (former: Exporter) => {
      if (moves) setNodeReady(fleet.cluster, former.node, false);
      else fleet.start(former.node, { configErrors: alert === 'LonghornExporterErrors' ? 1 : 0 });
    };
    await fleet.advance(Math.max(delay + Math.floor(pending / 2), 1));

    // The owner dies, and another takes over three minutes later.
    const first = owner(fleet);
    first.state = 'down';
    await fleet.advance(3);
    first.state = moves ? 'down' : 'gone';
    takeOver(first);
    const firesAt = since + delay + pending;
    await fleet.advance(Math.max(firesAt + 5 - fleet.minute, 8));

    // The new owner is not scraped for three minutes.
    const second = owner(fleet);
    const from = fleet.minute;
    second.state = 'unscraped';
    await fleet.advance(3);
    second.state = 'up';
    await fleet.advance(5);

    // It keeps its last state after another has taken over, for which the volume has another PVC, workload and engine.
    second.state = 'disconnected';
    fleet.cluster.volumes.change(VOLUME, (volume) => ({
      ...volume,
      pvcName: 'renamed',
      workloads: volume.workloads.map((each) => ({ ...each, workloadName: 'renamed' })),
      controllers: volume.controllers.map((each) => ({ ...each, name: `${VOLUME}-e-1` })),
    }));
    takeOver(second);
    await fleet.advance(8);
    second.state = 'gone';
    await fleet.advance(8);

    const minutes = Array.from({ length: fleet.minute - from }, (_, i) => from + i);
    const start = (since + delay) * 60;
    return {
      alerts: [alert],
      every: every(trouble),
      series: fleet.series(),
      queries: [
        firing(trouble, firesAt - 1, 0),
        firing(trouble, firesAt, 1),
        ...minutes.map((at) => firing(trouble, at, 1)),
        ...['min', 'max'].map((aggregation) => ({
          at: fleet.minute - 1,
          query: `${aggregation}(ALERTS_FOR_STATE{alertname="${alert}"})`,
          expected: { '{}': start },
        })),
      ],
    };
  });
  for (const { alert } of OWNED) {
    test(`${alert}: stays one alert without owner, with new owners and with two at once`, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await results()).get(alert), '');
    });
  }
});

describe('former owner that is cut off', () => {
  // Alerts that resolve at once use the best value of the last minutes, so they wait for the former owner.
  const lingering = OWNED.filter(({ moves, lingers }) => moves && lingers > 0);
  const results = resultsOf(lingering, async (trouble) => {
    const { alert, delay = 0, pending, owner = () => assert.fail() } = trouble;
    const fleet = healthyFleet();
    await fleet.advance(5);
    const former = owner(fleet);
    former.state = 'disconnected';
    setNodeReady(fleet.cluster, former.node, false);
    const { since } = await begin(trouble, fleet);
    const firesAt = since + delay + pending;
    await fleet.advance(firesAt + 2 - since);
    assert.equal(former.state, 'disconnected');
    return {
      alerts: [alert],
      every: every(trouble),
      series: fleet.series(),
      queries: [firing(trouble, firesAt - 1, 0), firing(trouble, firesAt, 1)],
    };
  });
  for (const { alert } of lingering) {
    test(`${alert}: not late while the former owner keeps reporting a healthy volume`, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await results()).get(alert), '');
    });
  }
});
