/** Each alert fires when it should, once, and resolves in time. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { begin, every, firing, resultsOf } from './rule-tests.ts';
import { ALERTS, alertNamed, type RuleTest, runbookOf } from './rules.ts';
import { SERIES_CASES } from './series.ts';
import { PVC, TROUBLES, type Trouble } from './troubles.ts';

test('every alert: has a trouble or a series, and an owner unless it is about missing exporters', () => {
  const covered = new Set([...TROUBLES, ...SERIES_CASES].map(({ alert }) => alert));
  assert.deepEqual([...covered].sort(), ALERTS.map(({ alert }) => alert).sort());
  const unowned = TROUBLES.filter(({ owner }) => owner === undefined).map(({ alert }) => alert);
  assert.deepEqual(unowned, ['LonghornExporterDown']);
});

/** The rule's description with the values that it looks up. */
function expectedDescription({ alert, labels, value, description }: Trouble): string {
  if (description !== undefined) return description;
  const template = alertNamed(alert).annotations.description.replace(` ${runbookOf(alert)}`, '');
  const [before = '', rest] = template.split(/(?<=^Volume .*)\{\{ end \}\}\{\{ end \}\}\{\{ end \}\}/);
  const text = rest === undefined ? before : `${PVC}${rest}`;
  return text
    .replace(/\{\{ \$value[^}]*\}\}/g, value ?? '')
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label) => labels[label] ?? '');
}

async function ruleTestOf(trouble: Trouble): Promise<RuleTest> {
  const { alert, delay = 0, pending, lingers, labels } = trouble;
  const { fleet, since } = await begin(trouble);
  const firesAt = since + delay + pending;
  await fleet.advance(firesAt + 5 - since);
  trouble.end(fleet);
  const ended = fleet.minute;
  await fleet.advance(lingers + 10);
  return {
    alerts: [alert],
    every: every(trouble),
    series: fleet.series(),
    firing: [{ at: firesAt, alert, instances: [{ labels, description: expectedDescription(trouble) }] }],
    queries: [
      firing(trouble, firesAt - 1, 0),
      firing(trouble, ended + lingers - 1, 1),
      firing(trouble, ended + lingers, 0),
      firing(trouble, ended + lingers + 9, 0),
    ],
  };
}

describe('troubles', () => {
  const results = resultsOf(TROUBLES, ruleTestOf);
  for (const { alert } of TROUBLES) {
    test(`${alert}: fires when it should, once, and resolves in time`, async (t) => {
      if (hasTool(t, 'promtool')) assert.equal((await results()).get(alert), '');
    });
  }
});
