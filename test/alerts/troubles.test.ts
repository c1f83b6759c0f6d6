/** Each alert fires when it should, once, and not for long after. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { ALERTS, judge } from './rules.ts';
import { begin, every, firing } from './story.ts';
import { TROUBLES } from './troubles.ts';

test('every alert has its trouble', () => {
  assert.deepEqual(TROUBLES.map(({ alert }) => alert).sort(), ALERTS.map(({ alert }) => alert).sort());
  const unowned = TROUBLES.filter(({ owner }) => owner === undefined).map(({ alert }) => alert);
  assert.deepEqual(unowned, ['LonghornExporterDown']);
});

describe('An alert fires when it should, and is gone when it should be:', { concurrency: 2 }, () => {
  for (const trouble of TROUBLES) {
    const { alert, delay = 0, pending, lingers, labels, description } = trouble;
    test(alert, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const { fleet, since } = await begin(trouble);
      const fires = since + delay + pending;
      await fleet.stay(fires + 5 - since);
      trouble.end(fleet);
      const over = fleet.minute;
      await fleet.stay(lingers + 10);
      const verdict = judge({
        every: every(trouble),
        series: fleet.series(),
        firing: [{ at: fires, alert, fires: [{ labels, description }] }],
        queries: [
          firing(trouble, fires - 1, 0),
          firing(trouble, over + lingers - 1, 1),
          firing(trouble, over + lingers, 0),
          firing(trouble, over + lingers + 9, 0),
        ],
      });
      assert.equal(verdict, '');
    });
  }
});
