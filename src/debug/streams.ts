/** The streams: their condition, whether their data is current, and their latest events. */

import { type Time, toWall } from '../clock.ts';
import type { Timestamped } from '../events.ts';
import { perStream, STREAMS, type StreamName } from '../longhorn/streams.ts';
import type { View } from '../store.ts';
import type { ErrorReason } from '../stream/policy.ts';
import { isFresh, isLive } from '../stream/status.ts';
import type { RecordedStreamEvent } from '../timeline.ts';
import type { When } from './events.ts';
import { age, ago, at, duration, plural } from './format.ts';
import { type Html, html, keyed, scrolling, type Tone } from './html.ts';

/** Times are Unix milliseconds here and RFC 3339 in the JSON. */
export interface StreamRow {
  readonly stream: StreamName;
  /** `longhorn_exporter_stream_up`. */
  readonly live: boolean;
  /** Whether its series are withdrawn because the last list is older than STALE_AFTER, or there was none. */
  readonly stale: boolean;
  /** Its last known condition: `starting`, `live`, or why it failed. */
  readonly condition: 'starting' | 'live' | ErrorReason;
  /** The error's text, while the last attempt failed. */
  readonly lastError: string | undefined;
  readonly lastMessage: number | undefined;
  readonly ageSeconds: number | undefined;
  readonly periodSeconds: number;
  /** What a list costs the manager. */
  readonly listSeconds: number | undefined;
  readonly connects: number;
  readonly resyncs: number;
  readonly messages: number;
  readonly errors: Readonly<Record<ErrorReason, number>>;
  readonly objectsBad: number;
}

export function streamRow(
  stream: StreamName,
  { statuses, timeline, silence, staleAfter }: View,
  now: Time,
): StreamRow {
  const status = statuses[stream];
  const { lastListAt, condition, connects, resyncs, messages, errors } = status;
  const last = timeline.byStream.get(stream)?.findLast(({ type }) => type === 'failed');
  return {
    stream,
    live: isLive(status, silence, now),
    stale: !isFresh(status, staleAfter, now),
    condition,
    lastError: last?.type === 'failed' && last.reason === condition ? last.detail : undefined,
    lastMessage: lastListAt === undefined ? undefined : toWall(lastListAt, now),
    ageSeconds: lastListAt === undefined ? undefined : (now.monotonic - lastListAt) / 1000,
    periodSeconds: status.period / 1000,
    listSeconds: status.listMs === undefined ? undefined : status.listMs / 1000,
    connects,
    resyncs,
    messages,
    errors,
    objectsBad: status.bad,
  };
}

/**
 * Until when the content of a list is known to be current, in monotonic milliseconds: now, while the stream is live and
 * confirmed it recently; else when it was last confirmed. While a stream is live, Longhorn reports every change.
 */
export function knownUntil(
  stream: StreamName,
  confirmedAt: number | undefined,
  { statuses, silence }: View,
  now: Time,
): number {
  if (confirmedAt === undefined) return now.monotonic;
  return isLive({ ...statuses[stream], lastListAt: confirmedAt }, silence, now) ? now.monotonic : confirmedAt;
}

export const volumeKnownUntil = (volume: string, view: View, now: Time): number =>
  knownUntil('volumes', view.state.confirmedAt?.get(volume), view, now);

/** The same for a whole list. */
export const listKnownUntil = (stream: StreamName, view: View, now: Time): number =>
  knownUntil(stream, view.statuses[stream].lastListAt, view, now);

const CONDITIONS: Readonly<Record<StreamRow['condition'], string>> = {
  starting: 'no list yet',
  live: 'no list for too long',
  connect: 'cannot connect',
  closed: 'connection closed',
  silent: 'silent',
  bad_message: 'invalid message',
  too_large: 'list too large',
};

/** The status of Longhorn in one sentence. Without an age, because screen readers read every change aloud. */
export function sentence(streams: readonly StreamRow[]): string {
  const broken = streams.filter(({ live }) => !live);
  const oldest = oldestOf(broken);
  if (oldest === undefined) return 'Longhorn is responding';
  if (streams.every(({ live, condition }) => !live && condition === 'starting'))
    return 'No response from Longhorn yet';
  const where =
    broken.length === streams.length ? '' : ` on ${broken.map(({ stream }) => stream).join(', ')}`;
  const why = oldest.condition === 'silent' ? '' : `: ${CONDITIONS[oldest.condition]}`;
  return `Longhorn is not responding${where}${why}`;
}

const oldestOf = (streams: readonly StreamRow[]): StreamRow | undefined =>
  [...streams].sort((a, b) => silentFor(b) - silentFor(a))[0];

const silentFor = ({ ageSeconds = Number.MAX_VALUE }: StreamRow): number => ageSeconds;

/** Whether the data on the page is current. */
export function statusBlock(streams: readonly StreamRow[]): Html {
  const broken = streams.filter(({ live }) => !live);
  const oldest = oldestOf(broken);
  const count = `${streams.length - broken.length} of ${streams.length} streams are live`;
  return html`<section class="status ${oldest === undefined ? 'good' : 'bad'}" aria-label="State of Longhorn"><p id="status" aria-live="polite">${sentence(streams)}</p>
<p>${oldest === undefined ? `${count}.` : html`<b>${lastList(oldest)}</b> ${oldest.lastError !== undefined && `${oldest.lastError}. `}${count}: the data below is as old as their last lists.`}</p></section>`;
}

const lastList = ({ ageSeconds }: StreamRow): string =>
  ageSeconds === undefined ? 'No list yet.' : `Last list ${age(ageSeconds)} ago.`;

/** Broken streams first. */
export function streamTable(streams: readonly StreamRow[], now: number): Html {
  const rows = [...streams].sort((a, b) => Number(a.live) - Number(b.live)).map((row) => cells(row, now));
  return scrolling(
    'Streams',
    html`<table class="streams">
<caption class="vh">Subscriptions to Longhorn</caption>
<thead><tr><th scope="col">Stream</th><th scope="col">Condition</th><th scope="col">Last message</th><th scope="col">Period</th><th scope="col">List takes</th><th scope="col">Messages</th><th scope="col">Connects</th><th scope="col">Errors</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

function cells(row: StreamRow, now: number): Html {
  const { tone, text } = conditionText(row);
  const errors = Object.entries(row.errors).filter(([, times]) => times > 0);
  return html`<tr data-key="${row.stream}" class="${tone}"><th scope="row"><a href="/debug/streams#${row.stream}">${row.stream}</a></th>
<td><span class="badge ${tone}">${text}</span>${row.objectsBad > 0 && html` <span class="badge warn">${plural(row.objectsBad, 'object')} invalid</span>`}</td>
<td>${row.lastMessage === undefined ? 'never' : ago(row.lastMessage, now)}</td>
<td>${duration(row.periodSeconds)}</td>
<td>${row.listSeconds === undefined ? '–' : duration(row.listSeconds)}</td>
<td>${row.messages}</td>
<td>${row.connects}${row.resyncs > 0 && html` <small>${plural(row.resyncs, 'resync')}</small>`}</td>
<td${row.lastError !== undefined && html` title="${row.lastError}"`}>${errors.length === 0 ? 'none' : errors.map(([reason, times]) => `${times} ${reason}`).join(', ')}${row.lastError !== undefined && html` <small>${row.lastError}</small>`}</td></tr>`;
}

function conditionText({ live, stale, condition }: StreamRow): { tone: Tone; text: string } {
  if (live) {
    return condition === 'live'
      ? { tone: 'good', text: 'live' }
      : { tone: 'warn', text: `live, but last: ${CONDITIONS[condition]}` };
  }
  const withdrawn = stale && condition !== 'starting' ? '; its series are withdrawn' : '';
  return { tone: 'bad', text: `${CONDITIONS[condition]}${withdrawn}` };
}

export interface StreamEventRow extends When {
  readonly event: 'connected' | 'first_list' | 'resync' | ErrorReason;
  /** The reason as text. */
  readonly detail?: string;
}

/** Newest first. Events that end a connection include how long it was open. `events`: of one stream, oldest first. */
export function streamEvents(
  events: readonly Timestamped<RecordedStreamEvent>[],
  now: Time,
): StreamEventRow[] {
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
  event: Timestamped<RecordedStreamEvent>,
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
      // A failed attempt to connect does not end an open connection.
      return { event: event.reason, detail: event.detail, ...(event.reason === 'connect' ? {} : open) };
  }
}

export type EventsByStream = { readonly [S in StreamName]: readonly StreamEventRow[] };

export const eventsByStream = ({ timeline }: View, now: Time): EventsByStream =>
  perStream((stream) => streamEvents(timeline.byStream.get(stream) ?? [], now));

const EVENTS: Readonly<Record<StreamEventRow['event'], readonly [Tone, string]>> = {
  connected: ['idle', 'connected'],
  first_list: ['good', 'first list'],
  resync: ['idle', 'reconnected for a new list'],
  connect: ['bad', 'could not connect'],
  closed: ['bad', 'connection closed'],
  silent: ['bad', 'silent: disconnected'],
  bad_message: ['bad', 'invalid message'],
  too_large: ['bad', 'message too large'],
};

/** `/debug/streams`: the latest events of each stream. */
export function streamsPage(events: EventsByStream, streams: readonly StreamRow[], now: number): Html {
  return html`<h1>Streams</h1>
${streamTable(streams, now)}
${STREAMS.map(
  (stream) => html`<section aria-labelledby="${stream}"><h2 id="${stream}" tabindex="-1">${stream}</h2>
${events[stream].length === 0 ? html`<p>Nothing yet.</p>` : html`<ol class="events">${keyed(events[stream], nameOf).map(({ item, key }) => eventItem(item, key, now))}</ol>`}</section>`,
)}`;
}

const nameOf = ({ time, event, detail }: StreamEventRow): string => `${time} ${event} ${detail}`;

function eventItem({ time, event, detail, seconds }: StreamEventRow, key: string, now: number): Html {
  const [tone, text] = EVENTS[event];
  const lasted =
    seconds === undefined ? '' : `${event === 'first_list' ? 'after' : 'was open for'} ${duration(seconds)}`;
  return html`<li data-key="${key}">${at(time, now)} <span class="sign ${tone}">${text}</span>${detail !== undefined && `: ${detail}`} <small>${lasted}</small></li>`;
}
