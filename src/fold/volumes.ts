/** Folds a `volumes` list into the state: each volume that is there, and none that is gone. */

import type { Time } from '../clock.ts';
import type { Listed } from '../list/list.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import { addTroubledTime, foldHealth, NEW_HEALTH } from './health.ts';
import { assignOwners } from './owners.ts';
import { foldReplicas } from './replicas.ts';
import type { State, Volume } from './state.ts';
import type { Transition, VolumeTransition } from './transition.ts';

/** `longestGap`: how much of the time between two confirmations is credited at most, in milliseconds. */
export function foldVolumes(
  state: State,
  objects: ReadonlyMap<string, Listed<VolumeFacts>>,
  longestGap: number,
  now: Time,
): { state: State; transitions: VolumeTransition[] } {
  const first = state.confirmedAt === undefined;
  const volumes = new Map<string, Volume>();
  const confirmedAt = new Map<string, number>();
  const all: VolumeTransition[] = [];

  for (const [name, { facts, confirmed }] of objects) {
    const last = state.volumes.get(name);
    const lastConfirmedAt = state.confirmedAt?.get(name);
    if (!confirmed && last !== undefined) {
      volumes.set(name, last);
      confirmedAt.set(name, lastConfirmedAt ?? now.monotonic);
      continue;
    }
    const { volume, transitions } = foldVolume(last, facts, lastConfirmedAt, first, longestGap, now);
    volumes.set(name, volume);
    confirmedAt.set(name, now.monotonic);
    for (const transition of transitions) all.push({ ...transition, volume: name });
  }
  for (const name of state.volumes.keys()) {
    if (!volumes.has(name)) all.push({ type: 'volume_gone', volume: name });
  }
  const owners = assignOwners(state.owners, state.nodes, volumes.keys());
  return { state: { ...state, volumes, confirmedAt, owners }, transitions: all };
}

function foldVolume(
  last: Volume | undefined,
  facts: VolumeFacts,
  confirmedAt: number | undefined,
  first: boolean,
  longestGap: number,
  now: Time,
): { volume: Volume; transitions: Transition[] } {
  const known = last !== undefined && !isAnother(last, facts) ? last : undefined;
  if (known === undefined) {
    return { volume: appear(facts, now), transitions: first ? [] : [{ type: 'volume_appeared' }] };
  }
  const elapsed = Math.min(now.monotonic - (confirmedAt ?? now.monotonic), longestGap);
  const timed = addTroubledTime(known.health, known.facts, elapsed);
  if (known.facts === facts) {
    return { volume: timed === known.health ? known : { ...known, health: timed }, transitions: [] };
  }
  const { health, transitions } = foldHealth(timed, facts, known.facts, confirmedAt, now);
  const replicas = foldReplicas(known.replicas, facts, now);
  const engineNode = engineNodeOf(facts, known.engineNode);
  if (engineNode !== known.engineNode && engineNode !== '' && known.engineNode !== '') {
    transitions.push({ type: 'engine_moved', from: known.engineNode, to: engineNode });
  }
  return {
    volume: {
      ...known,
      facts,
      created: facts.created ?? known.created,
      engineNode,
      health,
      replicas: replicas.history,
    },
    transitions: [...transitions, ...replicas.transitions],
  };
}

/** A volume at its first sight: nothing has happened to it yet, whatever state it is in. */
function appear(facts: VolumeFacts, now: Time): Volume {
  return {
    facts,
    created: facts.created,
    engineNode: engineNodeOf(facts, ''),
    health: foldHealth(NEW_HEALTH, facts, undefined, undefined, now).health,
    replicas: foldReplicas(undefined, facts, now).history,
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
