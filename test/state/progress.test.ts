import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldProgress } from '../../src/state/progress.ts';
import type { Progress } from '../../src/state/state.ts';

/** Folds one value per second, the first at 1. */
const play = (values: readonly (number | undefined)[]): Progress | undefined =>
  values.reduce<Progress | undefined>((known, value, i) => foldProgress(known, value, i + 1), undefined);

type Values = readonly (number | undefined)[];
const CASES: readonly (readonly [title: string, values: Values, changedAt: number, advancedAt: number])[] = [
  ['first value: changed and advanced at first sight', [0.4], 1, 1],
  ['constant: changed and advanced at first sight', [0.4, 0.4, 0.4], 1, 1],
  ['rising: changed and advanced at the last value', [0.4, 0.5, 0.6], 3, 3],
  ['falling: changed, not advanced', [0.4, 0.5, 0.1], 3, 2],
  ['back at the previous high: changed, not advanced', [0.5, 0.1, 0.5], 3, 1],
  ['above the previous high: changed and advanced', [0.5, 0.1, 0.6], 3, 3],
  ['unknown, then a first known value: neither changed nor advanced', [undefined, undefined, 0.4], 1, 1],
  ['unknown for a while: neither changed nor advanced', [0.4, 0.5, undefined, 0.5], 2, 2],
];

describe('foldProgress', () => {
  for (const [title, values, changedAt, advancedAt] of CASES) {
    test(title, () => {
      const progress = play(values);
      assert.deepEqual([progress?.changedAt, progress?.advancedAt], [changedAt, advancedAt]);
    });
  }
});
