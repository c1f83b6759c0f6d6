/** Whether to believe what is shown: one sentence on Longhorn, and a table of its streams, the broken ones first. */

import type { StreamRow } from '../stream-row.ts';
import { age, ago, duration, plural } from './format.ts';
import { type Html, html } from './html.ts';

const CONDITIONS: Readonly<Record<StreamRow['condition'], string>> = {
  starting: 'no list yet',
  live: 'no list for too long',
  connect: 'cannot connect',
  closed: 'connection closed',
  silent: 'silent',
  bad_message: 'sends what is no list',
  too_large: 'list too large',
};

/** How a stream stands, in words and as a tone. */
export function standing({ live, stale, condition }: StreamRow): { tone: string; words: string } {
  if (live) {
    return condition === 'live'
      ? { tone: 'good', words: 'live' }
      : { tone: 'warn', words: `live, but last: ${CONDITIONS[condition]}` };
  }
  const withdrawn = stale && condition !== 'starting' ? '; its series are withdrawn' : '';
  return { tone: 'bad', words: `${CONDITIONS[condition]}${withdrawn}` };
}

/** What the whole page stands or falls with. Without its age, since it is read aloud whenever it changes. */
export function sentence(streams: readonly StreamRow[]): string {
  const broken = streams.filter(({ live }) => !live);
  const oldest = oldestOf(broken);
  if (oldest === undefined) return 'Longhorn answers';
  if (streams.every(({ live, condition }) => !live && condition === 'starting'))
    return 'Longhorn has not answered yet';
  const where =
    broken.length === streams.length ? '' : ` on ${broken.map(({ stream }) => stream).join(', ')}`;
  const why = oldest.condition === 'silent' ? '' : `: ${CONDITIONS[oldest.condition]}`;
  return `Longhorn is silent${where}${why}`;
}

const oldestOf = (streams: readonly StreamRow[]): StreamRow | undefined =>
  [...streams].sort((a, b) => silentFor(b) - silentFor(a))[0];

const silentFor = ({ ageSeconds = Number.MAX_VALUE }: StreamRow): number => ageSeconds;

export function statusBlock(streams: readonly StreamRow[]): Html {
  const broken = streams.filter(({ live }) => !live);
  const oldest = oldestOf(broken);
  const count = `${streams.length - broken.length} of ${streams.length} streams are live`;
  return html`<section class="status ${oldest === undefined ? 'good' : 'bad'}" aria-label="How Longhorn stands"><p id="status" aria-live="polite">${sentence(streams)}</p>
<p>${oldest === undefined ? `${count}.` : html`<b>${lastList(oldest)}</b> ${count}: what is shown below is as old as their last lists.`}</p></section>`;
}

const lastList = ({ ageSeconds }: StreamRow): string =>
  ageSeconds === undefined ? 'No list yet.' : `Last list ${age(ageSeconds)} ago.`;

export function streamTable(streams: readonly StreamRow[], now: string): Html {
  const rows = [...streams]
    .sort((a, b) => Number(a.live) - Number(b.live))
    .map((row) => streamCells(row, now));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Streams"><table class="streams">
<caption class="vh">Subscriptions to Longhorn</caption>
<thead><tr><th scope="col">Stream</th><th scope="col">Condition</th><th scope="col">Last message</th><th scope="col">Period</th><th scope="col">List takes</th><th scope="col">Messages</th><th scope="col">Connects</th><th scope="col">Errors</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

function streamCells(row: StreamRow, now: string): Html {
  const { tone, words } = standing(row);
  const errors = Object.entries(row.errors).filter(([, times]) => times > 0);
  return html`<tr data-key="${row.stream}" class="${tone}"><th scope="row"><a href="/debug/streams#${row.stream}">${row.stream}</a></th>
<td><span class="badge ${tone}">${words}</span>${row.objectsBad > 0 && html` <span class="badge warn">${plural(row.objectsBad, 'object')} not understood</span>`}</td>
<td>${row.lastMessage === undefined ? 'never' : ago(row.lastMessage, now)}</td>
<td>${duration(row.periodSeconds)}</td>
<td>${row.listSeconds === undefined ? '–' : duration(row.listSeconds)}</td>
<td>${row.messages}</td>
<td>${row.connects}${row.resyncs > 0 && html` <small>${plural(row.resyncs, 'resync')}</small>`}</td>
<td>${errors.length === 0 ? 'none' : errors.map(([reason, times]) => `${times} ${reason}`).join(', ')}</td></tr>`;
}
