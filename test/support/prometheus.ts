/** A real Prometheus for tests: queries, logged problems, and the scrape job that prometheus-operator generates. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { type Prometheus, startPrometheus } from '../../demo/prometheus.ts';
import { type Job, prometheusConfig } from '../../demo/scrape.ts';
import { until } from './clock.ts';

export const manifest = (name: string): string =>
  new URL(`../../manifests/${name}`, import.meta.url).pathname;

// Prometheus is stopped on exit, so an interrupted test must exit. Signals may come twice: from the terminal,
// and from the test runner.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

type Labels = Readonly<Record<string, string>>;

/** One sample of a result: the labels of its series, and its value. */
export interface Sample {
  readonly metric: Labels;
  readonly value: number;
}

/** Starts a Prometheus that scrapes and evaluates rules every second, and stops it after the test. */
export async function startScraping(
  t: Pick<TestContext, 'after'>,
  jobs: readonly Job[],
  ruleFiles: readonly string[] = [],
): Promise<Prometheus> {
  const prometheus = await startPrometheus(prometheusConfig('1s', jobs, ruleFiles));
  t.after(() => prometheus.stop());
  return prometheus;
}

async function api<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`);
  const { status, data, error } = (await response.json()) as { status: string; data: T; error?: string };
  if (status !== 'success') throw new Error(`${decodeURIComponent(path)}: ${error}`);
  return data;
}

/** Copies the rules to temporary files without the intervals of groups, so that all are evaluated every second. */
export function withoutIntervals(t: Pick<TestContext, 'after'>, ruleFiles: readonly string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'rules-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return ruleFiles.map((file) => {
    const { groups } = parse(readFileSync(file, 'utf8'));
    for (const group of groups) delete group.interval;
    const copy = join(directory, basename(file));
    writeFileSync(copy, stringify({ groups }));
    return copy;
  });
}

/** The current result of a query; throws Prometheus' error. */
export async function instantQuery({ url }: Pick<Prometheus, 'url'>, promql: string): Promise<Sample[]> {
  const { result } = await api<{ result: { metric: Labels; value: [number, string] }[] }>(
    url,
    `query?query=${encodeURIComponent(promql)}`,
  );
  return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/** Repeats the query until it has a result; fails with the query if it has none within `limit` milliseconds. */
export const waitForResult = (
  prometheus: Pick<Prometheus, 'url'>,
  promql: string,
  limit = 15_000,
): Promise<void> =>
  until(
    async () => {
      if ((await instantQuery(prometheus, promql)).length > 0) return true;
      await setTimeout(100);
      return false;
    },
    limit,
    promql,
  );

interface ScrapedTarget {
  readonly labels: Labels;
  readonly health: string;
  readonly lastError: string;
}

export const targets = async ({ url }: Prometheus): Promise<readonly ScrapedTarget[]> =>
  (await api<{ activeTargets: ScrapedTarget[] }>(url, 'targets?state=active')).activeTargets;

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

/** The health of each rule after its last evaluation. */
export async function ruleHealth({ url }: Prometheus): Promise<readonly Rule[]> {
  const { groups } = await api<{ groups: { rules: Rule[] }[] }>(url, 'rules');
  return groups.flatMap(({ rules }) =>
    rules.map(({ name, health, lastError = '' }) => ({ name, health, lastError })),
  );
}

/** The warnings and errors in Prometheus' log, such as about samples that it could not ingest. */
export const loggedProblems = ({ log }: Prometheus): string[] =>
  log()
    .split('\n')
    .filter((line) => /level=(warn|error)/i.test(line));

interface Relabeling {
  readonly sourceLabels?: readonly string[];
  readonly targetLabel?: string;
  readonly [field: string]: unknown;
}

const relabelling = ({ sourceLabels, targetLabel, ...rest }: Relabeling) => ({
  ...(sourceLabels && { source_labels: sourceLabels }),
  ...(targetLabel && { target_label: targetLabel }),
  ...rest,
});

const copy = (source: string, target: string) => ({
  source_labels: [`__meta_kubernetes_${source}`],
  target_label: target,
});

const keep = (regex: string, ...sources: string[]) => ({
  action: 'keep',
  source_labels: sources.map((source) => `__meta_kubernetes_${source}`),
  regex,
});

/** The job that prometheus-operator generates for the first endpoint of a PodMonitor, with its own relabelings. */
export function operatorJob(file: string): Job {
  const { metadata, spec } = parse(readFileSync(file, 'utf8'));
  const [endpoint] = spec.podMetricsEndpoints;
  const selected = Object.entries<string>(spec.selector.matchLabels).map(([label, value]) =>
    keep(`(${value});true`, `pod_label_${label}`, `pod_labelpresent_${label}`),
  );
  return {
    job_name: `podMonitor/${metadata.namespace}/${metadata.name}/0`,
    honor_labels: endpoint.honorLabels ?? false,
    honor_timestamps: true,
    metrics_path: endpoint.path ?? '/metrics',
    relabel_configs: [
      { source_labels: ['job'], target_label: '__tmp_prometheus_job_name' },
      { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: '(Failed|Succeeded)' },
      ...selected,
      keep(endpoint.port, 'pod_container_port_name'),
      copy('namespace', 'namespace'),
      copy('pod_container_name', 'container'),
      copy('pod_name', 'pod'),
      { target_label: 'job', replacement: `${metadata.namespace}/${metadata.name}` },
      { target_label: 'endpoint', replacement: endpoint.port },
      ...(endpoint.relabelings ?? []).map(relabelling),
    ],
    metric_relabel_configs: (endpoint.metricRelabelings ?? []).map(relabelling),
  };
}
