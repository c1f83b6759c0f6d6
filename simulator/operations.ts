// Everything that can happen to a cluster, by name and one step at a time, each the way a client of the API sees it.
export * from './operations/attachment.ts';
export * from './operations/backups.ts';
export * from './operations/migration.ts';
export * from './operations/nodes.ts';
export * from './operations/rebuilds.ts';
export * from './operations/replicas.ts';
export * from './operations/snapshots.ts';
export * from './operations/volumes.ts';
