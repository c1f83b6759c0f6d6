import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldProgress } from '../../src/state/progress.ts';
import type { Progress } from '../../src/state/state.ts';

/** A value each second, from 1 on. */
const play = (values: readonly (number | undefined)[]): Progress | undefined =>
  values.reduce<Progress | undefined>((known, value, i) => foldProgress(known, value, i + 1), undefined);

type Values = readonly (number | undefined)[];
const CASES: readonly (readonly [what: string, values: Values, changedAt: number, advancedAt: number])[] = [
  ['at first sight: moved then', [0.4], 1, 1],
  ['no progress: moved at first sight', [0.4, 0.4, 0.4], 1, 1],
  ['increases: moved and further', [0.4, 0.5, 0.6], 3, 3],
  ['falls: moved, not further', [0.4, 0.5, 0.1], 3, 2],
  ['climbs to where it was: moved, not further', [0.5, 0.1, 0.5], 3, 1],
  ['climbs beyond: further', [0.5, 0.1, 0.6], 3, 3],
  ['the first value that is known: no move', [undefined, undefined, 0.4], 1, 1],
  ['unknown for a while: as before', [0.4, 0.5, undefined, 0.5], 2, 2],
];

describe('Progress', () => {
  for (const [what, values, changedAt, advancedAt] of CASES) {
    test(what, () => {
      const progress = play(values);
      assert.deepEqual([progress?.changedAt, progress?.advancedAt], [changedAt, advancedAt]);
    });
  }
});
