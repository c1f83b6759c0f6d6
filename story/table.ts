/** Prints a story's outcome: when each alert was pending, firing and resolved, and the results of the expectations. */

import { columns } from '../src/config/columns.ts';
import { formatDuration } from '../src/config/duration.ts';
import type { Alert, Evaluations } from './alerts.ts';
import { selector, type Verdict } from './expect.ts';

/** An alert from its start to its end, in milliseconds since the story's start. */
interface Episode {
  readonly name: string;
  readonly pending: number | undefined;
  firing: number | undefined;
  resolved: number | undefined;
}

function episodesOf({ intervalMs, alerts }: Evaluations, until: number): Episode[] {
  const found: Episode[] = [];
  let open = new Map<string, Episode>();
  for (let at = 0; at <= until; at += intervalMs) {
    const now = new Map<string, Episode>();
    for (const alert of alerts.get(at) ?? []) {
      const name = selector(alert.alert, alert.labels);
      now.set(name, proceed(open.get(name), name, alert, at));
    }
    for (const [name, episode] of open) if (!now.has(name)) episode.resolved = at;
    for (const [name, episode] of now) if (!open.has(name)) found.push(episode);
    open = now;
  }
  return found;
}

function proceed(known: Episode | undefined, name: string, { state }: Alert, at: number): Episode {
  const pending = state === 'pending' ? at : undefined;
  const episode = known ?? { name, pending, firing: undefined, resolved: undefined };
  if (state === 'firing') episode.firing ??= at;
  return episode;
}

/** `about`, then a row per occurrence of an alert, then a line per expectation. */
export function renderOutcome(
  about: string,
  until: number,
  evaluations: readonly Evaluations[],
  verdicts: readonly Verdict[],
): string {
  const episodes = evaluations
    .flatMap((each) => episodesOf(each, until))
    .sort((a, b) => began(a) - began(b) || (a.name < b.name ? -1 : 1));
  const rows = episodes.map(({ name, pending, firing, resolved }) => [
    ...[pending, firing, resolved].map((at) => (at === undefined ? '-' : timeText(at))),
    name,
  ]);
  const alerts =
    rows.length === 0 ? ['No alert.'] : columns([['PENDING', 'FIRING', 'RESOLVED', 'ALERT'], ...rows]);
  const expected = verdicts.map(({ at, expected: what, reason }) => [
    reason === undefined ? 'ok' : 'FAILS',
    at,
    reason === undefined ? what : `${what}: ${reason}`,
  ]);
  const parts = [about === '' ? [] : [about], alerts, expected.length === 0 ? [] : columns(expected)];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const began = ({ pending, firing }: Episode): number => pending ?? firing ?? 0;

const timeText = (ms: number): string => (ms === 0 ? '0s' : formatDuration(ms));
