/** The rules on made-up series: trouble that ends before the `for:` has passed, schedules, and two clusters. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { type RuleTest, runRuleTests } from './rules.ts';
import { SERIES_CASES, type SeriesCase } from './series.ts';

const LABELS = '{volume="pvc-1", namespace="shop"}';
const key = ({ alert, title }: SeriesCase): string => `${alert}: ${title}`;

function ruleTestOf({ alert, series, fires = [], quiet = [], count = 1 }: SeriesCase): RuleTest {
  const firing = (at: number, alerts: number) => ({
    at,
    query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
    expected: alerts === 0 ? {} : { '{}': alerts },
  });
  return {
    alerts: [alert],
    every: Math.max(...fires, ...quiet) > 12 * 60 ? 5 : 1,
    series: Object.entries(series).map(([name, values]) => ({
      series: name.includes('{') ? name : `${name}${LABELS}`,
      values,
    })),
    queries: [...fires.map((at) => firing(at, count)), ...quiet.map((at) => firing(at, 0))],
  };
}

describe('alerts on series', () => {
  let results: ReadonlyMap<string, string> | undefined;
  for (const each of SERIES_CASES) {
    test(key(each), (t) => {
      if (!hasTool(t, 'promtool')) return;
      results ??= runRuleTests(new Map(SERIES_CASES.map((one) => [key(one), ruleTestOf(one)])));
      assert.equal(results.get(key(each)), '');
    });
  }
});
