import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Claim, split } from '../../src/budget/split.ts';

const amount = () => fc.double({ min: 0, max: 1_000, noNaN: true });
const claims = () =>
  fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    fc.record({ weight: fc.integer({ min: 1, max: 100 }), demand: fc.oneof(fc.constant(0), amount()) }),
    { minKeys: 1, noNullPrototype: true },
  );

const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);
const SLACK = 1e-9;

describe('split', () => {
  const table: [
    why: string,
    budget: number,
    claims: Record<string, Claim>,
    grants: Record<string, number>,
  ][] = [
    ['enough for all: every demand is met', 10, { a: c(1, 3), b: c(9, 2) }, { a: 3, b: 2 }],
    ['not enough for anyone: by weight', 10, { a: c(1, 99), b: c(4, 99) }, { a: 2, b: 8 }],
    [
      'one needs less than its share: the rest goes to the other',
      10,
      { a: c(1, 99), b: c(1, 2) },
      { a: 8, b: 2 },
    ],
    [
      'one demand met: what is left is shared by weight',
      12,
      { a: c(1, 99), b: c(2, 99), c: c(3, 3) },
      { a: 3, b: 6, c: 3 },
    ],
    [
      'a redistributed share exceeds a demand: distributed again',
      12,
      { a: c(1, 5), b: c(1, 1), c: c(1, 99) },
      { a: 5, b: 1, c: 6 },
    ],
    ['no demand: nothing', 10, { a: c(5, 0), b: c(1, 99) }, { a: 0, b: 10 }],
    ['budget 0: nothing', 0, { a: c(5, 1), b: c(1, 0) }, { a: 0, b: 0 }],
    ['single claim: no more than the budget', 10, { a: c(7, 11) }, { a: 10 }],
  ];
  function c(weight: number, demand: number): Claim {
    return { weight, demand };
  }
  for (const [why, budget, claimed, grants] of table) {
    test(why, () => assert.deepEqual(split(budget, claimed), grants));
  }

  test('any claims: no more than the budget or a demand, and nothing negative', () => {
    fc.assert(
      fc.property(amount(), claims(), (budget, claimed) => {
        const grants = split(budget, claimed);
        assert.deepEqual(Object.keys(grants).sort(), Object.keys(claimed).sort());
        assert.ok(sum(Object.values(grants)) <= budget + SLACK, `${JSON.stringify(grants)} of ${budget}`);
        for (const [key, { demand }] of Object.entries(claimed)) {
          const grant = grants[key] ?? Number.NaN;
          assert.ok(grant >= 0 && grant <= demand + SLACK, `${key} got ${grant} of ${demand}`);
        }
      }),
    );
  });

  test('unmet demand: nothing is left over', () => {
    fc.assert(
      fc.property(amount(), claims(), (budget, claimed) => {
        const granted = sum(Object.values(split(budget, claimed)));
        const demanded = sum(Object.values(claimed).map(({ demand }) => demand));
        const expected = Math.min(budget, demanded);
        assert.ok(Math.abs(granted - expected) < 1e-6, `${granted} of ${expected}`);
      }),
    );
  });

  test('any claims: no grant below the guaranteed share', () => {
    fc.assert(
      fc.property(amount(), claims(), (budget, claimed) => {
        const weights = sum(Object.values(claimed).map(({ weight }) => weight));
        const grants = split(budget, claimed);
        for (const [key, { weight, demand }] of Object.entries(claimed)) {
          const guaranteed = Math.min(demand, (budget * weight) / weights);
          assert.ok(
            (grants[key] ?? 0) >= guaranteed - SLACK,
            `${key} got ${grants[key]}, less than the guaranteed ${guaranteed}`,
          );
        }
      }),
    );
  });

  test('shortage: unmet claims get the same amount per unit of weight', () => {
    fc.assert(
      fc.property(amount(), claims(), (budget, claimed) => {
        const grants = split(budget, claimed);
        const perWeight = Object.entries(claimed)
          .filter(([key, { demand }]) => (grants[key] ?? 0) < demand - SLACK)
          .map(([key, { weight }]) => (grants[key] ?? 0) / weight);
        const spread = perWeight.length > 0 ? Math.max(...perWeight) - Math.min(...perWeight) : 0;
        assert.ok(spread < 1e-6, `shares for one unit of weight differ by ${spread}`);
      }),
    );
  });

  test('claims: not modified', () => {
    const claimed = Object.freeze({ a: Object.freeze(c(1, 3)), b: Object.freeze(c(1, 9)) });
    split(4, claimed);
    assert.deepEqual(claimed, { a: c(1, 3), b: c(1, 9) });
  });
});
