/** The label `namespace` in a real Prometheus that keeps our labels, overrides them, or uses the fixes of docs/install.md. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { yamlBelow } from '../kustomize/guide.ts';
import { instantQuery, startScraping, waitForResult } from '../support/prometheus.ts';
import { hasTool } from '../support/promtool.ts';

/** A volume with a PVC, one without, and a series of the exporter's own. */
const EXPOSITION = `longhorn_volume_healthy{volume="with",namespace="shop"} 1
longhorn_volume_healthy{volume="without",namespace=""} 1
longhorn_up 1
`;

async function exporter(t: TestContext): Promise<string> {
  const server = createServer((_, response) => response.end(EXPOSITION));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Relabeling {
  readonly sourceLabels?: readonly string[];
  readonly targetLabel?: string;
  readonly [field: string]: unknown;
}

/** As the operator writes them for Prometheus. */
const forPrometheus = (relabelings: readonly Relabeling[]) =>
  relabelings.map(({ sourceLabels, targetLabel, ...rest }) => ({
    ...(sourceLabels && { source_labels: sourceLabels }),
    ...(targetLabel && { target_label: targetLabel }),
    ...rest,
  }));

const fixes = () =>
  yamlBelow('When Prometheus overrides labels').map((block) =>
    forPrometheus((block as { metricRelabelings: Relabeling[] }).metricRelabelings),
  );

test("label namespace of volumes: the PVC's if Prometheus honors labels; if not, install.md says how to keep it", async (t) => {
  if (!hasTool(t, 'prometheus')) return;
  const address = await exporter(t);
  const [override, enforce] = fixes();
  assert.ok(override && enforce, 'install.md has two fixes');
  const enforced = { target_label: 'namespace', replacement: 'longhorn-system' };
  const job = (job_name: string, honor_labels: boolean, metric_relabel_configs: unknown[] = []) => ({
    job_name,
    honor_labels,
    metric_relabel_configs,
    static_configs: [{ targets: [address], labels: { namespace: 'longhorn-system' } }],
  });
  const jobs = [
    job('honored', true),
    job('overridden', false),
    job('overridden, fixed', false, override),
    job('enforced', true, [enforced]),
    job('enforced, fixed', true, [...enforce, enforced]),
  ];
  const prometheus = await startScraping(t, jobs);
  for (const { job_name } of jobs) await waitForResult(prometheus, `longhorn_up{job="${job_name}"}`);

  const labelsIn = async (name: string) => {
    const series = await instantQuery(prometheus, `{__name__=~"longhorn_.*", job="${name}"}`);
    return Object.fromEntries(
      series.map(({ metric: { __name__, instance, job, volume, ...labels } }) => [
        volume ?? 'exporter',
        labels,
      ]),
    );
  };
  const exporterLabels = { namespace: 'longhorn-system' };
  const honored = { with: { namespace: 'shop' }, without: {}, exporter: exporterLabels };
  assert.deepEqual(await labelsIn('honored'), honored);
  assert.deepEqual(await labelsIn('overridden'), {
    with: { namespace: 'longhorn-system', exported_namespace: 'shop' },
    without: exporterLabels,
    exporter: exporterLabels,
  });
  assert.deepEqual(await labelsIn('overridden, fixed'), honored);
  assert.deepEqual(await labelsIn('enforced'), {
    with: exporterLabels,
    without: exporterLabels,
    exporter: exporterLabels,
  });
  assert.deepEqual(await labelsIn('enforced, fixed'), {
    with: { namespace: 'longhorn-system', pvc_namespace: 'shop' },
    without: exporterLabels,
    exporter: exporterLabels,
  });
});
