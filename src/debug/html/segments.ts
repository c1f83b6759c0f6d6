/** What the timeline of one volume looks like: bars that last and points that do not, from its events. Pure; times in ms. */

import type { EventRow } from '../events.ts';
import { eventText, type Tone, toneOfRobustness } from './event-text.ts';

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly tone: Tone;
  readonly words: string;
}

export interface Point {
  readonly at: number;
  readonly tone: Tone;
  readonly words: string;
}

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly points: readonly Point[];
}

export interface Timespan {
  readonly from: number;
  readonly to: number;
}

/** `events`: the newest first. */
export function lanesOf(
  events: readonly EventRow[],
  robustness: string | undefined,
  state: string | undefined,
  span: Timespan,
): Lane[] {
  const oldestFirst = [...events].reverse();
  const pointsOf = (...types: EventRow['type'][]): Point[] =>
    oldestFirst
      .filter(({ type }) => types.includes(type))
      .map((event) => ({ at: Date.parse(event.time), ...eventText(event) }));
  const lane = (name: string, bars: readonly Bar[], ...types: EventRow['type'][]): Lane => ({
    name,
    bars,
    points: pointsOf(...types),
  });
  return [
    lane('robustness', periods(oldestFirst, 'robustness_changed', robustness, span, toneOfRobustness)),
    lane(
      'state',
      periods(oldestFirst, 'state_changed', state, span, () => 'idle'),
      'engine_moved',
    ),
    lane('replicas', activities(oldestFirst, span, 'rebuild'), 'replica_failed'),
    lane('snapshots', [], 'snapshots_created', 'snapshots_deleted'),
    lane('backups', activities(oldestFirst, span, 'backup'), 'backup_failed'),
    lane('owner', [], 'owner_changed'),
  ].filter(({ bars, points }) => bars.length + points.length > 0);
}

/** One value after the other, the last of them until now. */
function periods(
  events: readonly EventRow[],
  type: 'robustness_changed' | 'state_changed',
  now: string | undefined,
  span: Timespan,
  toneOf: (value: string) => Tone,
): Bar[] {
  const changes = events.flatMap((event) =>
    event.type === type && 'from' in event
      ? [{ at: Date.parse(event.time), before: event.from, after: event.to }]
      : [],
  );
  const value = changes.at(-1)?.after ?? now;
  const starts = [span.from, ...changes.map(({ at }) => at)];
  const values = [...changes.map(({ before }) => before), value];
  return starts.flatMap((from, index) => {
    const words = values[index];
    if (words === undefined || words === '') return [];
    return [{ from, to: starts[index + 1] ?? span.to, tone: toneOf(words), words }];
  });
}

/** Rebuilds, or backups: from their begin, or from as early as is known, to their end, or until now. */
function activities(events: readonly EventRow[], span: Timespan, what: 'rebuild' | 'backup'): Bar[] {
  const running = new Map<string, number>();
  const bars: Bar[] = [];
  for (const event of events) {
    const [subject, kind] = activityOf(event);
    if (subject === undefined || kind !== what) continue;
    const at = Date.parse(event.time);
    if (event.type.endsWith('_started')) {
      running.set(subject, at);
      continue;
    }
    const lasted = event.seconds === undefined ? undefined : at - event.seconds * 1000;
    bars.push({
      from: Math.max(span.from, running.get(subject) ?? lasted ?? at),
      to: at,
      ...eventText(event),
    });
    running.delete(subject);
  }
  for (const [subject, from] of running) {
    bars.push({
      from,
      to: span.to,
      tone: 'warn',
      words: `${what} of ${subject} runs`.replace('backup of', 'backup'),
    });
  }
  return bars;
}

function activityOf(event: EventRow): [string | undefined, 'rebuild' | 'backup'] {
  if ('replica' in event && event.type !== 'replica_failed') return [event.replica, 'rebuild'];
  return ['backup' in event ? event.backup : undefined, 'backup'];
}

/** Puts bars that overlap into rows of their own, and tells the row of each. */
export function stacked(bars: readonly Bar[]): { readonly rows: number; readonly rowOf: readonly number[] } {
  const ends: number[] = [];
  const rowOf = bars.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const row = free === -1 ? ends.length : free;
    ends[row] = to;
    return row;
  });
  return { rows: Math.max(1, ends.length), rowOf };
}
