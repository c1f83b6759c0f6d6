/** An element of a story that is like a recorded one. */

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

const CASES: readonly (readonly [what: string, changes: JsonObject, becomes: JsonObject])[] = [
  ['no changes: as it is', {}, RECORDED],
  [
    'objects are merged deeply',
    { conditions: { a: { status: 'False' } } },
    { ...RECORDED, conditions: { a: { status: 'False', reason: '' }, b: 1 } },
  ],
  ['arrays are replaced', { replicas: [] }, { ...RECORDED, replicas: [] }],
  ['an object is replaced by another type', { conditions: null }, { ...RECORDED, conditions: null }],
  ['another type is replaced by an object', { state: { a: 1 } }, { ...RECORDED, state: { a: 1 } }],
  [
    'a name renames replicas, paths and links; states and the PVC stay',
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

describe('Like a recorded element:', () => {
  for (const [what, changes, becomes] of CASES)
    test(what, () => assert.deepEqual(derive(RECORDED, changes), becomes));

  test('no part of a recorded volume, except its PVC, has the old name', () => {
    for (const [name, volume] of readRecorded('1.12.1').elements('volumes')) {
      const { kubernetesStatus: _, ...rest } = derive(volume, { name: 'zz' });
      const text = JSON.stringify(rest).replaceAll(/"(state|robustness|notReadyMessage)":"[^"]*"/g, '');
      const left = new RegExp(`(?<![a-z0-9])${name}(?![a-z0-9])`).exec(text);
      assert.equal(left, null, `${name}: ${text.slice((left?.index ?? 0) - 80, (left?.index ?? 0) + 80)}`);
    }
  });
});
