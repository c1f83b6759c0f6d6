import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Family, flag, labelsOf, samplesOf, seconds } from '../../src/metrics/family.ts';
import { at } from '../support/facts.ts';

const single: Family<number> = { name: 'a', type: 'gauge', help: 'A.', value: (object) => object };
const labelled: Family<number> = {
  name: 'b',
  type: 'gauge',
  help: 'B.',
  labels: ['half'],
  *samples(object) {
    yield [object / 2, 'first'];
    yield [undefined, 'second'];
  },
};

describe('samplesOf and labelsOf', () => {
  test('family with one value: one sample without labels', () => {
    assert.deepEqual([[...samplesOf(single, 7, at(0))], labelsOf(single)], [[[7]], []]);
  });

  test('family with labels: one sample per label value', () => {
    assert.deepEqual(
      [...samplesOf(labelled, 7, at(0))],
      [
        [3.5, 'first'],
        [undefined, 'second'],
      ],
    );
    assert.deepEqual(labelsOf(labelled), ['half']);
  });
});

test('flag: true is 1, false is 0, unknown stays unknown', () => {
  assert.deepEqual([true, false, undefined].map(flag), [1, 0, undefined]);
});

test('seconds: from milliseconds, unknown stays unknown', () => {
  assert.deepEqual([1500, 0, undefined].map(seconds), [1.5, 0, undefined]);
});
