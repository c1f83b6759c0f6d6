/** Each alert fires when it should, once, and resolves in time. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { ALERTS, alertNamed, runbookOf, type Trial } from './rules.ts';
import { SERIES_CASES } from './series.ts';
import { begin, every, firing, verdictsOf } from './story.ts';
import { PVC, TROUBLES, type Trouble } from './troubles.ts';

test('every alert: has its trouble', () => {
  const tried = new Set([...TROUBLES, ...SERIES_CASES].map(({ alert }) => alert));
  assert.deepEqual([...tried].sort(), ALERTS.map(({ alert }) => alert).sort());
  const unowned = TROUBLES.filter(({ owner }) => owner === undefined).map(({ alert }) => alert);
  assert.deepEqual(unowned, ['LonghornExporterDown']);
});

/** The rule's own text, with the values that it looks up. */
function described({ alert, labels, value, description }: Trouble): string {
  if (description !== undefined) return description;
  const own = alertNamed(alert).annotations.description.replace(` ${runbookOf(alert)}`, '');
  const [before = '', rest] = own.split(/(?<=^Volume .*)\{\{ end \}\}\{\{ end \}\}\{\{ end \}\}/);
  const text = rest === undefined ? before : `${PVC}${rest}`;
  return text
    .replace(/\{\{ \$value[^}]*\}\}/g, value ?? '')
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label) => labels[label] ?? '');
}

async function tried(trouble: Trouble): Promise<Trial> {
  const { alert, delay = 0, pending, lingers, labels } = trouble;
  const { fleet, since } = await begin(trouble);
  const fires = since + delay + pending;
  await fleet.stay(fires + 5 - since);
  trouble.end(fleet);
  const over = fleet.minute;
  await fleet.stay(lingers + 10);
  return {
    alerts: [alert],
    every: every(trouble),
    series: fleet.series(),
    firing: [{ at: fires, alert, fires: [{ labels, description: described(trouble) }] }],
    queries: [
      firing(trouble, fires - 1, 0),
      firing(trouble, over + lingers - 1, 1),
      firing(trouble, over + lingers, 0),
      firing(trouble, over + lingers + 9, 0),
    ],
  };
}

describe('alert fires and resolves at the right time', () => {
  const verdicts = verdictsOf(TROUBLES, tried);
  for (const { alert } of TROUBLES) {
    test(alert, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await verdicts()).get(alert), '');
    });
  }
});
