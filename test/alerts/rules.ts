/** The rule files, and `promtool test rules` on them. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { InputSeries } from './recording.ts';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly description: string;
    readonly runbook_url: string;
  };
}

const ROOT = new URL('../../', import.meta.url);
export const RULE_FILES = ['manifests/rules.yaml', 'manifests/rules-never-backed-up.yaml'].map((name) =>
  fileURLToPath(new URL(name, ROOT)),
);

export const ALERTS: readonly Alert[] = RULE_FILES.flatMap((file) => {
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: readonly { rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
});

export function alertNamed(name: string): Alert {
  const found = ALERTS.find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`no alert ${name}`);
  return found;
}

/** What a query shall give at a minute: the labels of each series, as PromQL writes them, and its value. */
export interface Query {
  readonly at: number;
  readonly query: string;
  readonly gives: Readonly<Record<string, number>>;
}

/** Which alerts of a name shall fire at a minute, with all labels and annotations. */
export interface Firing {
  readonly at: number;
  readonly alert: string;
  readonly fires: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly description: string;
  }[];
}

export interface Trial {
  readonly series: readonly InputSeries[];
  readonly firing?: readonly Firing[];
  readonly queries?: readonly Query[];
  /** Minutes from one evaluation of the rules to the next; 1 unless told otherwise. */
  readonly every?: number;
}

/** What `promtool test rules` has to say; empty when all is as it should be. */
export function judge(trial: Trial): string {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const file = join(folder, 'tests.yaml');
    writeFileSync(file, JSON.stringify(document(trial)));
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status === 0 && stderr === '') return '';
    return `status ${status}\n${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** JSON is YAML. */
const document = ({ series, firing = [], queries = [], every = 1 }: Trial) => ({
  rule_files: RULE_FILES,
  evaluation_interval: `${every}m`,
  tests: [
    {
      interval: '1m',
      input_series: series,
      alert_rule_test: firing.map(({ at, alert, fires }) => ({
        eval_time: `${at}m`,
        alertname: alert,
        exp_alerts: fires.map(({ labels, description }) => {
          const rule = alertNamed(alert);
          return {
            exp_labels: { ...rule.labels, ...labels },
            exp_annotations: { ...rule.annotations, description },
          };
        }),
      })),
      promql_expr_test: queries.map(({ at, query, gives }) => ({
        expr: query,
        eval_time: `${at}m`,
        exp_samples: Object.entries(gives).map(([labels, value]) => ({ labels, value })),
      })),
    },
  ],
});
