/** Folds a `volumes` list, or the response to a GET of one volume, into the state. */

import { isDeepStrictEqual } from 'node:util';
import { type Time, toWall } from '../clock.ts';
import type { NamedEvent, VolumeEvent } from '../events.ts';
import type { Listed } from '../list/element.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import { addUnhealthyTime, effectiveRobustness, foldHealth, NEW_HEALTH } from './health.ts';
import { foldOperations, NO_OPERATIONS, shareUp } from './operations.ts';
import { assignOwners } from './owners.ts';
import { foldReplicas } from './replicas.ts';
import { confirmEmpty, NO_SNAPSHOT_HISTORY } from './snapshots.ts';
import type { FoldContext, Folded, State, Volume } from './state.ts';

/** Replaces the volumes by those in the list, except facts from a later request, which stay. */
export function foldVolumes(
  state: State,
  objects: ReadonlyMap<string, Listed<VolumeFacts>>,
  context: FoldContext,
): Folded {
  const { requestedAt, now } = context;
  const first = state.confirmedAt === undefined;
  const volumes = new Map<string, Volume>();
  const confirmedAt = new Map<string, number>();
  const all: NamedEvent[] = [];
  const keep = (name: string, volume: Volume, lastRequestedAt = now.monotonic) => {
    volumes.set(name, volume);
    confirmedAt.set(name, lastRequestedAt);
  };

  for (const [name, { facts, confirmed }] of objects) {
    const last = state.volumes.get(name);
    const lastRequestedAt = state.confirmedAt?.get(name);
    if (last !== undefined && (!confirmed || (lastRequestedAt ?? requestedAt) > requestedAt)) {
      keep(name, last, lastRequestedAt);
    } else if (last?.facts === facts && isUnaffectedByTime(last)) {
      keep(name, last, requestedAt);
    } else if (confirmed && (state.goneAt.get(name) ?? requestedAt) <= requestedAt) {
      const { volume, events } = foldVolume(last, facts, lastRequestedAt, context);
      keep(name, volume, requestedAt);
      if (last !== undefined || !first) for (const event of events) all.push({ ...event, volume: name });
    }
  }
  for (const [name, last] of state.volumes) {
    if (volumes.has(name)) continue;
    const lastRequestedAt = state.confirmedAt?.get(name) ?? requestedAt;
    if (lastRequestedAt > requestedAt) keep(name, last, lastRequestedAt);
    else all.push({ type: 'volume_gone', volume: name });
  }
  const goneAt = new Map([...state.goneAt].filter(([, at]) => at > requestedAt));
  const { owners } = assignOwners(state.owners, state.nodes, volumes.keys());
  return { state: { ...state, volumes, confirmedAt, goneAt, owners }, events: all };
}

/** Folds the response to a GET of a known volume: its facts, or undefined if it is gone. */
export function foldVolumeResponse(
  state: State,
  name: string,
  facts: VolumeFacts | undefined,
  context: FoldContext,
): Folded {
  const { requestedAt } = context;
  const last = state.volumes.get(name);
  const lastRequestedAt = state.confirmedAt?.get(name) ?? requestedAt;
  if (last === undefined || lastRequestedAt > requestedAt) return { state, events: [] };
  const volumes = new Map(state.volumes);
  const confirmedAt = new Map(state.confirmedAt);
  if (facts === undefined) {
    volumes.delete(name);
    confirmedAt.delete(name);
    const goneAt = new Map(state.goneAt).set(name, requestedAt);
    return {
      state: { ...state, volumes, confirmedAt, goneAt },
      events: [{ type: 'volume_gone', volume: name }],
    };
  }
  // Keep the same object if nothing changed: `===` means "nothing happened".
  const same = isDeepStrictEqual(facts, last.facts) ? last.facts : facts;
  const { volume, events } = foldVolume(last, same, lastRequestedAt, context);
  volumes.set(name, volume);
  confirmedAt.set(name, requestedAt);
  return {
    state: { ...state, volumes, confirmedAt },
    events: events.map((event) => ({ ...event, volume: name })),
  };
}

function foldVolume(
  last: Volume | undefined,
  facts: VolumeFacts,
  lastRequestedAt: number | undefined,
  { requestedAt, longestGap, now }: FoldContext,
): { volume: Volume; events: VolumeEvent[] } {
  if (last === undefined || isRecreated(last, facts)) {
    return { volume: newVolume(facts, requestedAt, now), events: [{ type: 'volume_appeared' }] };
  }
  const elapsed = Math.min(requestedAt - (lastRequestedAt ?? requestedAt), longestGap);
  const timed = addUnhealthyTime(last.health, last.facts, elapsed);
  const confirmed = confirmEmpty(last.snapshots, requestedAt);
  const events: VolumeEvent[] = [...confirmed.events];
  if (last.facts === facts) {
    const same = timed === last.health && confirmed.history === last.snapshots;
    return { volume: same ? last : { ...last, health: timed, snapshots: confirmed.history }, events };
  }
  const health = foldHealth(timed, facts, last.facts, lastRequestedAt, now);
  const replicas = foldReplicas(last.replicas, facts, now);
  const operations = foldOperations(last.operations, facts, last.facts, now);
  const engineNode = engineNodeOf(facts, last.engineNode);
  const { state: from } = last.facts;
  const { state: to } = facts;
  events.push(...health.events);
  if (engineNode !== last.engineNode && engineNode !== '' && last.engineNode !== '')
    events.push({ type: 'engine_moved', from: last.engineNode, to: engineNode });
  events.push(...replicas.events);
  if (from !== undefined && to !== undefined && from !== to) events.push({ type: 'state_changed', from, to });
  events.push(...operations.events, ...shareEvents(last.facts, facts));
  return {
    volume: {
      ...last,
      facts,
      created: facts.created ?? last.created,
      stateSince: from === to ? last.stateSince : now.monotonic,
      engineNode,
      lastUsedAt: isInUse(last.facts) && !isInUse(facts) ? lastRequestedAt : last.lastUsedAt,
      health: health.health,
      replicas: replicas.history,
      operations: operations.operations,
      snapshots: confirmed.history,
    },
    events,
  };
}

/** True for most volumes most of the time: no time counter is running and no empty response is pending. */
function isUnaffectedByTime({ facts, snapshots }: Volume): boolean {
  const condition = effectiveRobustness(facts);
  return condition !== 'degraded' && condition !== 'faulted' && snapshots.emptyAt === undefined;
}

/** A volume at first sight, without history whatever its state. */
const newVolume = (facts: VolumeFacts, since: number, now: Time): Volume => ({
  facts,
  created: facts.created,
  since,
  stateSince: now.monotonic,
  engineNode: engineNodeOf(facts, ''),
  lastUsedAt: undefined,
  health: foldHealth(NEW_HEALTH, facts, undefined, undefined, now).health,
  replicas: foldReplicas(undefined, facts, now).history,
  operations: foldOperations(NO_OPERATIONS, facts, undefined, now).operations,
  snapshots: NO_SNAPSHOT_HISTORY,
  backupCounts: new Map(),
  jobLabels: undefined,
  schedule: undefined,
  restored: undefined,
});

/** The same name with another creation time is another volume; an invalid time proves nothing. */
const isRecreated = (last: Volume, facts: VolumeFacts): boolean =>
  last.created !== undefined && facts.created !== undefined && last.created !== facts.created;

/** `controllers[].hostId`. While migrating there are two engines; the previous node counts until its engine is gone. */
function engineNodeOf({ state, controllers = [] }: VolumeFacts, last: string): string {
  if (state === 'detached') return '';
  const nodes = controllers.map(({ node }) => node).filter((node) => node !== '');
  return nodes.includes(last) ? last : (nodes[0] ?? '');
}

/** `lastPodRefAt` or when it was last seen in use, whichever is later, Unix milliseconds; undefined if neither is known. */
export function lastUse({ facts, lastUsedAt }: Volume, now: Time): number | undefined {
  const seen = lastUsedAt === undefined ? undefined : toWall(lastUsedAt, now);
  const known = [facts.lastPodRefAt, seen].filter((at) => at !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Whether it is attached for more than a backup, a snapshot or a rebuild. Without tickets, attached means in use. */
export const isInUse = ({ state, hasWorkloadTicket }: VolumeFacts): boolean =>
  state === 'attached' && hasWorkloadTicket !== false;

function shareEvents(last: VolumeFacts, facts: VolumeFacts): VolumeEvent[] {
  const [before, after] = [shareUp(last), shareUp(facts)];
  if (before === undefined || after === undefined || before === after) return [];
  return [{ type: after ? 'share_up' : 'share_down' }];
}
