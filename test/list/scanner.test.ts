import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { endOfValue, scanList } from '../../src/list/scanner.ts';

/** The envelope, and the bytes of each element. */
function scan(text: string | Buffer) {
  const message = Buffer.from(text);
  const elements: string[] = [];
  const envelope = scanList(message, (start) => {
    const end = endOfValue(message, start);
    if (end >= 0) elements.push(message.toString('utf8', start, end));
    return end;
  });
  return { envelope, elements };
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Keys and values with all that could be taken for structure. */
const nasty = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'd', '\n', 'ü', '🐮', '\ud800'),
  }),
  fc.constantFrom('data', '"data"', '\\', '\\"', '__proto__', '{"data":[1]}'),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    nasty,
    fc.constantFrom(null, true, false, 0, -1.5e-7, 1e21),
    fc.array(tie('value')),
    fc.dictionary(nasty, tie('value')),
  ),
})).value;
const others = fc.dictionary(
  nasty.filter((key) => key !== 'data'),
  value,
);

/** `data` among other keys, at any place. */
const documents = fc.tuple(others, fc.array(value), fc.nat()).map(([rest, data, place]) => {
  const entries: [string, unknown][] = Object.entries(rest);
  entries.splice(place % (entries.length + 1), 0, ['data', data]);
  const members = entries.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
  return { text: `{${members.join(',')}}`, data };
});

describe('The scanner', () => {
  test('finds the elements that JSON.parse finds, and nothing else around them', () => {
    fc.assert(
      fc.property(documents, ({ text, data }) => {
        const { envelope, elements } = scan(text);
        assert.deepEqual(
          elements,
          data.map((each) => JSON.stringify(each)),
        );
        assert.deepEqual(envelope, { ...JSON.parse(text), data: [] });
      }),
      { numRuns: 500 },
    );
  });

  test('does so, too, with space between everything', () => {
    fc.assert(
      fc.property(documents, fc.constantFrom(1, 3, '\t', '\r\n '), ({ text }, space) => {
        const spaced = ` ${JSON.stringify(JSON.parse(text), null, space)}\n`;
        const { envelope, elements } = scan(spaced);
        assert.deepEqual(
          elements.map((each) => JSON.parse(each)),
          JSON.parse(spaced).data,
        );
        assert.deepEqual(envelope, { ...JSON.parse(spaced), data: [] });
      }),
    );
  });

  test('finds the end of any value where it is, whatever follows', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(',', ']', '}', ' ', '\n'), nasty, (each, next, rest) => {
        const json = Buffer.from(JSON.stringify(each));
        assert.equal(endOfValue(Buffer.concat([json, Buffer.from(next + rest)]), 0), json.length);
      }),
    );
  });

  test('gives no envelope of a document that is cut off anywhere', () => {
    fc.assert(
      fc.property(documents, fc.nat(), ({ text }, at) => {
        const bytes = Buffer.from(text);
        assert.equal(scan(bytes.subarray(0, at % bytes.length)).envelope, undefined);
      }),
    );
  });

  test('never throws, and gives an envelope only of an object', () => {
    const soup = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '"data":[', '1', ' ', 'x'),
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const { envelope } = scan(parts.join(''));
        assert.ok(envelope === undefined || (typeof envelope === 'object' && envelope !== null));
      }),
      { numRuns: 2000 },
    );
  });

  test('finds elements only in what JSON.parse takes for a list, when each element is JSON', () => {
    const soup = fc.array(fc.constantFrom('{}', '{"a":1}', '[', ']', ',', ' ', '"x"', '1', 'null'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(soup, (parts) => {
        const text = `{"data":[${parts.join('')}]}`;
        const { envelope, elements } = scan(text);
        if (envelope === undefined || !elements.every(isJson)) return;
        assert.deepEqual(
          JSON.parse(text).data,
          elements.map((each) => JSON.parse(each)),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('No envelope is given', () => {
  const table: [why: string, text: string][] = [
    ['for nothing', ''],
    ['for space', ' \n'],
    ['for a list', '[{"name":"a"}]'],
    ['for a text', '"data"'],
    ['for null', 'null'],
    ['when data is an object', '{"data":{}}'],
    ['when data is a text', '{"data":"[]"}'],
    ['when data is null', '{"data":null}'],
    ['when data is there twice', '{"data":[],"data":[]}'],
    ['when a comma is missing', '{"data":[{} {}]}'],
    ['when a comma is too many', '{"data":[{},]}'],
    ['when a comma comes first', '{"data":[,{}]}'],
    ['when a comma follows data', '{"data":[],}'],
    ['when a colon is missing', '{"data"[]}'],
    ['when something follows', '{"data":[]}{"data":[]}'],
    ['when a brace closes too much', '{"data":[]}}'],
    ['when a bracket closes too much', '{"data":[]]}'],
    ['when it is not closed', '{"data":[]'],
    ['when a key is no text', '{data:[]}'],
    ['when another value is broken', '{"data":[],"type":collection}'],
    ['when a string goes on', '{"data":[],"type":"collection}'],
    ['behind a byte order mark', '\ufeff{"data":[]}'],
  ];
  for (const [why, text] of table) {
    test(why, () => assert.equal(scan(text).envelope, undefined));
  }
});

describe('An envelope is given', () => {
  const table: [why: string, text: string, elements: string[]][] = [
    ['of an empty object', '{}', []],
    ['of an object without data', '{"type":"collection"}', []],
    ['with data inside another value only', '{"links":{"data":[1]}}', []],
    ['with data last', '{"a":[{"data":[7]}],"data":[1]}', ['1']],
    [
      'with elements of every type',
      '{"data":[{},[],"a",1,null,true]}',
      ['{}', '[]', '"a"', '1', 'null', 'true'],
    ],
    ['with an element that only looks closed', '{"data":[{"a":"}]"},2]}', ['{"a":"}]"}', '2']],
    ['with an escaped quote before a brace', '{"data":[{"a":"\\\\\\"}"}]}', ['{"a":"\\\\\\"}"}']],
    ['with an element that only its own parse can refuse', '{"data":[{a}]}', ['{a}']],
  ];
  for (const [why, text, elements] of table) {
    test(why, () => {
      const scanned = scan(text);
      assert.notEqual(scanned.envelope, undefined);
      assert.deepEqual(scanned.elements, elements);
    });
  }

  test('nothing, when the visitor of elements gives up', () => {
    assert.equal(
      scanList(Buffer.from('{"data":[1]}'), () => -1),
      undefined,
    );
  });
});
