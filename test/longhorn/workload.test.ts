import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { workloadName } from '../../src/longhorn/workload.ts';

const workload = (workloadName: unknown, workloadType?: unknown) => ({ workloadName, workloadType });
const name = (...workloadsStatus: unknown[]) => workloadName({ workloadsStatus });

describe('workloadName', () => {
  const table: [behaviour: string, workloads: unknown[], name: string][] = [
    ['StatefulSet: its name', [workload('postgres', 'StatefulSet')], 'postgres'],
    [
      'StatefulSet whose name ends like a hash: its name',
      [workload('app-5d8f9c7b64', 'StatefulSet')],
      'app-5d8f9c7b64',
    ],
    ['ReplicaSet: name without the pod-template hash', [workload('web-5d8f9c7b64', 'ReplicaSet')], 'web'],
    ['ReplicaSet with a short hash: name without the hash', [workload('web-68bdc9', 'ReplicaSet')], 'web'],
    [
      'ReplicaSet with a suffix that is not a hash: suffix kept',
      [workload('web-frontend', 'ReplicaSet')],
      'web-frontend',
    ],
    [
      'ReplicaSet with a dash in its name: only the hash removed',
      [workload('my-web-5d8f9c7b64', 'ReplicaSet')],
      'my-web',
    ],
    ['Job: name without the trailing number', [workload('backup-28912345', 'Job')], 'backup'],
    [
      'Job with two trailing numbers: only the last removed',
      [workload('backup-2-28912345', 'Job')],
      'backup-2',
    ],
    ['Job without a number: its name', [workload('migrate', 'Job')], 'migrate'],
    ['DaemonSet: its name', [workload('agent-123', 'DaemonSet')], 'agent-123'],
    ['unknown type: its name', [workload('web-5d8f9c7b64')], 'web-5d8f9c7b64'],
    ['several workloads: the lexically smallest name', [workload('b'), workload('a'), workload('c')], 'a'],
    ['one of two names empty: the other one', [workload(''), workload('b')], 'b'],
    ['invalid elements: the name of a valid one', [null, 'a', workload(7), workload('b', 7)], 'b'],
    ['no workloads: empty', [], ''],
    ['name with special characters: kept', [workload('"\n\\')], '"\n\\'],
  ];
  for (const [behaviour, workloads, expected] of table) {
    test(behaviour, () => assert.equal(name(...workloads), expected));
  }

  test('ReplicaSets before and after a rollout: the same name', () => {
    assert.equal(
      name(workload('web-5d8f9c7b64', 'ReplicaSet')),
      name(workload('web-7c9fd4b855', 'ReplicaSet')),
    );
  });

  test('lastPodRefAt, as the pods no longer exist: empty', () => {
    const workloadsStatus = [workload('postgres', 'StatefulSet')];
    assert.equal(workloadName({ workloadsStatus, lastPodRefAt: '2026-11-22T05:00:00Z' }), '');
    assert.equal(workloadName({ workloadsStatus, lastPodRefAt: '' }), 'postgres');
  });

  test('invalid workloadsStatus: empty', () => {
    assert.deepEqual(
      [null, {}, 'postgres', undefined].map((workloadsStatus) => workloadName({ workloadsStatus })),
      ['', '', '', ''],
    );
  });
});
