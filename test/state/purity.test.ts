import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FOLDS as fold } from '../../src/state/fold.ts';
import { EMPTY_STATE } from '../../src/state/state.ts';
import { at, contextAt, listOf, play } from '../support/facts.ts';
import { lives } from './arbitraries.ts';

/** Freezes a value and all its parts; a Map itself cannot be frozen. */
function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  const parts: Iterable<unknown> = value instanceof Map ? [...value].flat() : Object.values(value);
  for (const part of parts) freeze(part);
  return value;
}

test('any history: a fold changes neither its state nor its list', () => {
  fc.assert(
    fc.property(lives(), (life) => {
      let state = freeze(EMPTY_STATE);
      for (const step of life) {
        const now = freeze(at(step.at));
        const before = structuredClone(state);
        const lists = freeze({
          volumes: listOf(step.volumes ?? []),
          backups: listOf(step.backups ?? []),
          nodes: listOf(step.nodes ?? []),
          backuptargets: listOf(step.backuptargets ?? []),
        });
        const copy = structuredClone(lists);
        fold.volumes(state, lists.volumes, contextAt(now));
        fold.backups(state, lists.backups, contextAt(now));
        fold.nodes(state, lists.nodes, contextAt(now));
        fold.backuptargets(state, lists.backuptargets, contextAt(now));
        assert.deepEqual(state, before);
        assert.deepEqual(lists, copy);
        state = freeze(play([step], state).state);
      }
    }),
  );
});
