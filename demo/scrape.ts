/** A Prometheus configuration that scrapes local exporters with the relabelling that we ship for clusters. */

import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** An exporter and the node whose volumes it serves; an empty node for one that serves all volumes (standalone). */
export type Target = Readonly<{ node: string; address: string }>;

/** One entry of `scrape_configs`. */
export type Job = Readonly<Record<string, unknown>>;

/** The labels that Kubernetes pod discovery would return for a port of the manager's pod. */
const discovered = (node: string, container: string, port: string) => ({
  __meta_kubernetes_namespace: 'longhorn-system',
  __meta_kubernetes_pod_name: node === '' ? 'longhorn-exporter' : `longhorn-manager-${node}`,
  __meta_kubernetes_pod_node_name: node,
  __meta_kubernetes_pod_ip: '127.0.0.1',
  __meta_kubernetes_pod_host_ip: '127.0.0.1',
  __meta_kubernetes_pod_phase: 'Running',
  __meta_kubernetes_pod_ready: 'true',
  __meta_kubernetes_pod_controller_kind: 'DaemonSet',
  __meta_kubernetes_pod_controller_name: 'longhorn-manager',
  __meta_kubernetes_pod_label_app: 'longhorn-manager',
  __meta_kubernetes_pod_labelpresent_app: 'true',
  __meta_kubernetes_pod_container_init: 'false',
  __meta_kubernetes_pod_container_name: container,
  __meta_kubernetes_pod_container_port_name: port,
  __meta_kubernetes_pod_container_port_protocol: 'TCP',
});

/** The pod's other ports are discovered too; relabelling must drop them. */
const staticConfigs = ({ node, address }: Target) => [
  { targets: [address], labels: discovered(node, 'metrics-exporter', 'http-metrics') },
  { targets: ['127.0.0.1:9500'], labels: discovered(node, 'longhorn-manager', 'manager') },
];

/** The same job with these targets instead of its discovery. */
export function withTargets(job: Job, targets: readonly Target[]): Job {
  const kept = Object.entries(job).filter(([key]) => !key.endsWith('_sd_configs'));
  return { ...Object.fromEntries(kept), static_configs: targets.flatMap(staticConfigs) };
}

const manifest = (name: string): string => new URL(`../manifests/${name}`, import.meta.url).pathname;

/** The job of `manifests/prometheus-scrape.yaml`. */
export function shippedJob(): Job {
  const { scrape_configs: jobs } = parse(readFileSync(manifest('prometheus-scrape.yaml'), 'utf8'));
  return jobs[0];
}

export const RULE_FILES = [manifest('rules.yaml'), manifest('rules-never-backed-up.yaml')];

/** The complete configuration; `interval` overrides the jobs' own intervals. */
export const prometheusConfig = (
  interval: string,
  jobs: readonly Job[],
  ruleFiles: readonly string[] = [],
): string =>
  stringify({
    global: { scrape_interval: interval, evaluation_interval: interval },
    rule_files: ruleFiles,
    scrape_configs: jobs.map((job) => ({ ...job, scrape_interval: interval, scrape_timeout: interval })),
  });
