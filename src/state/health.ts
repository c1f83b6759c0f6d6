/** Folds a volume's robustness: since when it is unhealthy, for how long, and how often robustness changed. */

import { type Moment, type Time, toMonotonic } from '../clock.ts';
import type { Robustness, VolumeEvent } from '../events.ts';
import type { VolumeFacts } from '../longhorn/volume.ts';
import type { Health } from './state.ts';

export const NEW_HEALTH: Health = {
  shown: undefined,
  shownSince: 0,
  sawStart: false,
  robustness: undefined,
  unhealthySince: undefined,
  lastHealthyAt: undefined,
  changes: 0,
  degradedMs: 0,
  faultedMs: 0,
};

/**
 * From `robustness`, `state` and `controllers[].running`. `waiting`: attached, but the engine has not been polled yet;
 * `none`: not in use, or being created; undefined: Longhorn does not report it.
 */
export function effectiveRobustness(facts: VolumeFacts): Robustness | 'none' | 'waiting' | undefined {
  const { robustness, state, controllers } = facts;
  const attached = state === 'attached';
  // Ignore robustness: Longhorn computes it from replicas that no engine checks any more.
  if (attached && controllers !== undefined && !controllers.some(({ running }) => running)) return 'unknown';
  if (robustness === undefined) return undefined;
  if (robustness === 'healthy' || robustness === 'degraded' || robustness === 'faulted') return robustness;
  if (robustness !== 'unknown' || !attached) return 'none';
  return controllers === undefined ? 'unknown' : 'waiting';
}

/** Adds the time since the last facts, if the volume was degraded or faulted then. */
export function addUnhealthyTime(health: Health, facts: VolumeFacts, elapsed: number): Health {
  const condition = effectiveRobustness(facts);
  if (condition === 'degraded') return { ...health, degradedMs: health.degradedMs + elapsed };
  if (condition === 'faulted') return { ...health, faultedMs: health.faultedMs + elapsed };
  return health;
}

/** `before`: the previous facts; `confirmedAt`: when they were last confirmed. Both undefined at first sight. */
export function foldHealth(
  health: Health,
  facts: VolumeFacts,
  before: VolumeFacts | undefined,
  confirmedAt: number | undefined,
  now: Time,
): { health: Health; events: VolumeEvent[] } {
  const condition = effectiveRobustness(facts);
  const shown = condition === 'waiting' ? (health.shown ?? 'none') : condition;
  const from = health.robustness;
  const to = isRobustness(condition) ? condition : from;
  const changed = from !== undefined && to !== undefined && from !== to;
  const wasHealthy = before !== undefined && effectiveRobustness(before) === 'healthy';
  const lastHealthyAt = wasHealthy ? confirmedAt : health.lastHealthyAt;
  return {
    health: {
      ...health,
      shown,
      shownSince: shown === health.shown ? health.shownSince : now.monotonic,
      sawStart: before !== undefined && (health.sawStart || shown !== health.shown),
      robustness: to,
      lastHealthyAt,
      unhealthySince: unhealthySince(facts, health.unhealthySince, lastHealthyAt, now),
      changes: health.changes + (changed ? 1 : 0),
    },
    events: changed ? [{ type: 'robustness_changed', from, to }] : [],
  };
}

const isRobustness = (condition: ReturnType<typeof effectiveRobustness>): condition is Robustness =>
  condition !== undefined && condition !== 'none' && condition !== 'waiting';

/** An episode ends when the volume is healthy, or detached and not faulted. */
function unhealthySince(
  facts: VolumeFacts,
  since: Moment | undefined,
  lastHealthyAt: number | undefined,
  now: Time,
): Moment | undefined {
  const condition = effectiveRobustness(facts);
  if (condition === 'healthy' || (facts.state === 'detached' && condition !== 'faulted')) return undefined;
  if (since !== undefined || !isRobustness(condition)) return since;
  return firstFailure(facts, lastHealthyAt, now) ?? { monotonic: now.monotonic };
}

/**
 * Longhorn's failedAt is more exact than our first sight: with n replicas missing now, the earliest of the n latest
 * failures. A failure before the volume was last healthy belongs to an earlier episode.
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
