/** Events as rows and as text, and the intervals between them. */

import { type Time, toWall } from '../clock.ts';
import type { NamedEvent, Robustness, Timestamped, VolumeEvent } from '../events.ts';
import { at, duration, plural } from './format.ts';
import { type Html, html, keyed, type Tone, volumePath } from './html.ts';

/** When an event was seen, and how long what it started or ended lasted. */
export interface When {
  /** Unix milliseconds. */
  readonly time: number;
  readonly seconds?: number;
  /** Whether what it started is still going on, as far as is known. */
  readonly ongoing?: boolean;
}

/** An event's own fields next to its time. */
export type EventRow = When & NamedEvent;

export const eventRow = ({ at, ...event }: Timestamped<NamedEvent>, now: Time): EventRow => ({
  time: toWall(at, now),
  ...event,
});

const TONES: Readonly<Record<Robustness, Tone>> = {
  healthy: 'good',
  degraded: 'warn',
  faulted: 'bad',
  unknown: 'bad',
};

export const toneOf = (robustness: Robustness): Tone => TONES[robustness];

const place = (node: string): string => (node === '' ? 'no node' : node);

/** An event as text, with its tone. */
export function eventText(event: VolumeEvent): { readonly tone: Tone; readonly text: string } {
  switch (event.type) {
    case 'volume_appeared':
      return { tone: 'idle', text: 'volume appeared' };
    case 'volume_gone':
      return { tone: 'idle', text: 'volume gone' };
    case 'robustness_changed':
      return { tone: toneOf(event.to), text: `${event.to}, was ${event.from}` };
    case 'state_changed':
      return { tone: 'idle', text: `${event.to}, was ${event.from}` };
    case 'engine_moved':
      return { tone: 'idle', text: `engine on ${place(event.to)}, was on ${place(event.from)}` };
    case 'owner_changed':
      return { tone: 'idle', text: `served by ${event.to}, was by ${event.from}` };
    case 'replica_failed':
      return { tone: 'bad', text: `replica ${event.replica} failed` };
    case 'rebuild_started':
      return { tone: 'warn', text: `rebuild of ${event.replica} started` };
    case 'rebuild_ended': {
      const tone = ({ succeeded: 'good', failed: 'bad', interrupted: 'idle' } as const)[event.result];
      const ended = event.result === 'interrupted' ? 'was interrupted' : event.result;
      return { tone, text: `rebuild of ${event.replica} ${ended}` };
    }
    case 'operation_started':
      return { tone: 'idle', text: `${event.operation} started` };
    case 'operation_ended':
      return { tone: 'idle', text: `${event.operation} ended` };
    case 'operation_failed':
      return { tone: 'bad', text: `${event.operation} failed: ${event.error}` };
    case 'share_down':
      return { tone: 'bad', text: 'share is down' };
    case 'share_up':
      return { tone: 'good', text: 'share is up' };
    case 'backup_started':
      return { tone: 'idle', text: `backup ${event.backup} to ${event.target} started` };
    case 'backup_completed':
      return { tone: 'good', text: `backup ${event.backup} to ${event.target} completed` };
    case 'backup_failed': {
      const why = event.error === '' ? '' : `: ${event.error}`;
      return {
        tone: 'bad',
        text: `backup ${event.backup} to ${event.target} failed (${event.reason})${why}`,
      };
    }
    case 'backup_gone':
      return { tone: 'idle', text: `backup ${event.backup} to ${event.target} was deleted while running` };
    case 'snapshots_created':
      return { tone: 'idle', text: `${plural(event.count, `${event.kind} snapshot`)} created` };
    case 'snapshots_deleted':
      return { tone: 'idle', text: `${plural(event.count, `${event.kind} snapshot`)} deleted` };
  }
}

/** Newest first. `withVolume`: whether to show the volume of each event. */
export function eventList(events: readonly EventRow[], now: number, withVolume: boolean): Html {
  const items = keyed(events, (event) =>
    [event.time, event.type, event.volume, eventText(event).text].join(' '),
  ).map(({ item, key }) => {
    const { tone, text } = eventText(item);
    return html`<li data-key="${key}">${at(item.time, now)} ${withVolume && html`<a href="${volumePath(item.volume)}">${item.volume}</a> `}<span class="sign ${tone}">${text}</span>${lasted(item)}</li>`;
  });
  return html`<ol class="events">${items}</ol>`;
}

function lasted({ seconds, ongoing }: EventRow): Html | undefined {
  if (seconds === undefined) return undefined;
  return html` <small>${ongoing === true ? `for ${duration(seconds)} so far` : duration(seconds)}</small>`;
}

/** The subject of an interval. A condition has one value at a time; intervals of other subjects can overlap. */
type Condition = 'robustness' | 'state' | 'owner';
export type Subject = Condition | 'share' | 'operations' | 'replicas' | 'backups';

/** Something with a duration. Times are Unix milliseconds. */
export interface Interval {
  readonly subject: Subject;
  readonly tone: Tone;
  readonly text: string;
  /** The event it started with; undefined if that is older than the recorded events. */
  readonly began: EventRow | undefined;
  /** Undefined: from before the first event. */
  readonly from: number | undefined;
  readonly to: number;
  readonly ongoing: boolean;
}

/** The current state of a volume, and until when each subject is known. */
export interface Present {
  readonly robustness: Robustness | undefined;
  readonly state: string | undefined;
  readonly knownUntil: Readonly<Record<Subject, number>>;
}

type Started = Pick<Interval, 'subject' | 'began' | 'from'> & { readonly text?: string };

/** `events`: of one volume, oldest first. */
export function intervalsOf(events: readonly EventRow[], present: Present): Interval[] {
  const intervals: Interval[] = [];
  /** By subject for a condition, else by name of what is running. */
  const running = new Map<string, Started>();
  for (const subject of ['robustness', 'state'] as const)
    running.set(subject, { subject, began: undefined, from: undefined });

  const start = (key: string, subject: Subject, began: EventRow, text?: string) => {
    running.set(key, { subject, began, from: began.time, ...(text !== undefined && { text }) });
  };
  /** `text`: the text of the interval, if known only at its end. */
  const end = (key: string, to: number, text: string | undefined, tone?: Tone) => {
    const started = running.get(key);
    running.delete(key);
    if (started !== undefined) add(started, to, false, text, tone);
  };
  const add = (started: Started, to: number, ongoing: boolean, text?: string, tone?: Tone) => {
    const { subject, began, from } = started;
    const value = started.text ?? text;
    if (value === undefined) return;
    const own = subject === 'robustness' ? TONES[value as Robustness] : tone;
    intervals.push({ subject, tone: own ?? 'idle', text: value, began, from, to, ongoing });
  };
  const change = (subject: Condition, event: EventRow & { from: string; to: string }) => {
    end(subject, event.time, event.from);
    start(subject, subject, event, event.to);
  };
  /** If the start was not seen, it is computed from the event's duration. */
  const finish = (key: string, subject: Subject, event: EventRow) => {
    const from = event.time - 1000 * (event.seconds ?? 0);
    const started = running.get(key) ?? { subject, began: undefined, from };
    running.delete(key);
    const { text, tone } = eventText(event);
    add(started, event.time, false, text, tone);
  };

  for (const event of events) {
    switch (event.type) {
      case 'robustness_changed':
        change('robustness', event);
        break;
      case 'owner_changed':
        change('owner', event);
        break;
      case 'state_changed':
        change('state', event);
        if (event.to === 'detached') {
          end('share', event.time, 'share is down', 'bad');
          // Of the four conditions, a detached volume can only have faulted.
          if (running.get('robustness')?.text !== 'faulted') end('robustness', event.time, undefined);
        } else if (event.from === 'detached' && running.get('robustness')?.text === undefined) {
          running.set('robustness', { subject: 'robustness', began: undefined, from: event.time });
        }
        break;
      case 'share_down':
        start('share', 'share', event);
        break;
      case 'share_up':
        end('share', event.time, 'share is down', 'bad');
        break;
      case 'operation_started':
        start(event.operation, 'operations', event);
        break;
      case 'operation_ended':
        finish(event.operation, 'operations', event);
        break;
      case 'rebuild_started':
        start(`rebuild of ${event.replica}`, 'replicas', event);
        break;
      case 'rebuild_ended':
        finish(`rebuild of ${event.replica}`, 'replicas', event);
        break;
      case 'backup_started':
        start(`backup ${event.backup}`, 'backups', event);
        break;
      case 'backup_completed':
      case 'backup_failed':
      case 'backup_gone':
        finish(`backup ${event.backup}`, 'backups', event);
        break;
    }
  }
  for (const [key, started] of running) {
    const { subject, from = Number.NEGATIVE_INFINITY } = started;
    // A list is requested before its events are seen, so it may be older than the start.
    const to = Math.max(present.knownUntil[subject], from);
    if (subject === 'robustness' || subject === 'state') add(started, to, true, present[subject]);
    else if (subject === 'share') add(started, to, true, 'share is down', 'bad');
    else add(started, to, true, `${key} running`, 'warn');
  }
  return intervals;
}

/** Newest first. Adds to each event how long what it started lasted, unless the event has a duration already. */
export function withDurations(events: readonly EventRow[], intervals: readonly Interval[]): EventRow[] {
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
