import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type List, readList } from '../../src/list/list.ts';
import { badThing, message, THINGS, type Thing, thing } from './messages.ts';

/** Reads these messages in order, all of which must be lists, and returns the last one. */
function read(...messages: readonly (readonly string[])[]): List<Thing> {
  let list: List<Thing> | undefined;
  for (const elements of messages) {
    list = readList(THINGS, message(...elements), list);
    assert.ok(list);
  }
  assert.ok(list);
  return list;
}

const valuesOf = ({ objects }: List<Thing>) =>
  Object.fromEntries(
    [...objects].map(([name, { facts, confirmed }]) => [name, confirmed ? facts.value : [facts.value]]),
  );

describe('message that is a list', () => {
  const table: [what: string, text: string][] = [
    ['collection of its type', '{"data":[],"resourceType":"thing","type":"collection"}'],
    ['no data', '{"resourceType":"thing","type":"collection"}'],
    ['keys in another order', '{"type":"collection","resourceType":"thing","data":[]}'],
    [
      'unknown keys',
      '{"createTypes":{"data":7},"data":[],"new":[1],"resourceType":"thing","type":"collection"}',
    ],
  ];
  for (const [what, text] of table) {
    test(`${what}: accepted`, () => assert.equal(readList(THINGS, Buffer.from(text))?.objects.size, 0));
  }
});

describe('message that is not a list', () => {
  const table: [what: string, text: string][] = [
    ['empty message', ''],
    ['error', '{"code":"Internal Server Error","status":500,"type":"error"}'],
    ['another resourceType', '{"data":[],"resourceType":"other","type":"collection"}'],
    ['no resourceType', '{"data":[],"type":"collection"}'],
    ['single object', '{"data":[],"resourceType":"thing","type":"thing"}'],
    ['type only in an element', '{"data":[{"resourceType":"thing","type":"collection"}]}'],
    ['data is an object', '{"data":{},"resourceType":"thing","type":"collection"}'],
    ['data spelled with an escape', '{"d\\u0061ta":[1],"resourceType":"thing","type":"collection"}'],
    ['data twice', '{"data":[],"data":[],"resourceType":"thing","type":"collection"}'],
    ['two lists in a row', '{"data":[],"resourceType":"thing","type":"collection"}'.repeat(2)],
    ['type only in __proto__', '{"__proto__":{"resourceType":"thing","type":"collection"},"data":[]}'],
    ['list inside an array', '[{"data":[],"resourceType":"thing","type":"collection"}]'],
  ];
  for (const [what, text] of table) {
    test(`${what}: rejected`, () => assert.equal(readList(THINGS, Buffer.from(text)), undefined));
  }
});

describe('objects of a list', () => {
  test('objects: found by name', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)])), { a: 1, b: 2 });
  });

  for (const name of ['__proto__', 'constructor', '"', '\\', '\n', '}', '],', 'ü🐮', ' ']) {
    test(`name ${JSON.stringify(name)}: allowed`, () => {
      const list = read([thing(name, 1), thing('b', 2)], [thing(name, 1), thing('b', 3)]);
      assert.deepEqual([list.objects.get(name)?.facts.value, list.bad], [1, 0]);
    });
  }

  test('lone surrogate in a name: replaced by U+FFFD', () => {
    const { objects, bad } = read(['{"name":"\\ud800"}']);
    assert.deepEqual([[...objects.keys()], bad], [['\ufffd'], 0]);
  });

  test('object missing from the next message: removed', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)], [thing('b', 2)])), { b: 2 });
  });
});

describe('invalid object', () => {
  test('invalid object with a name: keeps its last valid state', () => {
    const list = read([thing('a', 1), thing('b', 2)], [badThing('a'), thing('b', 3)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: [1], b: 3 }, 1]);
  });

  test('object invalid in several messages: keeps its last valid state', () => {
    assert.deepEqual(
      valuesOf(read([thing('a', 1)], [badThing('a', 1)], [badThing('a', 2)], [badThing('a', 2)])),
      { a: [1] },
    );
  });

  test('invalid object with a name: keeps the identical facts object', () => {
    const first = read([thing('a', 1)]);
    const second = readList(THINGS, message(badThing('a')), first);
    assert.equal(second?.objects.get('a')?.facts, first.objects.get('a')?.facts);
  });

  test('object that was never valid: no state', () => assert.deepEqual(valuesOf(read([badThing('a')])), {}));

  test('invalid object with a name: absent objects are removed', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)], [badThing('a')])), { a: [1] });
  });

  test('object valid again: its new state', () => {
    const list = read([thing('a', 1)], [badThing('a')], [thing('a', 2)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: 2 }, 0]);
  });

  test('invalid object that becomes absent: removed', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], [badThing('a')], [])), {});
  });

  test('complaint: describes an invalid object, undefined without one', () => {
    assert.match(read([thing('a'), badThing('b')]).complaint ?? '', /not good/);
    assert.equal(read([badThing('b')], [thing('b')]).complaint, undefined);
  });
});

const NAMELESS = [
  '{}',
  '{"name":""}',
  '{"name":7}',
  '{"name":null}',
  '{"name":["a"]}',
  '[]',
  '7',
  '"a"',
  'null',
  '{a}',
];

describe('object without a name', () => {
  for (const nameless of NAMELESS) {
    test(`${nameless}: nothing is removed`, () => {
      const list = read([thing('a', 1), thing('b', 2)], [nameless, thing('b', 3)]);
      assert.deepEqual([valuesOf(list), list.bad], [{ a: [1], b: 3 }, 1]);
    });
  }

  test('object without a name in several messages: nothing is removed', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}'], ['{}'], ['[]'])), { a: [1] });
  });

  test('object without a name gone: absent objects are removed', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}'], [])), {});
  });

  test('new objects beside one without a name: added', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}', thing('b', 2)])), { a: [1], b: 2 });
  });

  test('object that is not closed: the message is not a list', () => {
    assert.equal(readList(THINGS, message('{"name":"a"')), undefined);
  });
});

describe('objects with the same name', () => {
  test('two valid objects with one name: the first one', () => {
    const list = read([thing('a', 1), thing('a', 2)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: 1 }, 1]);
  });

  test('one valid, one invalid: the valid one, whichever comes first', () => {
    assert.deepEqual(valuesOf(read([badThing('a'), thing('a', 2)])), { a: 2 });
    assert.deepEqual(valuesOf(read([thing('a', 2), badThing('a')])), { a: 2 });
  });

  test('one valid, one invalid, an older state known: the valid one', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], [badThing('a'), thing('a', 2)])), { a: 2 });
  });

  test('names differ only in lone surrogates: one object', () => {
    const list = read(['{"name":"\\ud800","value":1}', '{"name":"\\ud801","value":2}']);
    assert.deepEqual([list.objects.size, list.bad], [1, 1]);
  });
});

describe('count of invalid objects', () => {
  const table: [behaviour: string, messages: string[][], skipped: number, bad: number][] = [
    ['new: counted', [[badThing('a'), badThing('b')]], 2, 2],
    ['same content again: not counted', [[badThing('a')], [badThing('a')]], 0, 1],
    [
      'other objects change: not counted again',
      [
        [badThing('a'), thing('b', 1)],
        [thing('0'), badThing('a'), thing('b', 2)],
      ],
      0,
      1,
    ],
    ['other content: counted again', [[badThing('a', 1)], [badThing('a', 2)]], 1, 1],
    ['twice in one message: counted once', [['{}', '{}']], 1, 2],
    ['without a name: counted', [[], ['{}']], 1, 1],
    ['without a name, again: not counted', [['{}'], ['{}']], 0, 1],
    ['duplicate name: counted', [[], [thing('a'), thing('a', 1)]], 1, 1],
    [
      'duplicate name, again: not counted',
      [
        [thing('a'), thing('a', 1)],
        [thing('a'), thing('a', 1)],
      ],
      0,
      1,
    ],
    ['valid again: not counted', [[badThing('a')], [thing('a')]], 0, 0],
  ];
  for (const [behaviour, messages, skipped, bad] of table) {
    test(behaviour, () => {
      const list = read(...messages);
      assert.deepEqual([list.skipped, list.bad], [skipped, bad]);
    });
  }
});
