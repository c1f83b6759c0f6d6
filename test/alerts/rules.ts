/** The rule files, and `promtool test rules` on them. */

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { namesIn } from '../../story/rules.ts';
import type { InputSeries } from './recording.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    /** Only if the project has an address. */
    readonly runbook_url?: string;
  };
}

interface Group {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Alert[];
}

const ROOT = new URL('../../', import.meta.url);
export const RULE_FILES = ['manifests/rules.yaml', 'manifests/rules-never-backed-up.yaml'].map((name) =>
  fileURLToPath(new URL(name, ROOT)),
);

const GROUPS: readonly Group[] = RULE_FILES.flatMap(
  (file) => (parse(readFileSync(file, 'utf8')) as { groups: readonly Group[] }).groups,
);

export const ALERTS: readonly Alert[] = GROUPS.flatMap(({ rules }) => rules);

export function alertNamed(name: string): Alert {
  const found = ALERTS.find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`no alert ${name}`);
  return found;
}

/** The result of a query at a minute: the labels of each series, as PromQL writes them, and its value. */
export interface Query {
  readonly at: number;
  readonly query: string;
  readonly expected: Readonly<Record<string, number>>;
}

/** The alerts with a name that fire at a minute, with all labels and annotations. */
export interface Firing {
  readonly at: number;
  readonly alert: string;
  readonly instances: readonly {
    readonly labels: Readonly<Record<string, string>>;
    /** Without the runbook at the end of every description. */
    readonly description: string;
  }[];
}

export interface RuleTest {
  readonly series: readonly InputSeries[];
  readonly firing?: readonly Firing[];
  readonly queries?: readonly Query[];
  /** Minutes from one evaluation of the rules to the next; default 1. */
  readonly every?: number;
  /** The alerts whose rules are evaluated; default all. */
  readonly alerts?: readonly string[];
}

/** What `promtool test rules` prints when the test fails; empty if it passes. */
export const runRuleTest = (test: RuleTest): string => runRuleTests(new Map([['', test]])).get('') ?? '';

/** The same for many tests, by name, in one run. */
export function runRuleTests(tests: ReadonlyMap<string, RuleTest>): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const names = [...tests.keys()];
    const files = names.map((name, index) => {
      const file = join(folder, `${index}-test.yaml`);
      const test = tests.get(name);
      const rules = test?.alerts ? [ruleFile(folder, index, test.alerts)] : RULE_FILES;
      if (test) writeFileSync(file, JSON.stringify(document(test, rules)));
      return file;
    });
    // Both streams go into one file, so that each failure follows the name of its file.
    const output = join(folder, 'output');
    const descriptor = openSync(output, 'w');
    const { status } = spawnSync('promtool', ['test', 'rules', ...files], {
      stdio: ['ignore', descriptor, descriptor],
      // It needs little memory, and less frequent garbage collection saves a quarter of the time.
      env: { ...process.env, GOGC: '400' },
    });
    closeSync(descriptor);
    const text = readFileSync(output, 'utf8');
    const sections = new Map(
      text
        .split(/^Unit Testing: +/m)
        .map((section) => [section.slice(0, section.indexOf('\n')), section] as const),
    );
    const results = new Map(
      names.map((name, index) => {
        const section = sections.get(files[index] ?? '') ?? `promtool printed no result: ${text}`;
        return [name, section.endsWith('\n  SUCCESS\n\n') ? '' : section] as const;
      }),
    );
    if (status !== 0 && [...results.values()].every((result) => result === ''))
      throw new Error(`promtool ended with status ${status}: ${text}`);
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Writes the groups with only these alerts: evaluating rules takes most of the time. */
function ruleFile(folder: string, index: number, alerts: readonly string[]): string {
  const groups = GROUPS.map((group) => ({
    ...group,
    rules: group.rules.filter(({ alert }) => alerts.includes(alert)),
  })).filter(({ rules }) => rules.length > 0);
  const file = join(folder, `${index}-rules.yaml`);
  writeFileSync(file, JSON.stringify({ groups }));
  return file;
}

/** Only the series that rules or queries name: most series are in none, and storing them takes time. */
function usedSeries(
  series: readonly InputSeries[],
  alerts: readonly string[] = ALERTS.map(({ alert }) => alert),
  queries: readonly Query[],
): readonly InputSeries[] {
  const rules = ALERTS.filter(({ alert }) => alerts.includes(alert));
  const names = new Set(
    [
      ...rules.flatMap(({ expr, annotations }) => [expr, annotations.description]),
      ...queries.map(({ query }) => query),
    ].flatMap(namesIn),
  );
  return series.filter(({ series: name }) => names.has(namesIn(name)[0] ?? ''));
}

export const runbookOf = (alert: string): string => `Runbook: /debug/runbooks/${alert} on any exporter.`;

/** promtool's test file; JSON is valid YAML. */
const document = (
  { series, firing = [], queries = [], every = 1, alerts }: RuleTest,
  ruleFiles: readonly string[],
) => ({
  rule_files: ruleFiles,
  evaluation_interval: `${every}m`,
  tests: [
    {
      interval: '1m',
      input_series: usedSeries(series, alerts, queries),
      alert_rule_test: firing.map(({ at, alert, instances }) => ({
        eval_time: `${at}m`,
        alertname: alert,
        exp_alerts: instances.map(({ labels, description }) => {
          const rule = alertNamed(alert);
          return {
            exp_labels: { ...rule.labels, ...labels },
            exp_annotations: { ...rule.annotations, description: `${description} ${runbookOf(alert)}` },
          };
        }),
      })),
      promql_expr_test: queries.map(({ at, query, expected }) => ({
        expr: query,
        eval_time: `${at}m`,
        exp_samples: Object.entries(expected).map(([labels, value]) => ({ labels, value })),
      })),
    },
  ],
});
