/** The rules on trouble that comes and goes before its `for:` has passed, on schedules, and on two clusters. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasTool } from '../support/promtool.ts';
import { judgeAll, type Trial } from './rules.ts';
import { SERIES_CASES, type SeriesCase } from './series.ts';

const LABELS = '{volume="pvc-1", namespace="shop"}';
const key = ({ alert, title }: SeriesCase): string => `${alert}: ${title}`;

function trialOf({ alert, series, fires = [], quiet = [], count = 1 }: SeriesCase): Trial {
  const firing = (at: number, gives: number) => ({
    at,
    query: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
    gives: gives === 0 ? {} : { '{}': gives },
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
  let verdicts: ReadonlyMap<string, string> | undefined;
  for (const each of SERIES_CASES) {
    test(key(each), (t) => {
      if (!hasTool(t, 'promtool')) return;
      verdicts ??= judgeAll(new Map(SERIES_CASES.map((one) => [key(one), trialOf(one)])));
      assert.equal(verdicts.get(key(each)), '');
    });
  }
});
