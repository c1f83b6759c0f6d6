/** The simulator's API: a cluster, operations on it, and managers that serve it. */

export { type Cluster, emptyCluster } from './cluster.ts';
export { rfc3339 } from './go.ts';
export { type Manager, type ManagerOptions, startManager } from './manager.ts';
export type * from './model.ts';
export { STREAMS } from './model.ts';
export * from './operations/backups.ts';
export * from './operations/data.ts';
export * from './operations/nodes.ts';
export * from './operations/replicas.ts';
export * from './operations/volumes.ts';
export { type ClusterOptions, createCluster } from './population.ts';
export { hexSuffix, pick, type Random, seededRandom, shuffled } from './random.ts';
