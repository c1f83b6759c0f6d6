/** `/debug/streams`: the last events of each subscription. */

import { STREAMS, type StreamName } from '../../longhorn/streams.ts';
import type { StreamEventRow } from '../events.ts';

import type { Tone } from './event-text.ts';
import { at, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { keyed } from './keys.ts';
import type { Content, Frame } from './layout.ts';
import { streamTable } from './status.ts';

const EVENTS: Readonly<Record<StreamEventRow['event'], readonly [Tone, string]>> = {
  connected: ['idle', 'connected'],
  first_list: ['good', 'first list'],
  resync: ['idle', 'opened anew for a fresh list'],
  connect: ['bad', 'could not connect'],
  closed: ['bad', 'connection closed'],
  silent: ['bad', 'silent: given up'],
  bad_message: ['bad', 'message that is no list'],
  too_large: ['bad', 'message too large'],
};

export type EventsByStream = { readonly [S in StreamName]: readonly StreamEventRow[] };

export function streamsPage(events: EventsByStream, { streams, time }: Frame): Content {
  return {
    title: 'Streams · Longhorn debug',
    json: '/debug/streams.json',
    skip: { to: 'volumes', words: 'Skip to the events' },
    main: html`<h1>Streams</h1>
${streamTable(streams, time)}
${STREAMS.map((stream) => section(stream, events[stream], time))}`,
  };
}

function section(stream: StreamName, events: readonly StreamEventRow[], now: string): Html {
  return html`<section aria-labelledby="${stream}"><h2 id="${stream}" tabindex="-1">${stream}</h2>
${events.length === 0 ? html`<p>Nothing yet.</p>` : html`<ol class="events">${keyed(events, nameOf).map(({ item, key }) => eventItem(item, key, now))}</ol>`}</section>`;
}

const nameOf = ({ time, event, detail }: StreamEventRow): string => `${time} ${event} ${detail}`;

function eventItem({ time, event, detail, seconds }: StreamEventRow, key: string, now: string): Html {
  const [tone, words] = EVENTS[event];
  const lasted =
    seconds === undefined ? '' : `${event === 'first_list' ? 'after' : 'was open for'} ${duration(seconds)}`;
  return html`<li data-key="${key}">${at(time, now)} <span class="sign ${tone}">${words}</span>${detail !== undefined && `: ${detail}`} <small>${lasted}</small></li>`;
}
