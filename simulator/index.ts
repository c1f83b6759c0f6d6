// What the simulator offers: a cluster, the operations on it, managers that serve it, and a life for demos.
export { type Cluster, emptyCluster, type Shelf } from './cluster.ts';
export type { Fault, FaultValues, Scope } from './faults.ts';
export { type LifeOptions, live } from './life.ts';
export { type Faults, type Manager, type ManagerOptions, startManager } from './manager.ts';
export type * from './model.ts';
export { STREAMS } from './model.ts';
export * from './operations.ts';
export { type ClusterOptions, createCluster } from './population.ts';
export { type Random, seededRandom } from './random.ts';
export type { Stats } from './stats.ts';
