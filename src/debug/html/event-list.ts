/** Events as a list, the newest first. */

import type { EventRow } from '../events.ts';
import { eventText } from './event-text.ts';
import { at, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { keyed } from './keys.ts';
import { volumePath } from './links.ts';

/** `withVolume`: whether they are of several volumes. */
export function eventList(events: readonly EventRow[], now: string, withVolume: boolean): Html {
  return html`<ol class="events">${keyed(events, nameOf).map(({ item, key }) => eventItem(item, key, now, withVolume))}</ol>`;
}

const nameOf = (event: EventRow): string =>
  `${event.time} ${event.type} ${event.volume} ${eventText(event).words}`;

function eventItem(event: EventRow, key: string, now: string, withVolume: boolean): Html {
  const { tone, words } = eventText(event);
  return html`<li data-key="${key}">${at(event.time, now)} ${withVolume && html`<a href="${volumePath(event.volume)}">${event.volume}</a> `}<span class="sign ${tone}">${words}</span>${lasted(event)}</li>`;
}

function lasted({ seconds, ongoing }: EventRow): Html | undefined {
  if (seconds === undefined) return undefined;
  return html` <small>${ongoing === true ? `for ${duration(seconds)} so far` : duration(seconds)}</small>`;
}
