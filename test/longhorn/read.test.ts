import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  bytes,
  condition,
  expectObjects,
  expectText,
  isObject,
  number,
  object,
  objects,
  ratio,
  text,
  time,
} from '../../src/longhorn/read.ts';

/** Tests one reader on each input of a table. */
function reads<T>(read: (value: unknown) => T, table: readonly (readonly [input: unknown, output: T])[]) {
  for (const [input, output] of table) {
    test(`${read.name} of ${inspect(input)}: ${inspect(output)}`, () => {
      assert.deepEqual(read(input), output);
    });
  }
}

describe('time', () => {
  const MOMENT = Date.UTC(2026, 9, 23, 6);
  reads(time, [
    ['2026-10-23T06:00:00Z', MOMENT],
    ['2026-10-23 06:00:00 +0000 UTC', MOMENT],
    ['2026-10-23T08:00:00+02:00', MOMENT],
    ['2026-10-23 08:00:00 +0200 CEST', MOMENT],
    ['2026-10-22 22:30:00 -0730 -0730', MOMENT],
    ['2026-10-23T06:00:00.123456789Z', MOMENT + 123],
    ['2026-10-23 06:00:00.5 +0000 UTC', MOMENT + 500],
    ['2026-10-23T06:00:00+00:00', MOMENT],
    ['0001-01-01T00:00:00Z', undefined],
    ['0001-01-01 00:00:00 +0000 UTC', undefined],
    ['', undefined],
    ['yesterday', undefined],
    ['2026-10-23', undefined],
    ['2026-10-23T06:00:00', undefined],
    ['2026-13-45T99:99:99Z', undefined],
    [' 2026-10-23T06:00:00Z', undefined],
    [MOMENT, undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
    [['2026-10-23T06:00:00Z'], undefined],
  ]);

  test('any input: a positive integer or undefined, without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.date({ noInvalidDate: true }).map(String)), (value) => {
        const ms = time(value);
        assert.ok(ms === undefined || (Number.isInteger(ms) && ms > 0));
      }),
    );
  });

  test('any time of the years 1970 to 9999: read back', () => {
    const max = new Date('9999-12-31T23:59:59Z');
    fc.assert(
      fc.property(fc.date({ min: new Date(1), max, noInvalidDate: true }), (date) => {
        assert.equal(time(date.toISOString()), date.getTime());
      }),
    );
  });
});

describe('bytes', () => {
  reads(bytes, [
    ['0', 0],
    ['104857600', 104857600],
    [104857600, 104857600],
    [0, 0],
    ['18446744073709551615', 2 ** 64],
    ['', undefined],
    [' 1', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['1.5', undefined],
    ['0x10', undefined],
    ['10Gi', undefined],
    ['1'.repeat(400), undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
    [true, undefined],
    [[1], undefined],
  ]);
});

describe('ratio', () => {
  reads(ratio, [
    [0, 0],
    [42, 0.42],
    [100, 1],
    [150, 1],
    [-5, 0],
    ['42', undefined],
    [null, undefined],
    [Number.NaN, undefined],
  ]);
});

describe('number', () => {
  reads(number, [
    [3, 3],
    ['3', undefined],
    [Number.NEGATIVE_INFINITY, undefined],
    [null, undefined],
  ]);
});

describe('text', () => {
  reads(text, [
    ['plain', 'plain'],
    ['', ''],
    ['"quoted"\nand \\ more', '"quoted"\nand \\ more'],
    ['__proto__', '__proto__'],
    ['lone \ud800', 'lone \ufffd'],
    ['\udc00\ud800', '\ufffd\ufffd'],
    ['pair \u{1f42e}', 'pair \u{1f42e}'],
    [7, ''],
    [null, ''],
    [undefined, ''],
    [['a'], ''],
  ]);
});

describe('objects', () => {
  test('isObject: false for arrays and null', () => {
    assert.deepEqual([{}, [], null, 'text', 1, undefined].map(isObject), [
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  test('object() of anything else: an empty object', () => {
    assert.deepEqual([[1], null, 'text', 7, undefined].map(object), [{}, {}, {}, {}, {}]);
  });

  test('objects() of an array: only its objects', () => {
    assert.deepEqual(objects([{ a: 1 }, null, 'b', [{}], 3, {}]), [{ a: 1 }, {}]);
  });

  test('objects() of anything but an array: none', () => {
    assert.deepEqual([null, {}, 'text', undefined].flatMap(objects), []);
  });
});

describe('expectText and expectObjects', () => {
  test('missing or null: undefined', () => {
    assert.equal(expectText({}, 'state'), undefined);
    assert.equal(expectText({ state: null }, 'state'), undefined);
    assert.equal(expectObjects({}, 'replicas'), undefined);
  });

  test('null for a list: an empty list', () => {
    assert.deepEqual(expectObjects({ replicas: null }, 'replicas'), []);
  });

  for (const invalid of [7, true, {}, []]) {
    test(`expectText of ${inspect(invalid)}: TypeError`, () => {
      assert.throws(() => expectText({ state: invalid }, 'state'), TypeError);
    });
  }

  for (const invalid of [7, 'text', {}, [1], [{}, null], [[]]]) {
    test(`expectObjects of ${inspect(invalid)}: TypeError`, () => {
      assert.throws(() => expectObjects({ replicas: invalid }, 'replicas'), TypeError);
    });
  }

  test('field only in __proto__: undefined', () => {
    assert.equal(expectText(JSON.parse('{"__proto__":{"state":"attached"}}'), 'state'), undefined);
  });
});

describe('condition', () => {
  const status = (conditions: unknown) => condition({ conditions }, 'Ready');
  reads(status, [
    [{ Ready: { status: 'True' } }, 'True'],
    [{ Ready: { status: 'Unknown' } }, 'Unknown'],
    [{ Ready: { status: true } }, undefined],
    [{ Ready: {} }, undefined],
    [{ Ready: null }, undefined],
    [{ Other: { status: 'True' } }, undefined],
    [[{ type: 'Ready', status: 'True' }], undefined],
    [null, undefined],
    ['Ready', undefined],
  ]);
});
