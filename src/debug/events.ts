/** Events of volumes and streams as rows, in words, and what they began: intervals with a beginning and an end. */

import { type Time, toWall } from '../clock.ts';
import type { ErrorReason } from '../stream/policy.ts';
import type { RememberedStreamEvent } from '../timeline/streams.ts';
import type { Seen, VolumeEvent } from '../timeline/timeline.ts';
import { plural } from './format.ts';

interface When {
  /** Unix milliseconds. */
  readonly time: number;
  /** How long what began or ended with it lasted. */
  readonly seconds?: number;
  /** Whether it still lasts, as far as is known. */
  readonly ongoing?: boolean;
}

export type EventRow = When & VolumeEvent;

export const eventRow = ({ at, ...event }: Seen<VolumeEvent>, now: Time): EventRow => ({
  time: toWall(at, now),
  ...event,
});

export type Tone = 'good' | 'bad' | 'warn' | 'idle';

const TONES: ReadonlyMap<string, Tone> = new Map([
  ['healthy', 'good'],
  ['degraded', 'warn'],
  ['faulted', 'bad'],
  ['unknown', 'bad'],
]);

export const toneOfRobustness = (robustness: string): Tone => TONES.get(robustness) ?? 'idle';

const node = (name: string): string => (name === '' ? 'no node' : name);

/** Severity and text of each type of event. */
export function describeEvent(event: VolumeEvent): { readonly tone: Tone; readonly words: string } {
  switch (event.type) {
    case 'volume_appeared':
      return { tone: 'idle', words: 'volume appeared' };
    case 'volume_gone':
      return { tone: 'idle', words: 'volume gone' };
    case 'robustness_changed':
      return { tone: toneOfRobustness(event.to), words: `${event.to}, was ${event.from}` };
    case 'state_changed':
      return { tone: 'idle', words: `${event.to}, was ${event.from}` };
    case 'engine_moved':
      return { tone: 'idle', words: `engine on ${node(event.to)}, was on ${node(event.from)}` };
    case 'owner_changed':
      return { tone: 'idle', words: `served by ${event.to}, was by ${event.from}` };
    case 'replica_failed':
      return { tone: 'bad', words: `replica ${event.replica} failed` };
    case 'rebuild_started':
      return { tone: 'warn', words: `rebuild of ${event.replica} started` };
    case 'rebuild_ended': {
      const tone = ({ succeeded: 'good', failed: 'bad', interrupted: 'idle' } as const)[event.result];
      const ended = event.result === 'interrupted' ? 'was interrupted' : event.result;
      return { tone, words: `rebuild of ${event.replica} ${ended}` };
    }
    case 'backup_started':
      return { tone: 'idle', words: `backup ${event.backup} to ${event.target} started` };
    case 'backup_completed':
      return { tone: 'good', words: `backup ${event.backup} to ${event.target} completed` };
    case 'backup_gone':
      return { tone: 'idle', words: `backup ${event.backup} to ${event.target} was deleted while it ran` };
    case 'backup_failed':
      return { tone: 'bad', words: `backup ${event.backup} to ${event.target} failed` };
    case 'snapshots_created':
      return { tone: 'idle', words: `${plural(event.count, `${event.kind} snapshot`)} created` };
    case 'snapshots_deleted':
      return { tone: 'idle', words: `${plural(event.count, `${event.kind} snapshot`)} deleted` };
  }
}

export type Lane = 'robustness' | 'state' | 'replicas' | 'backups' | 'owner';

/** Something that lasted, with what it was and which event it began with, where that was seen. */
export interface Interval {
  readonly lane: Lane;
  readonly tone: Tone;
  readonly words: string;
  readonly began: EventRow | undefined;
  /** Unix milliseconds. Undefined: it was so before the first event. */
  readonly from: number | undefined;
  readonly to: number;
  readonly ongoing: boolean;
}

/** How it is now, and until when the list that would tell of a change is known to hold, in Unix milliseconds. */
export interface Current {
  readonly robustness: string | undefined;
  readonly state: string | undefined;
  readonly knownUntil: Readonly<Record<Lane, number>>;
}

interface Running {
  readonly lane: Lane;
  readonly began: EventRow | undefined;
  readonly from: number | undefined;
  /** Undefined where only the event that ends it tells. */
  readonly value: string | undefined;
}

/** `events`: of one volume, the oldest first. */
export function intervalsOf(events: readonly EventRow[], current: Current): Interval[] {
  const intervals: Interval[] = [];
  const running = new Map<string, Running>();
  const told = new Set<string>();

  const begin = (key: string, lane: Lane, began: EventRow, value: string | undefined) => {
    told.add(key);
    running.set(key, { lane, began, from: began.time, value });
  };
  /** Ends a condition, which was `value` if nothing else told. */
  const endCondition = (lane: 'robustness' | 'state' | 'owner', to: number, value: string | undefined) => {
    const before = told.has(lane) ? undefined : { lane, began: undefined, from: undefined, value };
    const ended = running.get(lane) ?? before;
    told.add(lane);
    running.delete(lane);
    if (ended !== undefined) intervals.push(conditionInterval(ended, ended.value ?? value, to, false));
  };
  const change = (lane: 'robustness' | 'state' | 'owner', event: EventRow & { from: string; to: string }) => {
    endCondition(lane, event.time, event.from);
    begin(lane, lane, event, event.to);
  };
  /** Ends a rebuild or a backup. Where its start was not seen, its own duration tells when that was. */
  const endActivity = (key: string, lane: Lane, event: EventRow) => {
    const started = running.get(key);
    running.delete(key);
    const from = started?.from ?? event.time - 1000 * (event.seconds ?? 0);
    const { began } = started ?? {};
    intervals.push({ lane, ...describeEvent(event), began, from, to: event.time, ongoing: false });
  };

  for (const event of events) {
    switch (event.type) {
      case 'robustness_changed':
      case 'owner_changed':
        change(event.type === 'owner_changed' ? 'owner' : 'robustness', event);
        break;
      case 'state_changed':
        change('state', event);
        // A detached volume has no robustness until it is attached again, unless it is faulted.
        if (event.to === 'detached' && running.get('robustness')?.value !== 'faulted')
          endCondition('robustness', event.time, undefined);
        else if (event.from === 'detached' && !running.has('robustness')) {
          told.add('robustness');
          running.set('robustness', { lane: 'robustness', began: undefined, from: event.time, value: undefined });
        }
        break;
      case 'rebuild_started':
        begin(`rebuild of ${event.replica}`, 'replicas', event, undefined);
        break;
      case 'rebuild_ended':
        endActivity(`rebuild of ${event.replica}`, 'replicas', event);
        break;
      case 'backup_started':
        begin(`backup ${event.backup}`, 'backups', event, undefined);
        break;
      case 'backup_completed':
      case 'backup_failed':
      case 'backup_gone':
        endActivity(`backup ${event.backup}`, 'backups', event);
        break;
    }
  }
  const { knownUntil } = current;
  for (const lane of ['robustness', 'state'] as const) {
    if (!told.has(lane)) running.set(lane, { lane, began: undefined, from: undefined, value: undefined });
  }
  for (const [key, one] of running) {
    // A list is asked for before it tells what it tells.
    const to = Math.max(knownUntil[one.lane], one.from ?? Number.NEGATIVE_INFINITY);
    if (one.lane === 'replicas' || one.lane === 'backups') {
      intervals.push({ lane: one.lane, tone: 'warn', words: `${key} runs`, began: one.began, from: one.from, to, ongoing: true });
    } else {
      const now = one.lane === 'owner' ? undefined : current[one.lane];
      intervals.push(conditionInterval(one, one.value ?? now, to, true));
    }
  }
  return intervals;
}

function conditionInterval(
  { lane, began, from }: Running,
  value = '',
  to: number,
  ongoing: boolean,
): Interval {
  const tone = lane === 'robustness' ? toneOfRobustness(value) : 'idle';
  return { lane, tone, words: value, began, from, to, ongoing };
}

/** The newest first, each that began something with how long that lasted. */
export function volumeEvents(events: readonly EventRow[], intervals: readonly Interval[]): EventRow[] {
  const begun = new Map(intervals.map((interval) => [interval.began, interval]));
  return events
    .map((event) => {
      const interval = begun.get(event);
      if ('seconds' in event || interval === undefined) return event;
      const seconds = (interval.to - event.time) / 1000;
      return interval.ongoing ? { ...event, seconds, ongoing: true } : { ...event, seconds };
    })
    .reverse();
}

export interface StreamEventRow extends When {
  readonly event: 'connected' | 'first_list' | 'resync' | ErrorReason;
  /** Why, in words. */
  readonly detail?: string;
}

/** The newest first; one that ended a connection with how long that was open. `events`: of one stream, the oldest first. */
export function streamEvents(events: readonly Seen<RememberedStreamEvent>[], now: Time): StreamEventRow[] {
  const rows: StreamEventRow[] = [];
  let openedAt: number | undefined;
  for (const event of events) {
    rows.push({ time: toWall(event.at, now), ...streamEvent(event, openedAt) });
    if (event.type === 'opened') openedAt = event.at;
    else if (event.type !== 'measured' && event.type !== 'bad_message') openedAt = undefined;
  }
  return rows.reverse();
}

function streamEvent(
  event: Seen<RememberedStreamEvent>,
  openedAt: number | undefined,
): Omit<StreamEventRow, 'time'> {
  const open = openedAt === undefined ? {} : { seconds: (event.at - openedAt) / 1000 };
  switch (event.type) {
    case 'opened':
      return { event: 'connected' };
    case 'measured':
      return { event: 'first_list', seconds: event.listMs / 1000 };
    case 'bad_message':
      return { event: 'bad_message', detail: `${event.bytes} bytes that are not a list` };
    case 'resync':
      return { event: 'resync', ...open };
    case 'failed':
      // One that could not be opened says nothing of the one before it.
      return { event: event.reason, detail: event.detail, ...(event.reason === 'connect' ? {} : open) };
  }
}
