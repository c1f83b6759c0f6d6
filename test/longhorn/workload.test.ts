import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { workloadName } from '../../src/longhorn/workload.ts';

const workload = (workloadName: unknown, workloadType?: unknown) => ({ workloadName, workloadType });
const name = (...workloadsStatus: unknown[]) => workloadName({ workloadsStatus });

describe('The name of a workload', () => {
  const table: [behaviour: string, workloads: unknown[], name: string][] = [
    ['is a StatefulSet’s own', [workload('postgres', 'StatefulSet')], 'postgres'],
    [
      'is a StatefulSet’s own though it ends like a hash',
      [workload('app-5d8f9c7b64', 'StatefulSet')],
      'app-5d8f9c7b64',
    ],
    ['is a ReplicaSet’s without the pod-template hash', [workload('web-5d8f9c7b64', 'ReplicaSet')], 'web'],
    ['is the same with a short hash', [workload('web-68bdc9', 'ReplicaSet')], 'web'],
    ['keeps a suffix that is not a hash', [workload('web-frontend', 'ReplicaSet')], 'web-frontend'],
    ['keeps a dash in the name', [workload('my-web-5d8f9c7b64', 'ReplicaSet')], 'my-web'],
    ['is a Job’s without the trailing number', [workload('backup-28912345', 'Job')], 'backup'],
    ['loses one number only', [workload('backup-2-28912345', 'Job')], 'backup-2'],
    ['keeps a Job’s name without a number', [workload('migrate', 'Job')], 'migrate'],
    ['is a DaemonSet’s own', [workload('agent-123', 'DaemonSet')], 'agent-123'],
    ['is kept when the type is unknown', [workload('web-5d8f9c7b64')], 'web-5d8f9c7b64'],
    ['is the lexically smallest of several', [workload('b'), workload('a'), workload('c')], 'a'],
    ['is not empty while another one has a name', [workload(''), workload('b')], 'b'],
    ['is one that can be read', [null, 'a', workload(7), workload('b', 7)], 'b'],
    ['is empty without any', [], ''],
    ['may hold any characters', [workload('"\n\\')], '"\n\\'],
  ];
  for (const [behaviour, workloads, expected] of table) {
    test(behaviour, () => assert.equal(name(...workloads), expected));
  }

  test('stays the same over a roll-out', () => {
    assert.equal(
      name(workload('web-5d8f9c7b64', 'ReplicaSet')),
      name(workload('web-7c9fd4b855', 'ReplicaSet')),
    );
  });

  test('is empty when the pods no longer exist', () => {
    const workloadsStatus = [workload('postgres', 'StatefulSet')];
    assert.equal(workloadName({ workloadsStatus, lastPodRefAt: '2026-11-22T05:00:00Z' }), '');
    assert.equal(workloadName({ workloadsStatus, lastPodRefAt: '' }), 'postgres');
  });

  test('is empty when the list is invalid', () => {
    assert.deepEqual(
      [null, {}, 'postgres', undefined].map((workloadsStatus) => workloadName({ workloadsStatus })),
      ['', '', '', ''],
    );
  });
});
