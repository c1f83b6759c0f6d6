/** Folds a volume's robustness: when its trouble began, how long it lasted, how often it changed. */

import { type Moment, type Time, toMonotonic } from '../clock.ts';
import type { Robustness, VolumeEvent } from '../events.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import type { Health } from './state.ts';

export const NEW_HEALTH: Health = {
  shown: undefined,
  shownSince: 0,
  sawBegin: false,
  robustness: undefined,
  unhealthySince: undefined,
  lastHealthyAt: undefined,
  changes: 0,
  degradedMs: 0,
  faultedMs: 0,
};

/**
 * From `robustness`, `state` and `controllers[].running`. `waiting`: attached, and the engine was not polled yet, which
 * says nothing; `none`: in no use, or being created; undefined: Longhorn does not tell.
 */
export function conditionOf(facts: VolumeFacts): Robustness | 'none' | 'waiting' | undefined {
  const { robustness, state, controllers } = facts;
  const attached = state === 'attached';
  // Whatever robustness says: it is computed from replicas that nobody asks any more.
  if (attached && controllers !== undefined && !controllers.some(({ running }) => running)) return 'unknown';
  if (robustness === undefined) return undefined;
  if (robustness === 'healthy' || robustness === 'degraded' || robustness === 'faulted') return robustness;
  if (robustness !== 'unknown' || !attached) return 'none';
  return controllers === undefined ? 'unknown' : 'waiting';
}

/** Adds the time that the volume was seen degraded or faulted, which is until it was confirmed to be otherwise. */
export function addUnhealthyTime(health: Health, facts: VolumeFacts, elapsed: number): Health {
  const condition = conditionOf(facts);
  if (condition === 'degraded') return { ...health, degradedMs: health.degradedMs + elapsed };
  if (condition === 'faulted') return { ...health, faultedMs: health.faultedMs + elapsed };
  return health;
}

/** `before` and `confirmedAt`: the facts before these and when they were last confirmed; undefined at first sight. */
export function foldHealth(
  health: Health,
  facts: VolumeFacts,
  before: VolumeFacts | undefined,
  confirmedAt: number | undefined,
  now: Time,
): { health: Health; events: VolumeEvent[] } {
  const condition = conditionOf(facts);
  const shown = condition === 'waiting' ? (health.shown ?? 'none') : condition;
  const from = health.robustness;
  const to = isRobustness(condition) ? condition : from;
  const changed = from !== undefined && to !== undefined && from !== to;
  const wasHealthy = before !== undefined && conditionOf(before) === 'healthy';
  const lastHealthyAt = wasHealthy ? confirmedAt : health.lastHealthyAt;
  return {
    health: {
      ...health,
      shown,
      shownSince: shown === health.shown ? health.shownSince : now.monotonic,
      sawBegin: before !== undefined && (health.sawBegin || shown !== health.shown),
      robustness: to,
      lastHealthyAt,
      unhealthySince: unhealthySince(facts, health.unhealthySince, lastHealthyAt, now),
      changes: health.changes + (changed ? 1 : 0),
    },
    events: changed ? [{ type: 'robustness_changed', from, to }] : [],
  };
}

const isRobustness = (condition: ReturnType<typeof conditionOf>): condition is Robustness =>
  condition !== undefined && condition !== 'none' && condition !== 'waiting';

/** An episode lasts until healthy, or until detached and not faulted; what lies between does not end it. */
function unhealthySince(
  facts: VolumeFacts,
  since: Moment | undefined,
  lastHealthyAt: number | undefined,
  now: Time,
): Moment | undefined {
  const condition = conditionOf(facts);
  if (condition === 'healthy' || (facts.state === 'detached' && condition !== 'faulted')) return undefined;
  if (since !== undefined || !isRobustness(condition)) return since;
  return firstFailure(facts, lastHealthyAt, now) ?? { monotonic: now.monotonic };
}

/**
 * Longhorn's own failedAt is nearer to the truth than our first sight: of the n replicas that are missing now, the earliest
 * of the n latest failures. One that the volume was healthy after belongs to an earlier episode.
 */
function firstFailure(facts: VolumeFacts, lastHealthyAt: number | undefined, now: Time): Moment | undefined {
  const replicas = facts.replicas ?? [];
  const healthy = replicas.filter(({ mode, running, failed }) => mode === 'RW' && running && !failed).length;
  const missing = Math.max(0, (facts.replicasDesired ?? 0) - healthy);
  const failures = replicas
    .map(({ failedAt }) => failedAt ?? Number.NaN)
    .filter((wall) => {
      const at = toMonotonic(wall, now);
      return at < now.monotonic && (lastHealthyAt === undefined || at > lastHealthyAt);
    })
    .sort((a, b) => b - a)
    .slice(0, missing);
  const earliest = failures.at(-1);
  return earliest === undefined ? undefined : { wall: earliest };
}
