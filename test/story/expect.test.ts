/** What a story can expect of alerts. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Alert } from '../../story/alerts.ts';
import { judge, parseMatcher } from '../../story/expect.ts';

const ALERTS: readonly Alert[] = [
  { alert: 'A', state: 'firing', labels: { volume: 'a"b', namespace: 'n' } },
  { alert: 'B', state: 'pending', labels: { volume: 'x' } },
];
const KNOWN = new Set(['A', 'B', 'C']);

type Case = readonly [kind: 'firing' | 'quiet', text: string, reason: string | undefined];
const CASES: readonly Case[] = [
  ['firing', 'A', undefined],
  ['firing', 'A{volume="a\\"b"}', undefined],
  ['firing', 'A{volume="a\\"b", namespace="n"}', undefined],
  ['firing', 'A{namespace="n", cluster=""}', undefined],
  ['firing', 'A{volume="x"}', 'but there is firing A{volume="a\\"b", namespace="n"}'],
  ['firing', 'B', 'but there is pending B{volume="x"}'],
  ['firing', 'C', 'it is not even pending'],
  ['firing', 'D', 'no rule has an alert D'],
  ['quiet', 'B', undefined],
  ['quiet', 'C', undefined],
  ['quiet', 'A{volume="x"}', undefined],
  ['quiet', 'A', 'firing A{volume="a\\"b", namespace="n"}'],
  ['quiet', '*', 'firing A{volume="a\\"b", namespace="n"}'],
  ['quiet', 'D', 'no rule has an alert D'],
];

describe('expectations', () => {
  for (const [kind, text, reason] of CASES)
    test(`${kind} ${text}: ${reason ?? 'holds'}`, () => {
      const matcher = parseMatcher(text, kind === 'quiet');
      assert.ok(matcher);
      const expectation = { at: 0, atText: '0s', firing: [], quiet: [], [kind]: [matcher] };
      assert.deepEqual(judge(expectation, ALERTS, KNOWN), [
        { at: '0s', expected: `${kind} ${text}`, reason },
      ]);
    });

  for (const text of [
    '',
    'A{',
    'A{volume}',
    'A{volume=x}',
    'A{volume!="x"}',
    'A{volume="x" b="y"}',
    '{volume="x"}',
  ])
    test(`'${text}': not a matcher`, () => assert.equal(parseMatcher(text, true), undefined));
});
