import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseDuration } from '../../src/config/duration.ts';

const DAY = 86_400_000;

/** The regular expression of Prometheus' model.ParseDuration. */
const PROMETHEUS = /^(([0-9]+)y)?(([0-9]+)w)?(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?(([0-9]+)ms)?$/;

const UNITS = { y: 365 * DAY, w: 7 * DAY, d: DAY, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['0', 0],
    ['0s', 0],
    ['0ms', 0],
    ['1ms', 1],
    ['500ms', 500],
    ['5s', 5_000],
    ['60s', 60_000],
    ['1m', 60_000],
    ['90m', 5_400_000],
    ['1m30s', 90_000],
    ['1h30m', 5_400_000],
    ['1s500ms', 1_500],
    ['1d', DAY],
    ['2w', 14 * DAY],
    ['1y', 365 * DAY],
    ['1y2w3d4h5m6s7ms', 365 * DAY + 17 * DAY + 4 * 3_600_000 + 5 * 60_000 + 6_007],
    ['007s', 7_000],
    ['100m', 6_000_000],
    ['999999999ms', 999_999_999],
  ] as const) {
    test(`${text}: ${ms} ms`, () => {
      assert.equal(parseDuration(text), ms);
    });
  }

  for (const text of [
    '',
    ' ',
    '5',
    '00',
    '-5s',
    '+5s',
    '1.5s',
    '.5s',
    '1,5s',
    '5 s',
    ' 5s',
    '5s ',
    '5s\n',
    '5S',
    '5M',
    '5sec',
    '5us',
    '5µs',
    '5ns',
    's',
    'ms',
    '5ss',
    '5s5s',
    '30s1m',
    '5ms1s',
    '1m1h',
    '1e3s',
    '0x5s',
    '٥s',
    '５s',
    'NaN',
    'Infinity',
    '5m; rm -rf /',
  ]) {
    test(`${JSON.stringify(text)}: not a duration`, () => {
      assert.equal(parseDuration(text), undefined);
    });
  }

  test('any valid text: the sum of its units', () => {
    const counts = fc.record(
      Object.fromEntries(Object.keys(UNITS).map((unit) => [unit, fc.option(fc.nat(999))])),
    );
    fc.assert(
      fc.property(counts, (given) => {
        const parts = Object.entries(UNITS).filter(([unit]) => given[unit] != null);
        fc.pre(parts.length > 0);
        const text = parts.map(([unit]) => `${given[unit]}${unit}`).join('');
        const ms = parts.reduce((sum, [unit, size]) => sum + (given[unit] ?? 0) * size, 0);
        assert.equal(parseDuration(text), ms);
      }),
    );
  });

  test('any text: accepted exactly if Prometheus accepts it', () => {
    const token = fc.constantFrom('y', 'w', 'd', 'h', 'm', 's', 'ms', '0', '1', '42', '-', '.', ' ', 'x');
    fc.assert(
      fc.property(fc.string({ unit: token, maxLength: 8 }), (text) => {
        // Prometheus also accepts a lone zero, but not an empty text.
        const accepted = text === '0' || (text !== '' && PROMETHEUS.test(text));
        fc.pre(!/\d{10}/.test(text));
        assert.equal(parseDuration(text) !== undefined, accepted);
      }),
      { numRuns: 2_000 },
    );
  });

  test('any text: undefined or a non-negative integer, without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const ms = parseDuration(text);
        assert.ok(ms === undefined || (Number.isInteger(ms) && ms >= 0), `${ms}`);
      }),
    );
  });

  test('long invalid text: fast', { timeout: 1_000 }, () => {
    assert.equal(parseDuration('1'.repeat(1_000_000)), undefined);
    assert.equal(parseDuration('1s'.repeat(500_000)), undefined);
  });
});
