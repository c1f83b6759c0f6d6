import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readNode } from '../../src/longhorn/node.ts';

describe('readNode', () => {
  const table: [behaviour: string, conditions: unknown, ready: boolean][] = [
    ['Ready is True: ready', { Ready: { status: 'True' } }, true],
    ['Ready is False: not ready', { Ready: { status: 'False' } }, false],
    ['Ready is Unknown: not ready', { Ready: { status: 'Unknown' } }, false],
    ['status of Ready is not a string: not ready', { Ready: { status: true } }, false],
    ['condition Ready missing: not ready', { Schedulable: { status: 'True' } }, false],
    ['no conditions: not ready', undefined, false],
    ['invalid conditions: not ready', 'Ready', false],
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
