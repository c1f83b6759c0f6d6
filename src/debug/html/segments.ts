/** What the timeline of one volume looks like: bars that last and points that do not, from its events. Pure; times in ms. */

import type { EventRow } from '../events.ts';
import type { VolumeRow } from '../volume-row.ts';
import { eventText, type Tone, toneOfRobustness } from './event-text.ts';
import { conditionOf } from './marks.ts';

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

/** `events`: of the volume, the newest first. */
export function lanesOf(events: readonly EventRow[], volume: VolumeRow, span: Timespan): Lane[] {
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
  const known = Date.parse(volume.asOf);
  return [
    lane('robustness', robustnessBars(oldestFirst, conditionOf(volume), span, known)),
    lane('state', stateBars(oldestFirst, volume.state, span, known), 'engine_moved'),
    lane('replicas', activities(oldestFirst, span, 'rebuild'), 'replica_failed'),
    lane('snapshots', [], 'snapshots_created', 'snapshots_deleted'),
    lane('backups', activities(oldestFirst, span, 'backup'), 'backup_failed'),
    lane('owner', [], 'owner_changed'),
  ].filter(({ bars, points }) => bars.length + points.length > 0);
}

/** From when on Longhorn has told nothing. */
const NOT_KNOWN = 'not known';

/** Bars one after the other, each until the next change. */
function track(span: Timespan, toneOf: (value: string) => Tone) {
  const bars: Bar[] = [];
  let start = span.from;
  const bar = (to: number, words: string | undefined): void => {
    if (words !== undefined && words !== '') bars.push({ from: start, to, tone: toneOf(words), words });
    start = to;
  };
  return {
    /** What was so until this moment; undefined where that is not known, or nothing was. */
    until(to: number, words: string | undefined): void {
      if (to > start) bar(to, words);
    },
    /** The last, which is so for as long as Longhorn has told anything, and be it only the moment that it began. */
    end(known: number, words: string | undefined): Bar[] {
      bar(Math.max(known, start), words);
      if (span.to > start) bar(span.to, NOT_KNOWN);
      return bars;
    },
  };
}

/** `now`: the state at the end of what is known. */
function stateBars(
  events: readonly EventRow[],
  now: string | undefined,
  span: Timespan,
  known: number,
): Bar[] {
  const { until, end } = track(span, () => 'idle');
  for (const event of events) if (event.type === 'state_changed') until(Date.parse(event.time), event.from);
  return end(known, now);
}

/** A volume that detaches is in no condition until it is attached again, unless it is faulted. */
function robustnessBars(events: readonly EventRow[], now: string | undefined, span: Timespan, known: number) {
  const { until, end } = track(span, toneOfRobustness);
  let current: string | undefined;
  let detached = false;
  for (const event of events) {
    const at = Date.parse(event.time);
    if (event.type === 'robustness_changed') {
      until(at, detached ? undefined : event.from);
      current = event.to;
      detached = false;
    } else if (event.type === 'state_changed' && current !== 'faulted') {
      if (event.to === 'detached') {
        until(at, current);
        current = undefined;
        detached = true;
      } else if (event.from === 'detached' && current === undefined) {
        until(at, undefined);
        detached = false;
      }
    }
  }
  return end(known, detached ? undefined : (current ?? now));
}

/** Rebuilds, or backups: from their begin, or from as early as is known, to their end, or for as long as they are known to run. */
function activities(events: readonly EventRow[], span: Timespan, what: 'rebuild' | 'backup'): Bar[] {
  const running = new Map<string, EventRow>();
  const bars: Bar[] = [];
  for (const event of events) {
    const [subject, kind] = activityOf(event);
    if (subject === undefined || kind !== what) continue;
    if (event.type.endsWith('_started')) {
      running.set(subject, event);
      continue;
    }
    const at = Date.parse(event.time);
    const start = running.get(subject);
    const lasted = event.seconds === undefined ? at : at - event.seconds * 1000;
    const from = Math.max(span.from, start === undefined ? lasted : Date.parse(start.time));
    bars.push({ from, to: at, ...eventText(event) });
    running.delete(subject);
  }
  for (const [subject, { time, seconds = 0 }] of running) {
    const from = Date.parse(time);
    const words = `${what} of ${subject} runs`.replace('backup of', 'backup');
    bars.push({ from, to: from + seconds * 1000, tone: 'warn', words });
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
