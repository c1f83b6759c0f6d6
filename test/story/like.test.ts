/** Elements of a story that are derived from recorded ones. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { derive } from '../../story/like.ts';
import { type JsonObject, readRecorded } from '../../story/recorded.ts';

const RECORDED: JsonObject = {
  name: 'deleting',
  id: 'deleting',
  state: 'deleting',
  links: { self: 'http://10.0.0.1/v1/volumes/deleting' },
  replicas: [{ name: 'deleting-r-1', running: true }],
  kubernetesStatus: { pvName: 'deleting', pvcName: 'pvc-deleting', namespace: 'deleting' },
  conditions: { a: { status: 'True', reason: '' }, b: 1 },
};

const CASES: readonly (readonly [what: string, changes: JsonObject, expected: JsonObject])[] = [
  ['no changes: the same element', {}, RECORDED],
  [
    'changed field of a nested object: merged deeply',
    { conditions: { a: { status: 'False' } } },
    { ...RECORDED, conditions: { a: { status: 'False', reason: '' }, b: 1 } },
  ],
  ['changed array: replaced', { replicas: [] }, { ...RECORDED, replicas: [] }],
  ['object changed to another type: replaced', { conditions: null }, { ...RECORDED, conditions: null }],
  ['another type changed to an object: replaced', { state: { a: 1 } }, { ...RECORDED, state: { a: 1 } }],
  [
    'changed name: also in replicas, paths and links; states and the PVC stay',
    { name: 'db' },
    {
      ...RECORDED,
      name: 'db',
      id: 'db',
      links: { self: 'http://10.0.0.1/v1/volumes/db' },
      replicas: [{ name: 'db-r-1', running: true }],
      kubernetesStatus: { pvName: 'db', pvcName: 'pvc-deleting', namespace: 'deleting' },
    },
  ],
];

describe('derive', () => {
  for (const [what, changes, expected] of CASES)
    test(what, () => assert.deepEqual(derive(RECORDED, changes), expected));

  test('any recorded volume with a changed name: only its PVC still has the old name', () => {
    for (const [name, volume] of readRecorded('1.12.1').elements('volumes')) {
      const { kubernetesStatus: _, ...rest } = derive(volume, { name: 'zz' });
      const text = JSON.stringify(rest).replaceAll(/"(state|robustness|notReadyMessage)":"[^"]*"/g, '');
      const found = new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`).exec(text);
      assert.equal(found, null, `${name}: ${text.slice((found?.index ?? 0) - 80, (found?.index ?? 0) + 80)}`);
    }
  });
});
