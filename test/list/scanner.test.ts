import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { endOfValue, scanList } from '../../src/list/scanner.ts';

/** The envelope and the text of each element. */
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

/** Keys and values that could be mistaken for structure. */
const tricky = fc.oneof(
  fc.string(),
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'd', '\n', 'ü', '🐮', '\ud800'),
  }),
  fc.constantFrom('data', '"data"', '\\', '\\"', '__proto__', '{"data":[1]}'),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    tricky,
    fc.constantFrom(null, true, false, 0, -1.5e-7, 1e21),
    fc.array(tie('value')),
    fc.dictionary(tricky, tie('value')),
  ),
})).value;
const otherMembers = fc.dictionary(
  tricky.filter((key) => key !== 'data'),
  value,
);

/** `data` among other keys, at any place. */
const documents = fc.tuple(otherMembers, fc.array(value), fc.nat()).map(([rest, data, place]) => {
  const entries: [string, unknown][] = Object.entries(rest);
  entries.splice(place % (entries.length + 1), 0, ['data', data]);
  const members = entries.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
  return { text: `{${members.join(',')}}`, data };
});

describe('scanner', () => {
  test('any document: the same elements and envelope as JSON.parse', () => {
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

  test('any document with whitespace everywhere: the same elements and envelope as JSON.parse', () => {
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

  test('any value, anything after it: its end is found', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(',', ']', '}', ' ', '\n'), tricky, (each, next, rest) => {
        const json = Buffer.from(JSON.stringify(each));
        assert.equal(endOfValue(Buffer.concat([json, Buffer.from(next + rest)]), 0), json.length);
      }),
    );
  });

  test('document cut off anywhere: no envelope', () => {
    fc.assert(
      fc.property(documents, fc.nat(), ({ text }, at) => {
        const bytes = Buffer.from(text);
        assert.equal(scan(bytes.subarray(0, at % bytes.length)).envelope, undefined);
      }),
    );
  });

  test('any text: no error, and the envelope is an object or undefined', () => {
    const tokens = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '"data":[', '1', ' ', 'x'),
    );
    fc.assert(
      fc.property(tokens, (parts) => {
        const { envelope } = scan(parts.join(''));
        assert.ok(envelope === undefined || (typeof envelope === 'object' && envelope !== null));
      }),
      { numRuns: 2000 },
    );
  });

  test('any sequence of JSON tokens: the same elements as JSON.parse, or rejected', () => {
    const tokens = fc.array(fc.constantFrom('{}', '{"a":1}', '[', ']', ',', ' ', '"x"', '1', 'null'), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(tokens, (parts) => {
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

describe('no envelope', () => {
  const table: [why: string, text: string][] = [
    ['empty', ''],
    ['only space', ' \n'],
    ['a list', '[{"name":"a"}]'],
    ['a string', '"data"'],
    ['null', 'null'],
    ['data is an object', '{"data":{}}'],
    ['data is a string', '{"data":"[]"}'],
    ['data is null', '{"data":null}'],
    ['data twice', '{"data":[],"data":[]}'],
    ['comma missing', '{"data":[{} {}]}'],
    ['trailing comma', '{"data":[{},]}'],
    ['leading comma', '{"data":[,{}]}'],
    ['comma after data', '{"data":[],}'],
    ['colon missing', '{"data"[]}'],
    ['second document after it', '{"data":[]}{"data":[]}'],
    ['extra closing brace', '{"data":[]}}'],
    ['extra closing bracket', '{"data":[]]}'],
    ['not closed', '{"data":[]'],
    ['key without quotes', '{data:[]}'],
    ['another value is invalid', '{"data":[],"type":collection}'],
    ['unterminated string', '{"data":[],"type":"collection}'],
    ['byte order mark first', '\ufeff{"data":[]}'],
  ];
  for (const [why, text] of table) {
    test(`${why}: rejected`, () => assert.equal(scan(text).envelope, undefined));
  }
});

describe('envelope', () => {
  const table: [input: string, text: string, elements: string[]][] = [
    ['empty object', '{}', []],
    ['object without data', '{"type":"collection"}', []],
    ['data only inside another value', '{"links":{"data":[1]}}', []],
    ['data last', '{"a":[{"data":[7]}],"data":[1]}', ['1']],
    ['elements of every type', '{"data":[{},[],"a",1,null,true]}', ['{}', '[]', '"a"', '1', 'null', 'true']],
    ['element with a closing bracket in a string', '{"data":[{"a":"}]"},2]}', ['{"a":"}]"}', '2']],
    ['escaped quote before a brace', '{"data":[{"a":"\\\\\\"}"}]}', ['{"a":"\\\\\\"}"}']],
    ['element that is not JSON, which only parsing it reveals', '{"data":[{a}]}', ['{a}']],
  ];
  for (const [input, text, elements] of table) {
    test(`${input}: accepted, ${elements.length} elements`, () => {
      const scanned = scan(text);
      assert.notEqual(scanned.envelope, undefined);
      assert.deepEqual(scanned.elements, elements);
    });
  }

  test('visitor of elements stops: no envelope', () => {
    assert.equal(
      scanList(Buffer.from('{"data":[1]}'), () => -1),
      undefined,
    );
  });
});
