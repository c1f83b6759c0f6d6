import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type List, readList } from '../../src/list/list.ts';
import { badThing, message, THINGS, type Thing, thing } from './messages.ts';

/** The last of these messages, each read after the one before; all must be lists. */
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

describe('A list is', () => {
  const table: [what: string, text: string][] = [
    ['a collection of its type', '{"data":[],"resourceType":"thing","type":"collection"}'],
    ['one without data', '{"resourceType":"thing","type":"collection"}'],
    ['one in another order', '{"type":"collection","resourceType":"thing","data":[]}'],
    [
      'one with keys nobody knows',
      '{"createTypes":{"data":7},"data":[],"new":[1],"resourceType":"thing","type":"collection"}',
    ],
  ];
  for (const [what, text] of table) {
    test(what, () => assert.equal(readList(THINGS, Buffer.from(text))?.objects.size, 0));
  }
});

describe('A list is not', () => {
  const table: [what: string, text: string][] = [
    ['nothing', ''],
    ['an error', '{"code":"Internal Server Error","status":500,"type":"error"}'],
    ['one of another resource', '{"data":[],"resourceType":"thong","type":"collection"}'],
    ['one without a resource', '{"data":[],"type":"collection"}'],
    ['a single object', '{"data":[],"resourceType":"thing","type":"thing"}'],
    ['one whose type is in an element', '{"data":[{"resourceType":"thing","type":"collection"}]}'],
    ['one whose data is an object', '{"data":{},"resourceType":"thing","type":"collection"}'],
    [
      'one whose data is hidden by an escape',
      '{"d\\u0061ta":[1],"resourceType":"thing","type":"collection"}',
    ],
    ['one with two data', '{"data":[],"data":[],"resourceType":"thing","type":"collection"}'],
    ['two in a row', '{"data":[],"resourceType":"thing","type":"collection"}'.repeat(2)],
    ['one from a prototype', '{"__proto__":{"resourceType":"thing","type":"collection"},"data":[]}'],
    ['a list in a list', '[{"data":[],"resourceType":"thing","type":"collection"}]'],
  ];
  for (const [what, text] of table) {
    test(what, () => assert.equal(readList(THINGS, Buffer.from(text)), undefined));
  }
});

describe('The objects of a list', () => {
  test('are found by name', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)])), { a: 1, b: 2 });
  });

  for (const name of ['__proto__', 'constructor', '"', '\\', '\n', '}', '],', 'ü🐮', ' ']) {
    test(`may be called ${JSON.stringify(name)}`, () => {
      const list = read([thing(name, 1), thing('b', 2)], [thing(name, 1), thing('b', 3)]);
      assert.deepEqual([list.objects.get(name)?.facts.value, list.bad], [1, 0]);
    });
  }

  test('have names that can be written as UTF-8', () => {
    const { objects, bad } = read(['{"name":"\\ud800"}']);
    assert.deepEqual([[...objects.keys()], bad], [['\ufffd'], 0]);
  });

  test('that are gone from the next message are gone', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)], [thing('b', 2)])), { b: 2 });
  });
});

describe('A bad object', () => {
  test('with a name keeps its last good state', () => {
    const list = read([thing('a', 1), thing('b', 2)], [badThing('a'), thing('b', 3)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: [1], b: 3 }, 1]);
  });

  test('keeps it for as long as it is bad', () => {
    assert.deepEqual(
      valuesOf(read([thing('a', 1)], [badThing('a', 1)], [badThing('a', 2)], [badThing('a', 2)])),
      { a: [1] },
    );
  });

  test('keeps the very same facts', () => {
    const first = read([thing('a', 1)]);
    const then = readList(THINGS, message(badThing('a')), first);
    assert.equal(then?.objects.get('a')?.facts, first.objects.get('a')?.facts);
  });

  test('has no state when it was never good', () => assert.deepEqual(valuesOf(read([badThing('a')])), {}));

  test('with a name does not keep what is absent', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1), thing('b', 2)], [badThing('a')])), { a: [1] });
  });

  test('is good again when it can be understood', () => {
    const list = read([thing('a', 1)], [badThing('a')], [thing('a', 2)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: 2 }, 0]);
  });

  test('is gone when it is absent', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], [badThing('a')], [])), {});
  });

  test('is complained of', () => {
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

describe('An object without a name', () => {
  for (const nameless of NAMELESS) {
    test(`withdraws nothing: ${nameless}`, () => {
      const list = read([thing('a', 1), thing('b', 2)], [nameless, thing('b', 3)]);
      assert.deepEqual([valuesOf(list), list.bad], [{ a: [1], b: 3 }, 1]);
    });
  }

  test('withdraws nothing for as long as it is there', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}'], ['{}'], ['[]'])), { a: [1] });
  });

  test('lets go of what is absent once it is gone', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}'], [])), {});
  });

  test('does not hinder what is new', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], ['{}', thing('b', 2)])), { a: [1], b: 2 });
  });

  test('that is not closed makes the message no list', () => {
    assert.equal(readList(THINGS, message('{"name":"a"')), undefined);
  });
});

describe('Objects of the same name', () => {
  test('give one', () => {
    const list = read([thing('a', 1), thing('a', 2)]);
    assert.deepEqual([valuesOf(list), list.bad], [{ a: 1 }, 1]);
  });

  test('give the good one, whichever comes first', () => {
    assert.deepEqual(valuesOf(read([badThing('a'), thing('a', 2)])), { a: 2 });
    assert.deepEqual(valuesOf(read([thing('a', 2), badThing('a')])), { a: 2 });
  });

  test('give the good one, though an older state is known', () => {
    assert.deepEqual(valuesOf(read([thing('a', 1)], [badThing('a'), thing('a', 2)])), { a: 2 });
  });

  test('give one when only their lone surrogates tell them apart', () => {
    const list = read(['{"name":"\\ud800","value":1}', '{"name":"\\ud801","value":2}']);
    assert.deepEqual([list.objects.size, list.bad], [1, 1]);
  });
});

describe('Bad objects are counted', () => {
  const table: [behaviour: string, messages: string[][], skipped: number, bad: number][] = [
    ['when they are first seen', [[badThing('a'), badThing('b')]], 2, 2],
    ['not again with the same content', [[badThing('a')], [badThing('a')]], 0, 1],
    [
      'not again when others change',
      [
        [badThing('a'), thing('b', 1)],
        [thing('0'), badThing('a'), thing('b', 2)],
      ],
      0,
      1,
    ],
    ['again with another content', [[badThing('a', 1)], [badThing('a', 2)]], 1, 1],
    ['once though they are there twice', [['{}', '{}']], 1, 2],
    ['without a name, too', [[], ['{}']], 1, 1],
    ['without a name not again', [['{}'], ['{}']], 0, 1],
    ['when they have a name that is taken', [[], [thing('a'), thing('a', 1)]], 1, 1],
    [
      'when they have a name that is taken not again',
      [
        [thing('a'), thing('a', 1)],
        [thing('a'), thing('a', 1)],
      ],
      0,
      1,
    ],
    ['not when they are good', [[badThing('a')], [thing('a')]], 0, 0],
  ];
  for (const [behaviour, messages, skipped, bad] of table) {
    test(behaviour, () => {
      const list = read(...messages);
      assert.deepEqual([list.skipped, list.bad], [skipped, bad]);
    });
  }
});
