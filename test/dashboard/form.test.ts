/** The dashboard's JSON: layout, data source, units, descriptions, and the labels that its queries select. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { RULE_FILES } from '../../demo/scrape.ts';
import { unserved } from '../support/queries.ts';
import { CHARTS, DASHBOARD, isChart, QUERIES, selectorsIn, TEXT, VARIABLES } from './dashboard.ts';

const DATASOURCE = { type: 'prometheus', uid: '${' + 'datasource}' };

test('panels: unique IDs and titles, no overlap on the grid', () => {
  const { panels } = DASHBOARD;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length);
  const taken = new Map<string, string>();
  for (const { title, gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    assert.ok(x >= 0 && x + w <= 24 && w > 0 && h > 0, `${title} is off the grid`);
    for (let column = x; column < x + w; column++) {
      for (let line = y; line < y + h; line++) {
        const cell = `${column},${line}`;
        assert.equal(taken.get(cell), undefined, `${title} overlaps another panel`);
        taken.set(cell, title);
      }
    }
  }
  // No holes either: Grafana would move panels up into them.
  const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  assert.equal(taken.size, 24 * bottom);
});

test('rows and panels: at least five rows, and listed in the order of the grid', () => {
  const rows = DASHBOARD.panels.filter((panel) => !isChart(panel));
  assert.ok(rows.length >= 5, `only ${rows.length} rows`);
  const order = DASHBOARD.panels.map(({ gridPos: { x, y } }) => y * 24 + x);
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

test('every panel: describes itself with a metric, and has a unit', () => {
  for (const { title, description, fieldConfig } of CHARTS) {
    assert.match(description, /\b(longhorn_\w+|process_\w+|up)\b/, title);
    assert.match(description, /\.$/, title);
    assert.match(
      fieldConfig.defaults.unit ?? '',
      /^(none|s|ms|bytes|Bps|percentunit|suffix:\/h)$/,
      `${title} has a unit`,
    );
  }
});

/** With 2,000 volumes, each step of a query over all of them costs Prometheus about 5 ms. */
test('panel over time: at most 240 points', () => {
  for (const { title, targets, maxDataPoints } of CHARTS)
    if (targets.some(({ range }) => range))
      assert.ok((maxDataPoints ?? Number.POSITIVE_INFINITY) <= 240, title);
});

test('description of a panel: names only families that the panel queries', () => {
  for (const { title, description, targets } of CHARTS) {
    const queries = targets.map(({ expr }) => expr).join('\n');
    for (const [family] of description.matchAll(/\b(longhorn|process)_\w+[a-z]\b/g)) {
      assert.ok(queries.includes(family), `${title} does not query ${family}`);
    }
  }
});

test('queries: all use the selected data source', () => {
  assert.deepEqual(
    DASHBOARD.templating.list.map(({ name }) => name),
    ['datasource', 'cluster', 'job', 'namespace', 'volume'],
  );
  for (const { name, type, datasource, allValue } of DASHBOARD.templating.list) {
    if (type === 'datasource') continue;
    assert.deepEqual(datasource, DATASOURCE, name);
    // Includes series without the label, such as volumes without a namespace; a scraped series always has a job.
    assert.equal(allValue, name === 'job' ? '.+' : '.*', name);
  }
  for (const { title, datasource, targets } of CHARTS) {
    assert.deepEqual(datasource, DATASOURCE, title);
    for (const target of targets) {
      assert.deepEqual(target.datasource, DATASOURCE, title);
      assert.notEqual(target.instant, target.range, title);
    }
  }
  assert.doesNotMatch(TEXT, /__inputs|DS_PROMETHEUS/);
});

test('queries: use only families and labels that are served', () => {
  const complaints = [...QUERIES, ...VARIABLES].flatMap(({ where, expr }) =>
    unserved(expr).map((complaint) => `${where}: ${complaint}`),
  );
  assert.deepEqual(complaints, []);
});

/** Two exporters can serve the same volume for a moment, so such series are never summed without deduplication. */
test('queries on volumes: limited to the selection, and deduplicated', () => {
  for (const { where, expr } of QUERIES) {
    for (const [selector] of expr.matchAll(/longhorn_(volume|backup)_\w+(\{[^}]*\})?/g)) {
      if (/^longhorn_backup_(target_available|(duration|queue|upload)_seconds)/.test(selector)) continue;
      assert.match(
        selector,
        /\{cluster=~"\$cluster", job=~"\$job", namespace=~"\$namespace", volume=~"\$volume"/,
        where,
      );
    }
    assert.doesNotMatch(
      expr,
      /\b(sum|avg|count)( by \([^)]*\))? ?\((increase\(|rate\()?longhorn_volume_/,
      where,
    );
    assert.doesNotMatch(
      expr,
      /\b(sum|avg|count)( by \([^)]*\))? ?\((increase\(|rate\()?longhorn_backup_(?!duration|queue|upload_seconds)/,
      where,
    );
  }
});

test('queries: limited to the selected clusters and jobs, and groupings have the label cluster', () => {
  for (const { where, expr } of QUERIES) {
    for (const selector of selectorsIn(expr))
      assert.match(selector, /\{cluster=~"\$cluster", job=~"\$job"/, `${where}: ${selector}`);
    for (const [grouping] of expr.matchAll(
      /\b(by|on) \([^)]*\b(volume|node|target|stream|instance)\b[^)]*\)/g,
    ))
      assert.match(grouping, /\bcluster\b/, `${where}: ${grouping}`);
  }
});

test('renamed and styled table columns: exist', () => {
  for (const { title, type, targets, transformations = [], fieldConfig } of CHARTS) {
    if (type !== 'table') continue;
    const organize = transformations.find(({ id }) => id === 'organize')?.options;
    const renamed = Object.entries(organize?.renameByName ?? {});
    const values = targets.map(({ refId }) => `Value #${refId}`);
    assert.deepEqual(
      renamed.map(([from]) => from).filter((from) => from.startsWith('Value')),
      values,
      title,
    );
    const columns = [...Object.keys(organize?.indexByName ?? {}), ...renamed.map(([, to]) => to)];
    for (const { matcher } of fieldConfig.overrides) {
      assert.ok(columns.includes(matcher.options), `${title} has no column ${matcher.options}`);
    }
  }
});

test('every alert: named in the description of a panel, from which its link is made', () => {
  const named = CHARTS.flatMap(
    ({ description }) => description.match(/(?<=\bAlerts?: .*)Longhorn\w+/g) ?? [],
  );
  const alerts = RULE_FILES.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/alert: (\w+)/g)]);
  assert.deepEqual([...new Set(named)].sort(), alerts.map(([, name]) => name).sort());
});
