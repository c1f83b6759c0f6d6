/** pint's offline checks of the rules, for machines without pint. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../src/config/duration.ts';
import { ALERTS, type Alert } from './rules.ts';

const seconds = (duration: string): number => (parseDuration(duration) ?? 0) / 1000;

/** The queries in a description, each with the labels that are read from its result. */
function* lookups({ annotations }: Alert): Generator<{ query: string; read: string[] }> {
  for (const [, query = '', rest = ''] of annotations.description.matchAll(
    /printf "((?:[^"\\]|\\.)*)"(.*?)(?=\{\{-? ?with printf|$)/gs,
  ))
    yield {
      query,
      read: [...rest.matchAll(/\.Labels\.(\w+)|sortByLabel "(\w+)"/g)].map(([, a, b]) => a ?? b ?? ''),
    };
}

const SCRAPE_SECONDS = 30;
/** Prometheus keeps 15 days by default. */
const RETENTION_SECONDS = 15 * 86_400;

/** Checks by their name in pint; each yields what is wrong with a rule. */
const CHECKS: Readonly<Record<string, (rule: Alert) => Iterable<string>>> = {
  'alerts/comparison': ({ expr }) =>
    /[^!=<>]([=!]=|[<>]=?)[^=~]|\babsent\(|\bunless\b/.test(expr) ? [] : ['no comparison'],
  'alerts/for': (rule) => (rule.for !== undefined && seconds(rule.for) === 0 ? ['for: is zero'] : []),
  'alerts/absent': (rule) =>
    /\babsent\(/.test(rule.expr) && seconds(rule.for ?? '0s') < 2 * SCRAPE_SECONDS
      ? ['absent() with a for: shorter than two scrapes']
      : [],
  'alerts/template: no value in a label': ({ labels }) =>
    Object.values(labels).filter((label) => /\$value|\.Value/.test(label)),
  *'alerts/template: reads only labels that its query returns'(rule) {
    for (const { query, read } of lookups(rule)) {
      const returned = /by \(([^)]*)\)/.exec(query)?.[1]?.split(', ') ?? [];
      yield* read.filter((label) => !returned.includes(label)).map((label) => `${label} of ${query}`);
    }
  },
  'promql/fragile': ({ expr }) => expr.match(/\b(topk|bottomk|limitk|limit_ratio)\b/g) ?? [],
  'promql/regexp: no pattern where a string is enough': ({ expr }) =>
    [...expr.matchAll(/[=!]~"([^"]*)"/g)]
      .map(([, text = '']) => text)
      .filter((text) => /^[\w-]*$/.test(text)),
  'promql/regexp: no anchors': ({ expr }) => expr.match(/[=!]~"(\^[^"]*|[^"]*\$)"/g) ?? [],
  'promql/rate': ({ expr }) =>
    [...expr.matchAll(/\b(?:rate|increase)\([^[]*\[(\w+)\]/g)]
      .filter(([, range = '']) => seconds(range) < 4 * SCRAPE_SECONDS)
      .map(([all]) => all),
  'promql/counter': ({ expr }) =>
    expr.match(
      /(?<!\b(rate|increase|resets|changes|max_over_time|last_over_time)\()\blonghorn_\w+_total\b/g,
    ) ?? [],
  'promql/range_query': ({ expr }) =>
    [...expr.matchAll(/\[(\w+)(?::\w*)?\]/g)]
      .filter(([, range = '']) => seconds(range) > RETENTION_SECONDS)
      .map(([all]) => all),
  'rule/duplicate': ({ alert, expr }) =>
    ALERTS.filter((other) => other.alert === alert || other.expr === expr).length > 1
      ? ['name or expression is used twice']
      : [],
};

for (const [name, check] of Object.entries(CHECKS)) {
  test(`${name}: no rule violates it`, () => {
    const complaints = ALERTS.flatMap((rule) => [...check(rule)].map((text) => `${rule.alert}: ${text}`));
    assert.deepEqual(complaints, []);
  });
}

const RULE: Alert = {
  alert: 'Bad',
  expr: 'sum(up{job=~"^x"})',
  for: '0s',
  labels: { severity: '{{ $value }}' },
  annotations: {
    summary: '',
    description: '{{ with printf "sum by (pvc) (up)" | query }}{{ . | first | .Labels.workload }}{{ end }}',
    runbook_url: '',
  },
};

/** What RULE lacks for a check to complain about it. */
const BAD: Readonly<Record<string, Partial<Alert>>> = {
  'alerts/absent': { expr: 'absent(up)' },
  'promql/fragile': { expr: 'topk(3, up) > 1' },
  'promql/regexp: no pattern where a string is enough': { expr: 'up{job=~"x"} == 0' },
  'promql/rate': { expr: 'rate(x_total[1m]) > 0' },
  'promql/counter': { expr: 'longhorn_x_total > 3' },
  'promql/range_query': { expr: 'max_over_time(up[30d]) > 0' },
  'rule/duplicate': { alert: ALERTS[0]?.alert ?? '', expr: ALERTS[1]?.expr ?? '' },
};

for (const [name, check] of Object.entries(CHECKS)) {
  test(`${name}: a violation is found`, () => {
    assert.notDeepEqual([...check({ ...RULE, ...BAD[name] })], []);
  });
}
