import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readNode } from '../../src/longhorn/node.ts';

describe('A node', () => {
  const table: [behaviour: string, conditions: unknown, ready: boolean][] = [
    ['is ready when its condition is True', { Ready: { status: 'True' } }, true],
    ['is not ready when it is False', { Ready: { status: 'False' } }, false],
    ['is not ready when it is Unknown', { Ready: { status: 'Unknown' } }, false],
    ['is not ready when it is not a text', { Ready: { status: true } }, false],
    ['is not ready without the condition', { Schedulable: { status: 'True' } }, false],
    ['is not ready without any condition', undefined, false],
    ['is not ready with invalid conditions', 'Ready', false],
  ];
  for (const [behaviour, conditions, ready] of table) {
    test(behaviour, () =>
      assert.deepEqual(readNode({ conditions }, 'node-1'), {
        name: 'node-1',
        ready,
        zone: '',
      }),
    );
  }
});
