/** Scraped series are written in promtool's notation, and promtool's output is parsed. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAlerts } from '../../story/alerts.ts';
import { createRecording } from '../../story/series.ts';

/** The value of `a` served each minute, `-` for none, and the notation of the series. */
const VALUES: readonly (readonly [served: string, notation: string])[] = [
  ['1 1 1', '1+0x2'],
  ['1 2 2', '1 2+0x1'],
  ['- - 1', '_x2 1'],
  ['1 - 1', '1 stale 1'],
  ['1 - - - 1', '1 stale _x2 1'],
  ['1 1 -', '1+0x1 stale'],
  ['1 - - -', '1 stale _x2'],
  ['NaN NaN +Inf -Inf', 'NaN NaN Inf -Inf'],
  ['1e+21 1e+21 -5e-7 0', '1e+21+0x1 -5e-7 0'],
];

describe('series in promtool’s notation', () => {
  for (const [served, notation] of VALUES)
    test(`${served}: ${notation}`, () => {
      const recording = createRecording(0, {}, () => true);
      const values = served.split(' ');
      for (const [minute, value] of values.entries())
        recording.scrape(minute, value === '-' ? '# HELP a b\n' : `a ${value}\n`);
      const found = recording.series(values.length).find(({ series }) => series === 'a{}');
      assert.equal(found?.values, notation);
    });

  test('target labels are kept, timestamps are relative to the start, other families are left out', () => {
    const recording = createRecording(1_000, { job: 'j', namespace: 'n' }, (name) => name !== 'out');
    recording.scrape(
      0,
      'a_timestamp_seconds{namespace="",x="}, y=\\"\\\\"} 1060\nb{job_id="1"} 1060\nout 1\n',
    );
    assert.deepEqual(recording.series(1), [
      { series: 'up{job="j",namespace="n"}', values: '1' },
      { series: 'a_timestamp_seconds{namespace="",x="}, y=\\"\\\\",job="j"}', values: '60' },
      { series: 'b{job_id="1",job="j",namespace="n"}', values: '1060' },
    ]);
  });
});

describe('alerts in promtool’s output', () => {
  const failureAt = (time: string, got: string) =>
    `    expr: "ALERTS", time: ${time},\n        exp: nil\n        got: ${got}\n`;

  test('labels quoted as in Go: unquoted', () => {
    const first =
      '{__name__="ALERTS", alertname="A", alertstate="firing", v="a\\"}, {\\\\\\n\\x01é\\u200b\\U000e0001"} 1E+00';
    const second = '{__name__="ALERTS", alertname="B", alertstate="pending"} 1E+00';
    assert.deepEqual(
      [...readAlerts(`  FAILED:\n${failureAt('1m30s', `${first}, ${second}`)}${failureAt('1d', second)}`)],
      [
        [
          90_000,
          [
            { alert: 'A', state: 'firing', labels: { v: 'a"}, {\\\n\u0001é\u200b\u{e0001}' } },
            { alert: 'B', state: 'pending', labels: {} },
          ],
        ],
        [86_400_000, [{ alert: 'B', state: 'pending', labels: {} }]],
      ],
    );
  });

  test('no output: no alert', () => assert.deepEqual([...readAlerts('')], []));

  test('any other line: an error', () => {
    const text = `  FAILED:\n${failureAt('1m', '{alertname="B", alertstate="pending"} 1E+00')}    rule: A, time: 1m0s, err: x\n`;
    assert.throws(() => readAlerts(text), {
      message: 'the rules cannot be evaluated: rule: A, time: 1m0s, err: x',
    });
  });
});
