/** Folds a list of any stream into the state: the one place where state meets facts. */

import type { Time } from '../clock.ts';
import type { Listed } from '../list/list.ts';
import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { FactsByStream, StreamName } from '../longhorn/streams.ts';
import { foldBackups } from './backups.ts';
import { assignOwners } from './owners.ts';
import type { State } from './state.ts';
import type { VolumeTransition } from './transition.ts';
import { foldVolumes } from './volumes.ts';

export interface Folded {
  readonly state: State;
  readonly transitions: readonly VolumeTransition[];
}

export interface FoldOptions {
  /** How much of the time between two sights of a volume its time counters are credited at most, in milliseconds. */
  readonly longestGap: number;
}

type Objects<F> = ReadonlyMap<string, Listed<F>>;

export type Folds = {
  readonly [S in StreamName]: (state: State, objects: Objects<FactsByStream[S]>, now: Time) => Folded;
};

export const folds = ({ longestGap }: FoldOptions): Folds => ({
  volumes: (state, objects, now) => foldVolumes(state, objects, longestGap, now),
  backups: (state, objects, now) => foldBackups(state, objects, now),
  nodes: foldNodes,
  backuptargets: foldTargets,
});

function foldNodes(state: State, objects: Objects<NodeFacts>): Folded {
  const nodes = factsOf(objects);
  const owners = assignOwners(state.owners, nodes, state.volumes.keys());
  return { state: { ...state, nodes, owners }, transitions: [] };
}

function foldTargets(state: State, objects: Objects<BackupTargetFacts>): Folded {
  return { state: { ...state, targets: factsOf(objects) }, transitions: [] };
}

const factsOf = <F>(objects: Objects<F>): ReadonlyMap<string, F> =>
  new Map([...objects].map(([name, { facts }]) => [name, facts]));
