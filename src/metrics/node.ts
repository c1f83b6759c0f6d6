/** The families of a node: what is on it, from all volumes; sources: the streams `volumes` and `nodes`. */

import type { NodeSeries } from '../state/served.ts';
import { REPLICA_STATUSES } from '../state/state.ts';
import type { Table } from './family.ts';

export const NODE_TABLE: Table<NodeSeries> = {
  title: 'Nodes',
  intro:
    'From the streams `volumes` and `nodes`. Label `node`, and those listed. For every node that Longhorn lists, Ready or not; each is served by one exporter, chosen by its name.',
  labels: ['node'],
  identify: ({ node }) => [node],
  families: [
    {
      name: 'longhorn_node_attached_volumes',
      type: 'gauge',
      help: 'Volumes whose engine (controllers[].hostId) is on the node.',
      value: ({ attached }) => attached.length,
    },
    {
      name: 'longhorn_node_replicas',
      type: 'gauge',
      help: 'Replicas on the node (hostId) by status.',
      labels: ['status'],
      samples: ({ replicas }) => REPLICA_STATUSES.map((status) => [replicas[status], status] as const),
    },
    {
      name: 'longhorn_node_sole_copy_volumes',
      type: 'gauge',
      help: 'Volumes all of whose usable replicas are on the node: stopping it stops them, losing it loses them.',
      value: ({ soleCopies }) => soleCopies.length,
    },
  ],
};
