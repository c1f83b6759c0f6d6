/** The rules use only families and labels that the code serves. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { unserved, uses } from '../support/queries.ts';
import { ALERTS } from './rules.ts';

/** The queries in a template, with placeholders for values known only at run time. */
const queriesIn = (template: string): string[] =>
  [...template.matchAll(/printf "([^"]*)"[^|}]*\| query/g)].map(([, query = '']) =>
    query.replaceAll('%q', '"x"'),
  );

for (const { alert, expr, annotations } of ALERTS) {
  test(`${alert}: uses only families and labels that are served`, () => {
    for (const query of [expr, ...queriesIn(annotations.description)]) {
      assert.notDeepEqual(uses(query), [], query);
      assert.deepEqual(unserved(query), [], query);
    }
  });
}

test('description that names a volume: looks up its PVC', () => {
  for (const { alert, annotations } of ALERTS) {
    const namesVolume = annotations.description.includes('$labels.volume');
    const looksUpPvc = queriesIn(annotations.description).some((query) =>
      query.startsWith('max by (pvc, workload)'),
    );
    assert.equal(looksUpPvc, namesVolume, alert);
  }
});

/** Without that label, a ruler for several clusters would mix volumes of the same name. */
test('every grouping, join and lookup: has the label cluster', () => {
  for (const { alert, expr, annotations } of ALERTS) {
    for (const [list] of expr.matchAll(/\b(by|on) ?\([^)]*\)/g))
      assert.match(list, /\bcluster\b/, `${alert}: ${list}`);
    assert.doesNotMatch(expr, /\b(sum|max|min|count|avg|group|topk) ?\((?!$)/, `${alert} groups by nothing`);
    for (const [operator] of expr.matchAll(/\b(and|unless)\b(?! on)/g))
      assert.fail(`${alert}: ${operator} without on`);
    for (const query of queriesIn(annotations.description)) assert.match(query, /\{cluster="x"/, alert);
  }
});

for (const { alert } of ALERTS) {
  test(`runbook of ${alert}: has queries, which use only families and labels that are served`, () => {
    const page = readFileSync(new URL(`../../docs/runbooks/${alert}.md`, import.meta.url), 'utf8');
    const blocks = [...page.matchAll(/```promql\n([\s\S]*?)```/g)].map(([, block = '']) => block.trim());
    const queries = blocks.flatMap((block) => block.split('\n'));
    assert.notDeepEqual(queries, []);
    for (const query of queries) {
      assert.notDeepEqual(uses(query), [], query);
      assert.deepEqual(unserved(query), [], query);
    }
  });
}

const COMPLAINTS: readonly (readonly [query: string, ...complaints: string[]])[] = [
  ['longhorn_volume_helthy', 'no family longhorn_volume_helthy'],
  ['longhorn_volume_healthy{pvc="a"}', 'longhorn_volume_healthy has no label pvc'],
  ['max by (pvc) (longhorn_volume_healthy)', 'no family here has a label pvc'],
  ['sum(longhorn_up) by (nodes)', 'no family here has a label nodes'],
  ['longhorn_up * on (instance, pod) longhorn_volume_info', 'no family here has a label pod'],
  [
    'label_values(longhorn_volume_info{namespace=~"$namespace"}, volumes)',
    'no family here has a label volumes',
  ],
  ['label_replace(longhorn_up, "a", "$1", "b", "(.*)")', 'no family here has a label b'],
  ['rate(longhorn_rebuild_duration_seconds[5m])', 'no family longhorn_rebuild_duration_seconds'],
  ['{volume="a"}', 'a selector without a family'],
  [
    'sum by (a) (longhorn_up{b="}", c=~`"`})',
    'longhorn_up has no label b',
    'longhorn_up has no label c',
    'no family here has a label a',
  ],
];

for (const [query, ...complaints] of COMPLAINTS) {
  test(`${query}: ${complaints.join('; ')}`, () => assert.deepEqual(unserved(query), complaints));
}

const SERVED = [
  'histogram_quantile(0.9, sum by (le, target) (rate(longhorn_backup_duration_seconds_bucket[$__rate_interval])))',
  'time() - max by (volume) (longhorn_volume_info{volume=~"$volume", pvc!=""} offset 5m) > bool 1e3 # a comment',
  'label_values(longhorn_volume_info{namespace=~"$namespace"}, volume)',
  'sum by (a) (label_replace(longhorn_up{job="x"}, "a", "$1", "node", "(.*)")) or on () vector(0)',
  'longhorn_volume_healthy * on (volume, namespace) group_left (pvc) longhorn_volume_info @ end()',
  'count(ALERTS{alertname=~"Longhorn.*", alertstate="firing", volume="$volume"}) + Inf',
  '{__name__="longhorn_up", node="a"} unless process_resident_memory_bytes',
];

for (const query of SERVED) test(`${query}: no complaint`, () => assert.deepEqual(unserved(query), []));
