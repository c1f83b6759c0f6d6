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

describe('A family', () => {
  test('of one value has one sample without labels', () => {
    assert.deepEqual([[...samplesOf(single, 7, at(0))], labelsOf(single)], [[[7]], []]);
  });

  test('of several values has one sample each', () => {
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

test('true: 1; false: 0; unknown: unknown', () => {
  assert.deepEqual([true, false, undefined].map(flag), [1, 0, undefined]);
});

test('milliseconds: seconds; unknown: unknown', () => {
  assert.deepEqual([1500, 0, undefined].map(seconds), [1.5, 0, undefined]);
});
