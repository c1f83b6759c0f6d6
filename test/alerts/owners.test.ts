/** A change of owner does not disturb an alert: it is not late, not duplicated, and stays the same alert. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setNodeReady } from '../../simulator/index.ts';
import { hasTool } from '../support/promtool.ts';
import type { Exporter } from './fleet.ts';
import { begin, every, firing, verdictsOf, wellFleet } from './story.ts';
import { TROUBLES, VOLUME } from './troubles.ts';

const OWNED = TROUBLES.filter(({ owner }) => owner !== undefined);

describe('three minutes without owner, then new owners, then two at once: still the same single alert', () => {
  const verdicts = verdictsOf(OWNED, async (trouble) => {
    const { alert, delay = 0, pending, owner = () => assert.fail(), moves } = trouble;
    const { fleet, since } = await begin(trouble);
    const takeOver = (from: Exporter) => {
      if (moves) setNodeReady(fleet.cluster, from.node, false);
      else fleet.start(from.node, { configErrors: alert === 'LonghornExporterErrors' ? 1 : 0 });
    };
    await fleet.stay(Math.max(delay + Math.floor(pending / 2), 1));

    // The owner dies, and another takes over three minutes later.
    const first = owner(fleet);
    first.state = 'down';
    await fleet.stay(3);
    first.state = moves ? 'down' : 'gone';
    takeOver(first);
    const fires = since + delay + pending;
    await fleet.stay(Math.max(fires + 5 - fleet.minute, 8));

    // Nobody scrapes for three minutes.
    const second = owner(fleet);
    const from = fleet.minute;
    second.state = 'unscraped';
    await fleet.stay(3);
    second.state = 'up';
    await fleet.stay(5);

    // It keeps serving its last state after another has taken over, which sees the volume on another node with another workload.
    second.state = 'disconnected';
    fleet.cluster.volumes.change(VOLUME, (volume) => ({
      ...volume,
      pvcName: 'renamed',
      workloads: volume.workloads.map((each) => ({ ...each, workloadName: 'renamed' })),
      controllers: volume.controllers.map((each) => ({ ...each, name: `${VOLUME}-e-1` })),
    }));
    takeOver(second);
    await fleet.stay(8);
    second.state = 'gone';
    await fleet.stay(8);

    const minutes = Array.from({ length: fleet.minute - from }, (_, i) => from + i);
    const start = (since + delay) * 60;
    return {
      alerts: [alert],
      every: every(trouble),
      series: fleet.series(),
      queries: [
        firing(trouble, fires - 1, 0),
        firing(trouble, fires, 1),
        ...minutes.map((at) => firing(trouble, at, 1)),
        ...['min', 'max'].map((which) => ({
          at: fleet.minute - 1,
          query: `${which}(ALERTS_FOR_STATE{alertname="${alert}"})`,
          gives: { '{}': start },
        })),
      ],
    };
  });
  for (const { alert } of OWNED) {
    test(alert, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await verdicts()).get(alert), '');
    });
  }
});

describe('a former owner, cut off, keeps reporting a healthy volume: the alert is not late', () => {
  // Alerts that resolve at once use the best value of the last minutes, so they wait for the former owner.
  const lingering = OWNED.filter(({ moves, lingers }) => moves && lingers > 0);
  const verdicts = verdictsOf(lingering, async (trouble) => {
    const { alert, delay = 0, pending, owner = () => assert.fail() } = trouble;
    const fleet = wellFleet();
    await fleet.stay(5);
    const former = owner(fleet);
    former.state = 'disconnected';
    setNodeReady(fleet.cluster, former.node, false);
    const { since } = await begin(trouble, fleet);
    const fires = since + delay + pending;
    await fleet.stay(fires + 2 - since);
    assert.equal(former.state, 'disconnected');
    return {
      alerts: [alert],
      every: every(trouble),
      series: fleet.series(),
      queries: [firing(trouble, fires - 1, 0), firing(trouble, fires, 1)],
    };
  });
  for (const { alert } of lingering) {
    test(alert, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await verdicts()).get(alert), '');
    });
  }
});
