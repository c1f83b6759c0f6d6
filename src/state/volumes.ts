/** Folds a `volumes` list, or the answer to a GET of one volume, into the state. */

import { isDeepStrictEqual } from 'node:util';
import type { Time } from '../clock.ts';
import type { Listed } from '../list/element.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import type { FoldContext, Folded } from './fold.ts';
import { addTroubledTime, foldHealth, NEW_HEALTH } from './health.ts';
import { assignOwners } from './owners.ts';
import { foldReplicas } from './replicas.ts';
import { confirmEmpty, NO_SNAPSHOT_HISTORY } from './snapshots.ts';
import type { State, Volume } from './state.ts';
import type { Transition, VolumeTransition } from './transition.ts';

/** Each volume that the list holds, and none that is gone; what is known from a later request stays. */
export function foldVolumes(
  state: State,
  objects: ReadonlyMap<string, Listed<VolumeFacts>>,
  context: FoldContext,
): Folded {
  const { askedAt, now } = context;
  const first = state.confirmedAt === undefined;
  const volumes = new Map<string, Volume>();
  const confirmedAt = new Map<string, number>();
  const all: VolumeTransition[] = [];
  const keep = (name: string, volume: Volume, lastAskedAt = now.monotonic) => {
    volumes.set(name, volume);
    confirmedAt.set(name, lastAskedAt);
  };

  for (const [name, { facts, confirmed }] of objects) {
    const last = state.volumes.get(name);
    const lastAskedAt = state.confirmedAt?.get(name);
    if (last !== undefined && (!confirmed || (lastAskedAt ?? askedAt) > askedAt)) {
      keep(name, last, lastAskedAt);
    } else if (last?.facts === facts && isAtRest(last)) {
      keep(name, last, askedAt);
    } else if (confirmed && (state.goneAt.get(name) ?? askedAt) <= askedAt) {
      const { volume, transitions } = foldVolume(last, facts, lastAskedAt, context);
      keep(name, volume, askedAt);
      if (last !== undefined || !first)
        for (const transition of transitions) all.push({ ...transition, volume: name });
    }
  }
  for (const [name, last] of state.volumes) {
    if (volumes.has(name)) continue;
    const lastAskedAt = state.confirmedAt?.get(name) ?? askedAt;
    if (lastAskedAt > askedAt) keep(name, last, lastAskedAt);
    else all.push({ type: 'volume_gone', volume: name });
  }
  const goneAt = new Map([...state.goneAt].filter(([, at]) => at > askedAt));
  const owners = assignOwners(state.owners, state.nodes, volumes.keys());
  return { state: { ...state, volumes, confirmedAt, goneAt, owners }, transitions: all };
}

/** The answer to a GET of a volume that is known: its facts, or undefined when it is gone. */
export function foldVolumeAnswer(
  state: State,
  name: string,
  facts: VolumeFacts | undefined,
  context: FoldContext,
): Folded {
  const { askedAt } = context;
  const last = state.volumes.get(name);
  const lastAskedAt = state.confirmedAt?.get(name) ?? askedAt;
  if (last === undefined || lastAskedAt > askedAt) return { state, transitions: [] };
  const volumes = new Map(state.volumes);
  const confirmedAt = new Map(state.confirmedAt);
  if (facts === undefined) {
    volumes.delete(name);
    confirmedAt.delete(name);
    const goneAt = new Map(state.goneAt).set(name, askedAt);
    return {
      state: { ...state, volumes, confirmedAt, goneAt },
      transitions: [{ type: 'volume_gone', volume: name }],
    };
  }
  // Nothing has changed for as long as the facts are the same object.
  const same = isDeepStrictEqual(facts, last.facts) ? last.facts : facts;
  const { volume, transitions } = foldVolume(last, same, lastAskedAt, context);
  volumes.set(name, volume);
  confirmedAt.set(name, askedAt);
  return {
    state: { ...state, volumes, confirmedAt },
    transitions: transitions.map((transition) => ({ ...transition, volume: name })),
  };
}

function foldVolume(
  last: Volume | undefined,
  facts: VolumeFacts,
  lastAskedAt: number | undefined,
  { askedAt, longestGap, now }: FoldContext,
): { volume: Volume; transitions: Transition[] } {
  if (last === undefined || isAnother(last, facts)) {
    return { volume: appear(facts, askedAt, now), transitions: [{ type: 'volume_appeared' }] };
  }
  const elapsed = Math.min(askedAt - (lastAskedAt ?? askedAt), longestGap);
  const timed = addTroubledTime(last.health, last.facts, elapsed);
  const snapshots = confirmEmpty(last.snapshots, askedAt);
  if (last.facts === facts) {
    const same = timed === last.health && snapshots === last.snapshots;
    return { volume: same ? last : { ...last, health: timed, snapshots }, transitions: [] };
  }
  const { health, transitions } = foldHealth(timed, facts, last.facts, lastAskedAt, now);
  const replicas = foldReplicas(last.replicas, facts, now);
  const engineNode = engineNodeOf(facts, last.engineNode);
  if (engineNode !== last.engineNode && engineNode !== '' && last.engineNode !== '') {
    transitions.push({ type: 'engine_moved', from: last.engineNode, to: engineNode });
  }
  const created = facts.created ?? last.created;
  return {
    volume: { ...last, facts, created, engineNode, health, replicas: replicas.history, snapshots },
    transitions: [...transitions, ...replicas.transitions],
  };
}

/** Whether time alone changes nothing: most volumes, most of the time. */
const isAtRest = ({ facts: { robustness }, snapshots }: Volume): boolean =>
  robustness !== 'degraded' && robustness !== 'faulted' && snapshots.emptyAt === undefined;

/** A volume at its first sight: nothing has happened to it yet, whatever state it is in. */
function appear(facts: VolumeFacts, since: number, now: Time): Volume {
  return {
    facts,
    created: facts.created,
    since,
    engineNode: engineNodeOf(facts, ''),
    health: foldHealth(NEW_HEALTH, facts, undefined, undefined, now).health,
    replicas: foldReplicas(undefined, facts, now).history,
    snapshots: NO_SNAPSHOT_HISTORY,
    backupCounts: new Map(),
  };
}

/** The same name with another creation time is another volume; a time that cannot be read proves nothing. */
const isAnother = (last: Volume, facts: VolumeFacts): boolean =>
  last.created !== undefined && facts.created !== undefined && last.created !== facts.created;

/** While migrating there are two engines: the volume is where it was for as long as that one runs. */
function engineNodeOf({ state, engineNodes }: VolumeFacts, last: string): string {
  if (state === 'detached') return '';
  return engineNodes.includes(last) ? last : (engineNodes[0] ?? '');
}
