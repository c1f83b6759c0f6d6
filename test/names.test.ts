/** The names of all families follow Prometheus' conventions and do not collide with the manager's. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { TABLES } from '../docs/generate.ts';
import { type Family, labelsOf } from '../src/metrics/family.ts';
import { HISTOGRAMS } from '../src/metrics/histograms.ts';

const FAMILIES: { name: string; type: string; help: string; labels: string[] }[] = [
  ...TABLES.flatMap((table) =>
    table.families.map((family: Family<never>) => ({
      ...family,
      labels: [...table.labels, ...labelsOf(family)],
    })),
  ),
  ...HISTOGRAMS.map((row) => ({
    ...row,
    type: 'histogram',
    labels: [...row.labels],
  })),
];

/** Names of longhorn-manager 1.12's own metrics, and one that is announced. */
const UPSTREAM = readFileSync(new URL('fixtures/upstream-metric-names.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test("metric names: none is the manager's, and none is used twice", () => {
  const names = FAMILIES.map(({ name }) => name);
  assert.ok(UPSTREAM.length > 50);
  assert.deepEqual(
    names.filter((name) => UPSTREAM.includes(name)),
    [],
  );
  assert.equal(new Set(names).size, names.length);
});

for (const { name, type, help, labels } of FAMILIES) {
  test(`${name}: follows the naming conventions`, () => {
    assert.match(name, /^longhorn_[a-z]+(_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), type === 'counter', 'counters, and only counters, end in _total');
    assert.doesNotMatch(name, /_(gauge|counter|histogram|percent|minutes|hours|milliseconds)(_|$)/);
    assert.ok(help.endsWith('.') && help.length > 5, 'help is a sentence');
    assert.equal(new Set(labels).size, labels.length, 'label names are unique');
    // Families of nodes need the label `node`; scrapes must honor labels anyway, for `namespace`.
    const reserved = ['job', 'instance', 'le', 'quantile', 'pod', 'container'];
    if (!name.startsWith('longhorn_node_')) reserved.push('node');
    for (const label of labels) {
      assert.match(label, /^[a-z]+(_[a-z]+)*$/);
      assert.ok(!reserved.includes(label), label);
    }
  });
}
