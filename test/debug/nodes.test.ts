/** Whether a node is safe to stop: the verdict, and the effect on each volume. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Effect, nodePage, nodeRows } from '../../src/debug/nodes.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { NODE_TABLE } from '../../src/metrics/node.ts';
import { nodeSeries } from '../../src/state/served.ts';
import type { ReplicaStatus } from '../../src/state/state.ts';
import { lives } from '../state/arbitraries.ts';
import { at, controller, node, replica, sampleOf, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const NODES = [node('node-1'), node('node-2'), node('node-3')];

/** Replicas on node-1, node-2 and so on, in these statuses. */
const replicas = (...statuses: readonly ReplicaStatus[]) =>
  statuses.map((status, i) => replica(`r${i + 1}`, status, { node: `node-${i + 1}` }));

const DETACHED: Partial<VolumeFacts> = {
  state: 'detached',
  robustness: 'unknown',
  controllers: [controller('', { running: false })],
};
const ATTACHED_TO_NODE_3: Partial<VolumeFacts> = { controllers: [controller('node-3')] };

interface Case {
  readonly volumes: readonly Partial<VolumeFacts>[];
  readonly verdict: string;
  readonly sentence: string;
  /** Of the first volume. */
  readonly effects: readonly Effect[];
}

/** The verdict on node-1. */
const CASES: Readonly<Record<string, Case>> = {
  'nothing on the node': {
    volumes: [{ ...ATTACHED_TO_NODE_3, replicas: [replica('r1', 'healthy', { node: 'node-2' })] }],
    verdict: 'safe',
    sentence: 'safe',
    effects: [],
  },
  'one of three replicas of a volume attached elsewhere': {
    volumes: [{ ...ATTACHED_TO_NODE_3, replicas: replicas('healthy', 'healthy', 'healthy') }],
    verdict: 'safe',
    sentence: 'safe',
    effects: ['degrades'],
  },
  'attached there for a workload': {
    volumes: [{ replicas: replicas('healthy', 'healthy') }],
    verdict: 'stops',
    sentence: 'stops 1 workload',
    effects: ['stops', 'degrades'],
  },
  'two volumes of one workload, and one of another': {
    volumes: ['db', 'db', 'web'].map((workload) => ({ workload, replicas: replicas('healthy', 'healthy') })),
    verdict: 'stops',
    sentence: 'stops 2 workloads',
    effects: ['stops', 'degrades'],
  },
  'attached there for a backup only': {
    volumes: [{ hasWorkloadTicket: false, replicas: replicas('healthy', 'healthy') }],
    verdict: 'safe',
    sentence: 'safe',
    effects: ['detaches', 'degrades'],
  },
  'the only replica that has not failed': {
    volumes: [
      { ...ATTACHED_TO_NODE_3, robustness: 'degraded', replicas: replicas('healthy', 'failed', 'failed') },
    ],
    verdict: 'loses',
    sentence: 'loses the only copy of 1 volume',
    effects: ['only_copy'],
  },
  'all replicas, of a volume attached there': {
    volumes: [{ replicas: [replica('r1'), replica('r2')] }],
    verdict: 'loses',
    sentence: 'loses the only copy of 1 volume; stops 1 workload',
    effects: ['only_copy', 'stops'],
  },
  'the only replica of a detached volume': {
    volumes: [{ ...DETACHED, replicas: replicas('stopped', 'failed') }],
    verdict: 'loses',
    sentence: 'loses the only copy of 1 volume',
    effects: ['only_copy'],
  },
  'a failed replica of a faulted volume': {
    volumes: [{ ...DETACHED, robustness: 'faulted', replicas: replicas('failed', 'failed') }],
    verdict: 'loses',
    sentence: 'loses the remaining replicas of 1 faulted volume',
    effects: ['remains'],
  },
  'a failed replica of a volume with other healthy replicas': {
    volumes: [
      { ...ATTACHED_TO_NODE_3, robustness: 'degraded', replicas: replicas('failed', 'healthy', 'healthy') },
    ],
    verdict: 'safe',
    sentence: 'safe',
    effects: [],
  },
  'a replica being rebuilt there': {
    volumes: [
      {
        ...ATTACHED_TO_NODE_3,
        robustness: 'degraded',
        replicas: replicas('rebuilding', 'healthy', 'healthy'),
      },
    ],
    verdict: 'safe',
    sentence: 'safe',
    effects: ['rebuild_to'],
  },
  'the only source of a rebuild': {
    volumes: [{ ...ATTACHED_TO_NODE_3, robustness: 'degraded', replicas: replicas('healthy', 'rebuilding') }],
    verdict: 'loses',
    sentence: 'loses the only copy of 1 volume',
    effects: ['only_copy', 'rebuild_from'],
  },
  'one of two sources of a rebuild': {
    volumes: [
      {
        ...ATTACHED_TO_NODE_3,
        robustness: 'degraded',
        replicas: replicas('healthy', 'healthy', 'rebuilding'),
      },
    ],
    verdict: 'safe',
    sentence: 'safe',
    effects: ['rebuild_from', 'degrades'],
  },
  'a volume for which Longhorn lists no replicas': {
    volumes: [{ ...ATTACHED_TO_NODE_3, replicas: [] }],
    verdict: 'unknown',
    sentence: 'not known: Longhorn lists no replicas of 1 volume',
    effects: [],
  },
  'a volume attached there, and another for which Longhorn lists no replicas': {
    volumes: [{ replicas: replicas('healthy', 'healthy') }, { ...ATTACHED_TO_NODE_3, replicas: undefined }],
    verdict: 'unknown',
    sentence: 'not known: Longhorn lists no replicas of 1 volume; stops 1 workload',
    effects: ['stops', 'degrades'],
  },
  'a volume that is being created': {
    volumes: [{ state: 'creating', robustness: '', controllers: [], replicas: [] }],
    verdict: 'safe',
    sentence: 'safe',
    effects: [],
  },
};

describe('verdict on stopping a node', () => {
  for (const [what, { volumes, verdict, sentence, effects }] of Object.entries(CASES)) {
    test(`${what}: ${sentence}`, () => {
      const facts = volumes.map((more, i) => volume({ name: `pvc-${i}`, ...more }));
      const { view, now } = viewOf([{ at: 0, volumes: facts, nodes: NODES }]);
      const page = nodePage('node-1', view, now) ?? assert.fail('no page');
      assert.deepEqual([page.node.verdict, page.node.sentence], [verdict, sentence]);
      const row = page.volumes.find(({ name }) => name === 'pvc-0');
      assert.deepEqual(row?.effects ?? [], effects);
      const listed = nodeRows(view, now)?.find(({ name }) => name === 'node-1');
      assert.deepEqual(listed, page.node, 'row in the overview');
    });
  }

  test('stale lists: the verdict is unknown', () => {
    const { view } = viewOf([{ at: 0, volumes: [volume()], nodes: NODES }]);
    const rows = nodeRows(view, at(3_600)) ?? [];
    assert.deepEqual(
      rows.map(({ verdict, sentence }) => [verdict, sentence]),
      NODES.map(() => ['unknown', 'not known: the last list of volumes is too old']),
    );
  });

  test('no list of nodes yet: no rows, and no page', () => {
    const { view, now } = viewOf([{ at: 0, volumes: [volume()] }]);
    assert.equal(nodeRows(view, now), undefined);
    assert.equal(nodePage('node-1', view, now), undefined);
  });

  test('several nodes: the least safe first, then by name', () => {
    const { view, now } = viewOf([
      {
        at: 0,
        nodes: [...NODES, node('node-0')],
        volumes: [
          volume({
            name: 'a',
            ...ATTACHED_TO_NODE_3,
            replicas: [replica('r1', 'healthy', { node: 'node-2' })],
          }),
        ],
      },
    ]);
    const rows = (nodeRows(view, now) ?? []).map(({ name, verdict }) => `${name} ${verdict}`);
    assert.deepEqual(rows, ['node-2 loses', 'node-3 stops', 'node-0 safe', 'node-1 safe']);
  });

  test('any cluster: rows and metrics have the same counts', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { view, now } = viewOf(life);
        const series = new Map(nodeSeries(view.state).map((each) => [each.node, each]));
        for (const row of nodeRows(view, now) ?? []) {
          const counts = series.get(row.name) ?? assert.fail(row.name);
          const metric = (name: string) => sampleOf(NODE_TABLE, counts, now, name);
          assert.equal(row.attached, metric('longhorn_node_attached_volumes'));
          assert.equal(row.soleCopies, metric('longhorn_node_sole_copy_volumes'));
        }
      }),
    );
  });
});
