/** Reading a list with the previous one: unchanged objects keep their facts, and the result equals a fresh read. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type List, readList } from '../../src/list/list.ts';
import { badThing, message, THINGS, type Thing, thing } from './messages.ts';

function read(elements: readonly string[], previous?: List<Thing>): List<Thing> {
  const list = readList(THINGS, message(...elements), previous);
  assert.ok(list);
  return list;
}

const factsOf = ({ objects }: List<Thing>) => new Map([...objects].map(([name, { facts }]) => [name, facts]));

const confirmed = ({ objects }: List<Thing>) => new Map([...objects].filter(([, each]) => each.confirmed));

const NAMES = Array.from({ length: 12 }, (_, i) => `thing-${String(i).padStart(2, '0')}`);
const all = NAMES.map((name) => thing(name));

/** Elements of the second message that were in the first with the same bytes must keep their facts. */
function keepsReferences(before: readonly string[], after: readonly string[]): void {
  const first = read(before);
  const second = read(after, first);
  for (const element of after) {
    if (!before.includes(element)) continue;
    const { name } = JSON.parse(element) as Thing;
    assert.equal(second.objects.get(name)?.facts, first.objects.get(name)?.facts, name);
  }
  assert.deepEqual(confirmed(second), read(after).objects);
}

describe('unchanged objects', () => {
  const without = (...gone: number[]) => all.filter((_, i) => !gone.includes(i));
  const changed = (...places: number[]) =>
    all.map((each, i) =>
      places.includes(i) ? thing(`thing-${String(i).padStart(2, '0')}`, 'changed') : each,
    );
  const inserted = (...places: number[]) =>
    all.flatMap((each, i) => (places.includes(i) ? [thing(`new-${i}`), each] : [each]));

  const table: [when: string, after: string[]][] = [
    ['nothing changes', all],
    ['the first changes', changed(0)],
    ['the last changes', changed(11)],
    ['several change in a row', changed(3, 4, 5, 6)],
    ['every other one changes', changed(0, 2, 4, 6, 8, 10)],
    ['the first is gone', without(0)],
    ['the last is gone', without(11)],
    ['one in the middle is gone', without(5)],
    ['two in a row are gone', without(4, 5)],
    ['many in a row are gone', without(2, 3, 4, 5, 6, 7)],
    ['many at the start are gone', without(0, 1, 2, 3, 4)],
    ['many at the end are gone', without(8, 9, 10, 11)],
    ['several in different places are gone', without(1, 4, 9)],
    ['one is added at the start', inserted(0)],
    ['one is added in the middle', inserted(6)],
    ['one is added at the end', [...all, thing('zzz')]],
    ['several are added in a row', [thing('a'), thing('b'), thing('c'), ...all]],
    ['several are added in different places', inserted(1, 5, 9)],
    ['one is replaced by another', all.map((each, i) => (i === 5 ? thing('thing-05a') : each))],
    ['one is gone and the next one changes', changed(6).filter((_, i) => i !== 5)],
    ['a bad one is added', [...all.slice(0, 4), badThing('bad'), ...all.slice(4)]],
    ['two without a name are added', [...all.slice(0, 4), '{}', '7', ...all.slice(4)]],
    ['several without a name are added', ['{}', '{}', '{}', ...all]],
    ['one turns bad', all.map((each, i) => (i === 5 ? badThing('thing-05') : each))],
    ['all are in reverse order', [...all].reverse()],
    ['all others are gone', [all[7] ?? '']],
  ];
  for (const [when, after] of table) {
    test(`${when}: facts of all others kept`, () => keepsReferences(all, after));
  }

  test('one is replaced by an element with the same first bytes: facts of the other kept', () => {
    keepsReferences([thing('a', 1), thing('b', 1)], [thing('a', 10), thing('b', 1)]);
  });

  test('some change in many messages: facts of all others kept', () => {
    const first = read(all);
    let list = first;
    for (let i = 0; i < 30; i++) list = read(changed(i % 5, (i * 7) % 5), list);
    for (const name of NAMES.slice(5))
      assert.equal(list.objects.get(name)?.facts, first.objects.get(name)?.facts);
  });
});

/** Elements with few names and values, so that edits collide; some are bad, some have no name, and names repeat. */
const element = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('a', 'aa', 'b', 'c', 'd', '}'), fc.nat(11))
      .map(([n, v]) => thing(n, v)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(2)).map(([n, v]) => badThing(n, v)),
  },
  { weight: 1, arbitrary: fc.constantFrom('{}', '7', '[]', '{a}', '"}"') },
);

interface Edit {
  readonly place: number;
  readonly remove: number;
  readonly insert: readonly string[];
}
const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ place: fc.nat(8), remove: fc.nat(3), insert: fc.array(element, { maxLength: 3 }) }),
  { minLength: 1, maxLength: 8 },
);

/** Messages that result from editing the first one repeatedly. */
const histories = fc.tuple(fc.array(element, { maxLength: 8 }), edits).map(([first, changes]) => {
  let elements: readonly string[] = first;
  return [
    first,
    ...changes.map(({ place, remove, insert }) => (elements = elements.toSpliced(place, remove, ...insert))),
  ];
});

describe('any edits of a list', () => {
  test('valid objects: the same as in a fresh read', () => {
    fc.assert(
      fc.property(histories, (messages) => {
        let list: List<Thing> | undefined;
        for (const elements of messages) {
          list = read(elements, list);
          const fresh = read(elements);
          assert.deepEqual(confirmed(list), fresh.objects);
          assert.deepEqual([list.bad, list.complaint], [fresh.bad, fresh.complaint]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('invalid and absent objects: last valid state kept only if the message has their name or an element without a name', () => {
    fc.assert(
      fc.property(histories, (messages) => {
        let known = new Map<string, Thing>();
        let list: List<Thing> | undefined;
        for (const elements of messages) {
          list = read(elements, list);
          const { objects } = read(elements);
          const names = elements.map(nameIn);
          const expected = new Map([...objects].map(([name, { facts }]) => [name, facts]));
          for (const [name, facts] of known) {
            if (!expected.has(name) && (names.includes(name) || names.includes(undefined)))
              expected.set(name, facts);
          }
          assert.deepEqual(factsOf(list), expected);
          known = expected;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('objects with the same bytes and a unique name: facts kept', () => {
    fc.assert(
      fc.property(histories, (messages) => {
        let before: readonly string[] = [];
        for (const elements of messages) {
          const after = elements.filter(isGood).filter(isFirstOfItsName);
          keepsReferences(before, after);
          before = after;
        }
      }),
    );
  });
});

const isFirstOfItsName = (element: string, place: number, elements: readonly string[]): boolean =>
  elements.findIndex((each) => nameIn(each) === nameIn(element)) === place;

const isGood = (element: string): boolean => element.startsWith('{"good":true');

function nameIn(element: string): string | undefined {
  return /^\{"good":(?:true|false),"name":"([^"]*)"/.exec(element)?.[1];
}
