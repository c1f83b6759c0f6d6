/** All scrape configurations select what we deploy, and add the labels that alerts and dashboard need. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { isManager, longhorn } from '../kustomize/clusters.ts';
import { SIDECAR } from '../kustomize/expected.ts';
import { type Doc, documents } from '../support/kustomize.ts';
import { hasTool } from '../support/promtool.ts';

const spec = (name: string): Doc => {
  const [doc] = documents(readFileSync(new URL(`../../manifests/${name}`, import.meta.url), 'utf8'));
  assert.ok(doc, `${name} has a document`);
  return (doc.spec ?? doc) as Doc;
};

function plainConfig(): Doc {
  const { scrape_configs } = spec('prometheus-scrape.yaml');
  const [config, ...others] = scrape_configs as [Doc];
  assert.deepEqual(others, []);
  return config;
}

interface Relabeling {
  readonly action?: string;
  readonly sourceLabels?: readonly string[];
  readonly source_labels?: readonly string[];
  readonly targetLabel?: string;
  readonly target_label?: string;
  readonly replacement?: string;
}

/** Target labels and where they come from, in the operator's spelling or in Prometheus' own. */
const labels = (relabelings: unknown): Map<string, string> =>
  new Map(
    (relabelings as readonly Relabeling[])
      .filter(({ action = 'replace' }) => action === 'replace')
      .map((r) => [
        r.targetLabel ?? r.target_label ?? '',
        r.replacement ?? (r.sourceLabels ?? r.source_labels ?? []).join(';'),
      ]),
  );

const OUR_LABELS = new Map([
  ['node', '__meta_kubernetes_pod_node_name'],
  ['job', 'longhorn-exporter'],
]);

/** The target labels that the operator adds. */
const ADDED_BY_THE_OPERATOR = new Map([
  ['namespace', '__meta_kubernetes_namespace'],
  ['pod', '__meta_kubernetes_pod_name'],
  ['container', '__meta_kubernetes_pod_container_name'],
  ['endpoint', 'http-metrics'],
]);

const [{ name: PORT }] = SIDECAR.ports as [{ name: string }];

const OPTIONS = { interval: '30s', timeout: '10s', honor: true };

test('PodMonitor: selects the managers of every version, and our port', () => {
  const { selector, podMetricsEndpoints, namespaceSelector } = spec('podmonitor.yaml');
  assert.deepEqual(namespaceSelector, { matchNames: ['longhorn-system'] });
  for (const version of ['1.8', '1.12'] as const) {
    const pod = longhorn(version).find(isManager) as unknown as {
      spec: { template: { metadata: { labels: Doc } } };
    };
    for (const [label, value] of Object.entries((selector as { matchLabels: Doc }).matchLabels))
      assert.equal(pod.spec.template.metadata.labels[label], value);
  }
  const [endpoint, ...others] = podMetricsEndpoints as [Doc];
  assert.deepEqual(others, []);
  const { port, interval, scrapeTimeout: timeout, honorLabels: honor } = endpoint;
  assert.deepEqual({ port, interval, timeout, honor }, { port: PORT, ...OPTIONS });
  assert.deepEqual(labels(endpoint.relabelings), OUR_LABELS);
});

test('ServiceMonitor: selects the standalone Service', () => {
  const { selector, endpoints } = spec('servicemonitor.yaml');
  const [service] = documents(
    readFileSync(new URL('../../kustomize/standalone/service.yaml', import.meta.url), 'utf8'),
  );
  const { metadata } = service as { metadata: { labels: Doc } };
  assert.deepEqual((selector as { matchLabels: Doc }).matchLabels, metadata.labels);
  const [{ port, interval, scrapeTimeout: timeout, honorLabels: honor, relabelings }] = endpoints as [Doc];
  assert.deepEqual({ port, interval, timeout, honor }, { port: PORT, ...OPTIONS });
  // No label node: the alert on missing exporters counts the exporters that have one.
  assert.deepEqual(labels(relabelings), new Map([['job', OUR_LABELS.get('job')]]));
});

test('plain scrape configuration: adds the same labels as a PodMonitor', () => {
  const config = plainConfig();
  const { scrape_interval: interval, scrape_timeout: timeout, honor_labels: honor } = config;
  assert.deepEqual({ interval, timeout, honor }, OPTIONS);
  assert.deepEqual(labels(config.relabel_configs), new Map([...OUR_LABELS, ...ADDED_BY_THE_OPERATOR]));
  assert.deepEqual(
    (config.relabel_configs as Doc[]).find(({ action }) => action === 'keep'),
    { action: 'keep', source_labels: ['__meta_kubernetes_pod_container_port_name'], regex: PORT },
  );
});

test('plain scrape configuration: accepted by promtool', (t) => {
  if (!hasTool(t, 'promtool')) return;
  const { kubernetes_sd_configs, ...config } = plainConfig();
  // Debian builds Prometheus without Kubernetes discovery, so that part is not checked here.
  assert.deepEqual(kubernetes_sd_configs, [
    {
      role: 'pod',
      namespaces: { names: ['longhorn-system'] },
      selectors: [{ role: 'pod', label: 'app=longhorn-manager' }],
    },
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'scrape-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'prometheus.yml');
  writeFileSync(path, stringify({ scrape_configs: [{ ...config, static_configs: [] }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', path], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
