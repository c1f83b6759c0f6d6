/** The number of nodes from which a volume could be served, and what each node holds. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReplicaFacts } from '../../src/longhorn/replica.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import type { ReplicaStatus } from '../../src/state/state.ts';
import {
  controller,
  node,
  play,
  replica,
  servedOf,
  volume,
  volumeLife,
  volumeMetric,
} from '../support/facts.ts';

const on = (name: string, status: ReplicaStatus = 'healthy', more: Partial<ReplicaFacts> = {}) =>
  replica(`r-${name}-${status}`, status, { node: name, ...more });
const DETACHED = { state: 'detached', robustness: 'unknown', controllers: [] };
const stopped = (name: string, more: Partial<ReplicaFacts> = {}) =>
  on(name, 'healthy', { mode: '', running: false, ...more });

describe('longhorn_volume_redundancy_nodes', () => {
  type Life = readonly Partial<VolumeFacts>[];
  const table: [history: string, life: Life, nodes: number | undefined][] = [
    ['three replicas on three nodes', [{ replicas: [on('a'), on('b'), on('c')] }], 3],
    [
      'three replicas on one node',
      [{ replicas: [on('a'), on('a', 'stopped'), replica('x', 'healthy', { node: 'a' })] }],
      1,
    ],
    [
      'one healthy, one being rebuilt, one failed',
      [{ replicas: [on('a'), on('b', 'rebuilding'), on('c', 'failed')] }],
      1,
    ],
    [
      'one healthy, one on a node that is down, its mode still RW',
      [{ replicas: [on('a'), on('b', 'healthy', { running: false })] }],
      1,
    ],
    ['one healthy, one that the engine has not added yet', [{ replicas: [on('a'), on('b', 'waiting')] }], 1],
    [
      'detached at first sight, two in Longhorn’s record',
      [{ ...DETACHED, replicas: [stopped('a'), stopped('b')] }],
      2,
    ],
    [
      'detached at first sight, one failed',
      [{ ...DETACHED, replicas: [stopped('a'), stopped('b', { failed: true })] }],
      1,
    ],
    [
      'detached at first sight, one without a disk',
      [{ ...DETACHED, replicas: [stopped('a'), stopped('b', { hasDisk: false })] }],
      1,
    ],
    [
      'detached, one was still being rebuilt',
      [
        { replicas: [on('a'), replica('r2', 'rebuilding', { node: 'b' })] },
        { ...DETACHED, replicas: [stopped('a'), replica('r2', 'stopped', { node: 'b' })] },
      ],
      1,
    ],
    [
      'detached, both were healthy',
      [{ replicas: [on('a'), on('b')] }, { ...DETACHED, replicas: [stopped('a'), stopped('b')] }],
      2,
    ],
    [
      'attached, engine not polled yet, both were healthy',
      [
        { replicas: [on('a'), on('b')] },
        {
          robustness: 'unknown',
          replicas: [on('a', 'healthy', { mode: '' }), on('b', 'healthy', { mode: '' })],
        },
      ],
      2,
    ],
    ['no replicas', [{ replicas: [] }], undefined],
    ['replicas not listed', [{ replicas: undefined }], undefined],
  ];
  for (const [history, life, nodes] of table)
    test(`${history}: ${nodes ?? 'absent'}`, () => {
      const played = volumeLife(...life.map((facts, i) => [i * 10, facts] as const));
      assert.equal(volumeMetric(played)('longhorn_volume_redundancy_nodes'), nodes);
    });
});

describe('longhorn_volume_redundancy_zones', () => {
  const zones = (...nodes: ReturnType<typeof node>[]) =>
    volumeMetric(play([{ at: 0, volumes: [volume({ replicas: [on('a'), on('b'), on('c')] })], nodes }]))(
      'longhorn_volume_redundancy_zones',
    );
  test('three nodes in two zones: 2', () =>
    assert.equal(zones(node('a', true, 'x'), node('b', true, 'x'), node('c', true, 'y')), 2));
  test('only a node without a replica has a zone: absent', () =>
    assert.equal(zones(node('a'), node('b'), node('c'), node('d', true, 'x')), undefined));
  test('no node has a zone: absent', () => assert.equal(zones(node('a'), node('b'), node('c')), undefined));
});

describe('Series of a node', () => {
  const { served } = (() => {
    const played = play([
      {
        at: 0,
        nodes: [node('a'), node('b', false), node('c')],
        volumes: [
          volume({ name: 'pvc-1', controllers: [controller('a')], replicas: [on('a'), on('b')] }),
          volume({
            name: 'pvc-2',
            controllers: [controller('a')],
            replicas: [on('b'), on('a', 'rebuilding')],
          }),
          volume({ name: 'pvc-3', ...DETACHED, replicas: [stopped('c')] }),
          volume({ name: 'pvc-4', replicas: [on('gone')], controllers: [controller('gone')] }),
        ],
      },
    ]);
    return { served: new Map(servedOf(played).nodes.map((series) => [series.node, series])) };
  })();

  test('nodes that Longhorn lists, Ready or not: served; other nodes: not served', () =>
    assert.deepEqual([...served.keys()], ['a', 'b', 'c']));
  test('attached: the volumes whose engine is on the node', () =>
    assert.deepEqual(served.get('a')?.attached, ['pvc-1', 'pvc-2']));
  test('soleCopies: the volumes whose usable replicas are all on the node', () =>
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => served.get(name)?.soleCopies),
      [[], ['pvc-2'], ['pvc-3']],
    ));
  test('replicas: counted by status', () =>
    assert.deepEqual(served.get('a')?.replicas, {
      healthy: 1,
      rebuilding: 1,
      failed: 0,
      stopped: 0,
      waiting: 0,
    }));
});
