/** The checks of Grafana's dashboard-linter, for machines without it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { manifest } from '../support/prometheus.ts';
import { CHARTS, type Chart, DASHBOARD, selectorsIn, type Variable } from './dashboard.ts';

/** A complaint; `panel` is the title of its panel. */
interface Complaint {
  readonly panel?: string;
  readonly text: string;
}

interface Exclusion {
  readonly reason: string;
  readonly entries?: readonly { readonly panel: string }[];
}

const EXCLUSIONS: Readonly<Record<string, Exclusion>> = parse(
  readFileSync(manifest('.lint'), 'utf8'),
).exclusions;

/** The units of Grafana that we use, of the two hundred that the linter knows. */
const UNITS = new Set(['none', 's', 'bytes', 'Bps', 'percentunit']);

const variables = DASHBOARD.templating.list;
const queried = variables.filter(({ type }) => type === 'query');
const timeSeries = CHARTS.filter(({ type }) => type === 'timeseries' || type === 'stat');

function* variableComplaints(name: string): Generator<Complaint> {
  const variable = variables.find((each) => each.name === name);
  if (variable === undefined) return yield { text: `no variable ${name}` };
  const title = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const required: Partial<Variable> = { type: 'query', label: title, multi: true, allValue: '.+' };
  for (const [key, value] of Object.entries(required))
    if (variable[key as keyof Variable] !== value) yield { text: `${name}: ${key} is not ${value}` };
}

const matcherComplaints = (label: string): Complaint[] =>
  CHARTS.flatMap(({ title, targets }) =>
    targets
      .flatMap(({ expr }) => selectorsIn(expr))
      .filter((selector) => !selector.includes(`${label}=~"$${label}"`))
      .map((text) => ({ panel: title, text })),
  );

const panelComplaints = (
  charts: readonly Chart[],
  isWrong: (chart: Chart) => boolean,
  text: string,
): Complaint[] => charts.filter(isWrong).map(({ title }) => ({ panel: title, text }));

/** The linter's rules on Prometheus, except the two that parse PromQL: those are in `queries.test.ts`. */
const RULES: Readonly<Record<string, () => Iterable<Complaint>>> = {
  'uneditable-dashboard': () => (DASHBOARD.editable ? [{ text: 'editable' }] : []),
  'template-datasource-rule': () =>
    variables
      .filter(
        ({ type, name, label }) =>
          type === 'datasource' && (name !== 'datasource' || label !== 'Data source'),
      )
      .map(({ name }) => ({ text: name })),
  'template-job-rule': () => variableComplaints('job'),
  'template-instance-rule': () => variableComplaints('instance'),
  'template-label-promql-rule': () =>
    queried
      .filter(({ definition }) => !/^label_values\(.+\)$/.test(definition ?? ''))
      .map(({ name }) => ({ text: name })),
  'template-on-time-change-reload-rule': () =>
    queried.filter(({ refresh }) => refresh !== 2).map(({ name }) => ({ text: name })),
  'panel-title-description-rule': () =>
    panelComplaints(
      CHARTS,
      ({ title, description }) => title === '' || !description,
      'no title or description',
    ),
  'panel-units-rule': () =>
    panelComplaints(
      timeSeries,
      // The linter accepts mappings instead of a unit, even an empty list.
      ({ fieldConfig: { defaults } }) => !UNITS.has(defaults.unit ?? '') && !defaults.mappings?.length,
      'no unit that Grafana knows',
    ),
  'panel-no-targets-rule': () => panelComplaints(CHARTS, ({ targets }) => targets.length === 0, 'no query'),
  'target-job-rule': () => matcherComplaints('job'),
  'target-instance-rule': () => matcherComplaints('instance'),
  'target-rate-interval-rule': () =>
    panelComplaints(
      CHARTS,
      ({ targets }) => targets.some(({ expr }) => /\bi?rate\((?![^[]*\[\$__rate_interval\])/.test(expr)),
      'a rate over a range other than $__rate_interval',
    ),
  'target-counter-agg-rule': () =>
    panelComplaints(
      CHARTS,
      ({ targets }) => targets.some(({ expr }) => /(?<!\b(rate|irate|increase)\()\b\w+_total\b/.test(expr)),
      'a counter without rate or increase',
    ),
};

/** Whether `.lint` allows the complaint. */
const excluded = (rule: string, { panel }: Complaint): boolean => {
  const exclusion = EXCLUSIONS[rule];
  if (exclusion === undefined) return false;
  return exclusion.entries === undefined || exclusion.entries.some((entry) => entry.panel === panel);
};

for (const [rule, check] of Object.entries(RULES)) {
  test(`${rule}: violated only where .lint allows it`, () => {
    assert.deepEqual(
      [...check()].filter((complaint) => !excluded(rule, complaint)),
      [],
    );
  });
}

test('every exception in .lint: has a reason, and is still needed', () => {
  for (const [rule, { reason, entries }] of Object.entries(EXCLUSIONS)) {
    assert.match(reason, /\.$/, rule);
    const complaints = [...(RULES[rule]?.() ?? [])];
    assert.notEqual(complaints.length, 0, `${rule} finds nothing`);
    for (const { panel } of entries ?? [])
      assert.ok(
        complaints.some((complaint) => complaint.panel === panel),
        `${rule} does not complain about ${panel}`,
      );
  }
});
