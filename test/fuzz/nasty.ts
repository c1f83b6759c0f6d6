/** What a malicious or faulty manager may write instead of a name, a number or anything else. */

import type { Dice } from './dice.ts';

/** Placeholder for three bytes that are not UTF-8, replaced when the message is encoded. */
const NOT_UTF8 = '\uE000';
/** Encloses the number of a raw token in a string, which replaces it, as JSON.stringify could not write the token. */
const RAW = '\uE001';

const long = (length: number): string => 'n'.repeat(length);

export const NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf', '__defineGetter__'],
  ...['"', '\\', '\n', '\r', '\r\n', '\\n', '\\"', '"\\', 'a"b', 'a\\b', 'a\nb', 'a\\', '\\\\"'],
  ...['"} 1\nlonghorn_up 1', 'x",volume="y', '{}', '{', '}', ',', '=', 'a="b"', '# HELP longhorn_up', '#'],
  ...['\u2028', '\u2029', '\0', 'a\0b', '\u0001', '\u001b[31m', '\u007f', '\u0085', '\ufeff', '\u200b'],
  ...['\ud800', '\udc00', 'a\ud800b', '\udc00\ud800', '\ud83d\ude00', '\ufffd', '\ufffe', 'é', 'e\u0301'],
  ...[NOT_UTF8, `a${NOT_UTF8}b`, `"${NOT_UTF8}\\`, `\ud800${NOT_UTF8}`],
  ...[
    long(252),
    long(253),
    long(254),
    long(10_000),
    `${long(252)}é`,
    'é'.repeat(126),
    'é'.repeat(127),
    `${long(253)}\ud800`,
    '"'.repeat(253),
  ],
  ...[
    '',
    ' ',
    ' a',
    'a ',
    '\t',
    'volume-head',
    'NaN',
    '+Inf',
    'null',
    'undefined',
    '0',
    '-1',
    '[object Object]',
  ],
];

/** Tokens that are JSON, or nearly so. Functions, because some are large. */
const RAWS: readonly (() => string)[] = [
  ...['1e999', '-1e999', '1e-400', '-0', '1E400', '-1', '3.7', '1e21', '9007199254740993', '0.1e-7', '1e308'],
  ...['18446744073709551616', '00', '01', '+1', '.5', '1.', '0x10', 'NaN', 'Infinity', '-', 'tru', "'a'"],
  ...['"\\ud800"', '"\\ud800\\u0041"', '"\\u0000"', '"\\x41"', '"\\', '"\u0001"', '"\n"', '{"a":1,}', '[1,]'],
  ...[
    '{"__proto__":{"name":"a","state":"attached"}}',
    '{"name":1,"name":"a"}',
    '[[],[{}],[[null]]]',
    '/**/1',
  ],
].map((token) => () => token);

const DIGITS = () => '9'.repeat(400);
const nested = (open: string, inner: string, close: string, depth: number) => (): string =>
  open.repeat(depth) + inner + close.repeat(depth);

const LARGE: readonly (() => string)[] = [
  DIGITS,
  () => `0.${DIGITS()}`,
  nested('[', '', ']', 50),
  nested('{"a":', '1', '}', 50),
  nested('[', '', ']', 5_000),
  nested('{"name":', '"a"', '}', 5_000),
  nested('[{"replicas":', 'null', '}]', 1_000),
  nested('[', '', '', 1_000),
  () => `"${long(40_000)}"`,
];

/** Each takes milliseconds to read. */
const HUGE: readonly (() => string)[] = [
  nested('[', '', ']', 100_000),
  nested('{"a":', '1', '}', 100_000),
  nested('[', '', '', 100_000),
  () => `"${long(900_000)}"`,
];

const ALL = [...RAWS, ...LARGE, ...HUGE];

/** A random raw token. */
export function rawToken(dice: Dice): string {
  return (ALL[rawNumber(dice)] as () => string)();
}

function rawNumber(dice: Dice): number {
  if (dice.chance(0.0005)) return RAWS.length + LARGE.length + dice.below(HUGE.length);
  return dice.chance(0.03) ? RAWS.length + dice.below(LARGE.length) : dice.below(RAWS.length);
}

const MARKED = new RegExp(`"${RAW}(\\d+)${RAW}"`, 'g');

/** The text of a mutated object, with its raw tokens inserted. */
export function write(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null';
  return text.includes(RAW) ? text.replace(MARKED, (_, number) => ALL[Number(number)]?.() ?? 'null') : text;
}

const INVALID = [
  [0xff, 0xfe, 0xfd],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf, 0x80],
  [0xf8, 0x88, 0x80],
] as const;

/** As bytes, some of which may not be UTF-8. */
export function encode(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (!text.includes(NOT_UTF8)) return bytes;
  for (let at = bytes.indexOf(NOT_UTF8); at >= 0; at = bytes.indexOf(NOT_UTF8, at + 1)) {
    bytes.set(INVALID[at % INVALID.length] ?? INVALID[0], at);
  }
  return bytes;
}

const DATES: readonly string[] = [
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-13-45T99:99:99Z', '1969-12-31T23:59:59Z'],
  ...['2026-11-22T06:00:00.123456789Z', '2026-11-22T06:00:00+14:00', '2026-11-22', '275760-09-13T00:00:00Z'],
  ...[
    '2026-02-30 06:00:00 +0000 UTC',
    '1970-01-01T00:00:00Z',
    '2036-01-01T00:00:00Z',
    '2026-11-22T05:59:59Z',
  ],
];
const SIZES: readonly unknown[] = [
  '-1',
  '99999999999999999999',
  '1e5',
  '0',
  -5,
  1.5,
  ' 1',
  '０',
  '1'.repeat(30),
];

/** A random unexpected value. */
export function nastyValue(dice: Dice): unknown {
  return dice.weighted<() => unknown>([
    [5, () => dice.pick(NAMES)],
    [3, () => `${RAW}${rawNumber(dice)}${RAW}`],
    [4, () => dice.pick<unknown>([null, true, false, 0, 1, -1, '', [], {}, [null], [[]], [{}], { a: 1 }])],
    [1, () => dice.pick(DATES)],
    [1, () => dice.pick(SIZES)],
  ])();
}
