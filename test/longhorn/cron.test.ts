/** Cron schedules as Kubernetes interprets them; random ones are compared with a second library. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import fc from 'fast-check';
import { parseSchedule } from '../../src/longhorn/cron.ts';

const iso = (ms: number | undefined) => ms && new Date(ms).toISOString().replace(':00.000Z', 'Z');

/** The first runs after a time. */
function runs(text: string, after: string, count: number, zone = 'UTC'): (string | number | undefined)[] {
  const schedule = parseSchedule(text, zone);
  let at: number | undefined = Date.parse(after);
  return Array.from({ length: count }, () => {
    at = at === undefined ? undefined : schedule.next(at);
    return iso(at);
  });
}

describe('next runs of a schedule', () => {
  const table: [text: string, after: string, ...runs: string[]][] = [
    ['0 2 * * *', '2026-11-22T06:00Z', '2026-11-23T02:00Z', '2026-11-24T02:00Z'],
    ['0 2 * * *', '2026-11-22T02:00Z', '2026-11-23T02:00Z'],
    ['@daily', '2026-11-22T06:00Z', '2026-11-23T00:00Z'],
    ['@midnight', '2026-11-22T06:00Z', '2026-11-23T00:00Z'],
    ['@hourly', '2026-11-22T06:30Z', '2026-11-22T07:00Z'],
    ['@weekly', '2026-11-22T06:00Z', '2026-11-29T00:00Z'],
    ['@monthly', '2026-11-22T06:00Z', '2026-12-01T00:00Z'],
    ['@yearly', '2026-11-22T06:00Z', '2027-01-01T00:00Z'],
    ['@annually', '2026-11-22T06:00Z', '2027-01-01T00:00Z'],
    ['@every 90m', '2026-11-22T06:00Z', '2026-11-22T07:30Z', '2026-11-22T09:00Z'],
    ['5/15 * * * *', '2026-11-22T06:00Z', '2026-11-22T06:05Z', '2026-11-22T06:20Z', '2026-11-22T06:35Z'],
    ['*/90 * * * *', '2026-11-22T06:10Z', '2026-11-22T07:00Z', '2026-11-22T08:00Z'],
    ['0 8-18/4 * * MON-FRI', '2026-11-22T06:00Z', '2026-11-23T08:00Z', '2026-11-23T12:00Z'],
    ['0 0 ? JAN,jul sun', '2026-11-22T06:00Z', '2027-01-03T00:00Z'],
    [
      '0 0 13 * 5',
      '2026-11-22T06:00Z',
      '2026-11-27T00:00Z',
      '2026-12-04T00:00Z',
      '2026-12-11T00:00Z',
      '2026-12-13T00:00Z',
    ],
    ['0 0 31 * *', '2026-11-22T06:00Z', '2026-12-31T00:00Z', '2027-01-31T00:00Z', '2027-03-31T00:00Z'],
    ['0 0 29 2 *', '2026-11-22T06:00Z', '2028-02-29T00:00Z'],
    ['CRON_TZ=Europe/Berlin 30 3 * * 0', '2026-11-22T06:00Z', '2026-11-29T02:30Z'],
    ['TZ=America/New_York 0 9 * * *', '2026-11-22T06:00Z', '2026-11-22T14:00Z'],
    ['  0   2 * * *  ', '2026-11-22T06:00Z', '2026-11-23T02:00Z'],
  ];
  for (const [text, after, ...expected] of table) {
    test(`${text}, after ${after}: ${expected.join(', ')}`, () =>
      assert.deepEqual(runs(text, after, expected.length), expected));
  }

  test('0 0 30 2 *: none', () => assert.deepEqual(runs('0 0 30 2 *', '2026-11-22T06:00Z', 1), [undefined]));

  test('schedule that never runs: the library searches once, however many volumes have it', (t) => {
    const search = t.mock.method(Cron.prototype, 'nextRun');
    const schedule = parseSchedule('0 0 31 2 *', 'UTC');
    for (const after of ['2026-11-22T06:00Z', '2026-11-23T06:00Z', '2026-11-21T06:00Z'])
      assert.equal(schedule.next(Date.parse(after)), undefined);
    assert.equal(search.mock.callCount(), 1);
  });
});

describe('summer time in Berlin', () => {
  const table: [text: string, after: string, when: string, ...runs: string[]][] = [
    ['0 2 * * *', '2026-11-22T06:00Z', 'in winter', '2026-11-23T01:00Z'],
    ['0 2 * * *', '2026-07-22T06:00Z', 'in summer', '2026-07-23T00:00Z'],
    // 2:30 does not exist that night, and Kubernetes does not run the job at another time.
    ['30 2 * * *', '2026-03-28T06:00Z', 'in the skipped hour', '2026-03-30T00:30Z'],
    ['30 2 * * 0', '2026-03-28T06:00Z', 'in the skipped hour, once a week', '2026-04-05T00:30Z'],
    ['30 3 * * *', '2026-03-28T06:00Z', 'in the hour after the skipped one', '2026-03-29T01:30Z'],
    ['30 2 * * *', '2026-10-24T06:00Z', 'in the hour that is repeated', '2026-10-25T00:30Z'],
    [
      '0 * * * *',
      '2026-10-25T00:00Z',
      'every hour of the night with the repeated hour',
      '2026-10-25T01:00Z',
      '2026-10-25T02:00Z',
    ],
  ];
  for (const [text, after, when, ...expected] of table) {
    test(`${text}, ${when}: ${expected.join(', ')}`, () =>
      assert.deepEqual(runs(text, after, expected.length, 'Europe/Berlin'), expected));
  }
});

describe('invalid schedules', () => {
  const texts = [
    '',
    '* * * *',
    '* * * * * *',
    '2026-12-01T00:00:00',
    'foo',
    '61 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '*/0 * * * *',
    '0 22-2 * * *',
    '@every',
    '@every soon',
    '@reboot',
    'CRON_TZ=Middle/Earth 0 2 * * *',
  ];
  for (const text of texts)
    test(`'${text}': rejected`, () => assert.throws(() => parseSchedule(text, 'UTC')));
});

/** One field of a pattern, in the syntax that both libraries interpret in the same way. */
const field = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.tuple(fc.oneof(fc.constant('*'), range), fc.integer({ min: 1, max: max - min }));
  return fc.oneof(
    { arbitrary: fc.constant('*'), weight: 4 },
    fc.uniqueArray(value.map(String), { minLength: 1, maxLength: 3 }).map((values) => values.join(',')),
    range,
    step.map(([from, by]) => `${from}/${by}`),
  );
};

test('any pattern: the same next runs as those of a second library', () => {
  const minute = fc.integer({ min: 0, max: 59 }).map(String);
  // The libraries differ if both days are given: the first table has a row for that.
  const days = fc.oneof(fc.tuple(field(1, 31), fc.constant('*')), fc.tuple(fc.constant('*'), field(0, 6)));
  const pattern = fc
    .tuple(fc.oneof(minute, field(0, 59)), field(0, 23), days, field(1, 12))
    .map(([minutes, hours, [day, weekday], month]) => [minutes, hours, day, month, weekday].join(' '));
  const after = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
  fc.assert(
    fc.property(pattern, after, (text, from) => {
      const other = parseOther(text, from);
      const schedule = parseSchedule(text, 'UTC');
      let at: number | undefined = from;
      for (let i = 0; i < 3; i++) {
        at = at === undefined ? undefined : schedule.next(at);
        assert.equal(iso(at), iso(nextOf(other)), text);
      }
    }),
    { numRuns: 300 },
  );
});

type OtherSchedule = ReturnType<typeof CronExpressionParser.parse>;

/** cron-parser rejects some of the days that never occur, such as 30 February. */
function parseOther(text: string, from: number): OtherSchedule | undefined {
  try {
    return CronExpressionParser.parse(text, { currentDate: new Date(from), tz: 'UTC' });
  } catch (error) {
    if (/day of month/i.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** cron-parser throws if a day never occurs. */
function nextOf(expression: OtherSchedule | undefined): number | undefined {
  try {
    return expression?.next().getTime();
  } catch {
    return undefined;
  }
}
