/** Events as a list, the newest first. */

import type { EventRow } from '../events.ts';
import { eventText } from './event-text.ts';
import { at, duration } from './format.ts';
import { type Html, html } from './html.ts';
import { volumePath } from './links.ts';

/** `withVolume`: whether they are of several volumes. */
export function eventList(events: readonly EventRow[], now: string, withVolume: boolean): Html {
  return html`<ol class="events">${events.map((event) => eventItem(event, now, withVolume))}</ol>`;
}

function eventItem(event: EventRow, now: string, withVolume: boolean): Html {
  const { tone, words } = eventText(event);
  return html`<li>${at(event.time, now)} ${withVolume && html`<a href="${volumePath(event.volume)}">${event.volume}</a> `}<span class="sign ${tone}">${words}</span>${lasted(event)}</li>`;
}

function lasted({ seconds, ongoing }: EventRow): Html | undefined {
  if (seconds === undefined) return undefined;
  return html` <small>${ongoing === true ? `for ${duration(seconds)} until now` : duration(seconds)}</small>`;
}
