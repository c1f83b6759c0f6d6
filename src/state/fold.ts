/** Folds a list of any stream into the state. */

import type { Listed } from '../list/element.ts';
import type { BackupTargetFacts } from '../longhorn/backup-target.ts';
import type { NodeFacts } from '../longhorn/node.ts';
import type { FactsByStream, StreamName } from '../longhorn/streams.ts';
import { foldBackups, forgetTargets } from './backups.ts';
import { assignOwners } from './owners.ts';
import { foldRecurringJobs } from './schedules.ts';
import { dropBaseline } from './snapshots.ts';
import type { FoldContext, Folded, State, Target } from './state.ts';
import { foldVolumes } from './volumes.ts';

type Objects<F> = ReadonlyMap<string, Listed<F>>;

export type Folds = {
  readonly [S in StreamName]: (
    state: State,
    objects: Objects<FactsByStream[S]>,
    context: FoldContext,
  ) => Folded;
};

export const FOLDS: Folds = {
  volumes: foldVolumes,
  backups: foldBackups,
  nodes: foldNodes,
  backuptargets: foldTargets,
  recurringjobs: foldRecurringJobs,
};

function foldNodes(state: State, objects: Objects<NodeFacts>, { node, now }: FoldContext): Folded {
  const nodes = new Map([...objects].map(([name, { facts }]) => [name, facts]));
  const { owners, events } = assignOwners(state.owners, nodes, state.volumes.keys());
  const allReady = [...nodes.values()].every(({ ready }) => ready);
  const allReadySince = allReady ? (state.allReadySince ?? now.monotonic) : undefined;
  return { state: dropForeignBaselines({ ...state, nodes, allReadySince, owners }, node), events };
}

/** Snapshot changes of a volume that another node owns are counted by that node's exporter. */
function dropForeignBaselines(state: State, node: string | undefined): State {
  if (node === undefined) return state;
  const volumes = new Map(state.volumes);
  for (const [name, volume] of state.volumes) {
    if (state.owners.byName.get(name) === node) continue;
    const snapshots = dropBaseline(volume.snapshots);
    if (snapshots !== volume.snapshots) volumes.set(name, { ...volume, snapshots });
  }
  return { ...state, volumes };
}

function foldTargets(state: State, objects: Objects<BackupTargetFacts>, { now }: FoldContext): Folded {
  const targets = new Map<string, Target>();
  for (const [name, { facts }] of objects) {
    const last = state.targets?.get(name);
    const same = last !== undefined && last.facts.available === facts.available;
    targets.set(name, { facts, since: same ? last.since : now.monotonic });
  }
  const gone = new Set([...(state.targets?.keys() ?? [])].filter((name) => !targets.has(name)));
  const backups = gone.size === 0 ? state.backups : forgetTargets(gone, state.backups, now);
  return { state: { ...state, targets, backups }, events: [] };
}
