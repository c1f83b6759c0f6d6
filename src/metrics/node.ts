/** Metrics of a node: which volumes and replicas it holds, from the streams `volumes` and `nodes`. */

import type { NodeSeries } from '../state/served.ts';
import { REPLICA_STATUSES } from '../state/state.ts';
import type { Table } from './family.ts';

export const NODE_TABLE: Table<NodeSeries> = {
  title: 'Nodes',
  intro:
    'From the streams `volumes` and `nodes`. Labels: `node` and those listed. Every node that Longhorn lists has series, Ready or not. One exporter serves each node, chosen by its name.',
  labels: ['node'],
  identify: ({ node }) => [node],
  families: [
    {
      name: 'longhorn_node_attached_volumes',
      type: 'gauge',
      help: 'Number of volumes with their engine (controllers[].hostId) on the node.',
      value: ({ attached }) => attached.length,
    },
    {
      name: 'longhorn_node_replicas',
      type: 'gauge',
      help: 'Number of replicas on the node (hostId) by status.',
      labels: ['status'],
      samples: ({ replicas }) => REPLICA_STATUSES.map((status) => [replicas[status], status] as const),
    },
    {
      name: 'longhorn_node_sole_copy_volumes',
      type: 'gauge',
      help: 'Number of volumes with all usable replicas on this node: stopping it stops them, losing it loses their data.',
      value: ({ soleCopies }) => soleCopies.length,
    },
  ],
};
