/** Folds a volume's robustness: when its trouble began, how long it lasted, how often it changed. */

import { type Moment, type Time, toMonotonic } from '../clock.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import type { Robustness, Transition } from './transition.ts';

export interface Health {
  /** The last of the four that was seen; a detached volume keeps it. */
  readonly robustness: Robustness | undefined;
  /** When the running episode of trouble began. */
  readonly troubledSince: Moment | undefined;
  /** Monotonic milliseconds of the last sight of it being healthy before these facts. */
  readonly lastHealthyAt: number | undefined;
  readonly changes: number;
  readonly degradedMs: number;
  readonly faultedMs: number;
}

export const NEW_HEALTH: Health = {
  robustness: undefined,
  troubledSince: undefined,
  lastHealthyAt: undefined,
  changes: 0,
  degradedMs: 0,
  faultedMs: 0,
};

/** From `robustness` and `state`; undefined while the volume is in none of the four conditions. */
export function robustnessOf({ robustness, state }: VolumeFacts): Robustness | undefined {
  if (robustness === 'healthy' || robustness === 'degraded' || robustness === 'faulted') return robustness;
  return robustness === 'unknown' && state === 'attached' ? 'unknown' : undefined;
}

/** Adds the time that the volume was seen degraded or faulted, which is until it was confirmed to be otherwise. */
export function addTroubledTime(health: Health, { robustness }: VolumeFacts, elapsed: number): Health {
  if (robustness === 'degraded') return { ...health, degradedMs: health.degradedMs + elapsed };
  if (robustness === 'faulted') return { ...health, faultedMs: health.faultedMs + elapsed };
  return health;
}

/** `before` and `confirmedAt`: the facts before these and when they were last confirmed; undefined at first sight. */
export function foldHealth(
  health: Health,
  facts: VolumeFacts,
  before: VolumeFacts | undefined,
  confirmedAt: number | undefined,
  now: Time,
): { health: Health; transitions: Transition[] } {
  const from = health.robustness;
  const to = robustnessOf(facts) ?? from;
  const changed = from !== undefined && to !== undefined && from !== to;
  const lastHealthyAt = before?.robustness === 'healthy' ? confirmedAt : health.lastHealthyAt;
  return {
    health: {
      ...health,
      robustness: to,
      lastHealthyAt,
      troubledSince: troubledSince(facts, health.troubledSince, lastHealthyAt, now),
      changes: health.changes + (changed ? 1 : 0),
    },
    transitions: changed ? [{ type: 'robustness_changed', from, to }] : [],
  };
}

/** An episode lasts until healthy, or until detached and not faulted; what lies between does not end it. */
function troubledSince(
  facts: VolumeFacts,
  since: Moment | undefined,
  lastHealthyAt: number | undefined,
  now: Time,
): Moment | undefined {
  const robustness = robustnessOf(facts);
  if (robustness === 'healthy' || (facts.state === 'detached' && robustness !== 'faulted')) return undefined;
  if (since !== undefined || robustness === undefined) return since;
  // Longhorn's own failedAt is nearer to the truth than our first sight, unless it belongs to an earlier episode.
  let began = now.monotonic;
  let moment: Moment = { monotonic: began };
  for (const replica of facts.replicas ?? []) {
    if (replica.failedAt === undefined) continue;
    const failedAt = toMonotonic(replica.failedAt, now);
    if (failedAt >= began || (lastHealthyAt !== undefined && failedAt <= lastHealthyAt)) continue;
    began = failedAt;
    moment = { wall: replica.failedAt };
  }
  return moment;
}
