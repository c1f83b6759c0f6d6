/** The values for Longhorn's chart contain the same manifests, once Helm has rendered them as templates. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { manifest } from '../support/prometheus.ts';

const read = (name: string) => parse(readFileSync(manifest(name), 'utf8'));

/** As Go's templates render it; any action other than a text in backquotes would be a mistake. */
function rendered(text: string): string {
  const escaped = '{{`{{`}}';
  assert.ok(!text.replaceAll(escaped, '').includes('{{'), 'an action of a template that is not escaped');
  return text.replaceAll(escaped, '{{');
}

test('extraObjects, rendered: the PodMonitor, the PrometheusRule and the dashboard', () => {
  const { extraObjects } = read('longhorn-chart-values.yaml');
  const after = JSON.parse(JSON.stringify(extraObjects), (_, value: unknown) =>
    typeof value === 'string' ? rendered(value) : value,
  );
  assert.deepEqual(after, ['podmonitor.yaml', 'prometheusrule.yaml', 'dashboard-configmap.yaml'].map(read));
});
