/** The values for Longhorn's chart contain the same manifests, once Helm has rendered them as templates. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { manifest } from '../support/prometheus.ts';

const read = (name: string) => parse(readFileSync(manifest(name), 'utf8'));

/** As Helm's Go templates render it; the only action allowed is an escaped `{{`. */
function rendered(text: string): string {
  const escaped = '{{`{{`}}';
  assert.ok(!text.replaceAll(escaped, '').includes('{{'), 'no unescaped template action');
  return text.replaceAll(escaped, '{{');
}

test('extraObjects, rendered: equal the PodMonitor, the PrometheusRule and the dashboard', () => {
  const { extraObjects } = read('longhorn-chart-values.yaml');
  const after = JSON.parse(JSON.stringify(extraObjects), (_, value: unknown) =>
    typeof value === 'string' ? rendered(value) : value,
  );
  assert.deepEqual(after, ['podmonitor.yaml', 'prometheusrule.yaml', 'dashboard-configmap.yaml'].map(read));
});
