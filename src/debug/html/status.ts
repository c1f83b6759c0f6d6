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

/** What the whole page stands or falls with. */
export function sentence(streams: readonly StreamRow[]): string {
  const broken = streams.filter(({ live }) => !live);
  if (broken.length === 0) return 'Longhorn answers';
  if (broken.every(({ condition }) => condition === 'starting')) return 'Longhorn has not answered yet';
  const where =
    broken.length === streams.length ? '' : ` on ${broken.map(({ stream }) => stream).join(', ')}`;
  const [oldest] = [...broken].sort((a, b) => silentFor(b) - silentFor(a));
  return `Longhorn is silent${where}: ${oldest === undefined ? '' : sinceWhen(oldest)}`;
}

const silentFor = ({ ageSeconds = Number.POSITIVE_INFINITY }: StreamRow): number => ageSeconds;

const sinceWhen = ({ ageSeconds, condition }: StreamRow): string =>
  `${ageSeconds === undefined ? 'never a list' : `last list ${age(ageSeconds)} ago`}, ${CONDITIONS[condition]}`;

export function statusBlock(streams: readonly StreamRow[]): Html {
  const live = streams.filter(({ live }) => live).length;
  const tone = live === streams.length ? 'good' : 'bad';
  return html`<section class="status ${tone}" aria-label="How Longhorn stands"><p id="status" aria-live="polite">${sentence(streams)}</p>
<p>${live} of ${streams.length} streams are live${live < streams.length && ': what is shown below is as old as their last lists'}.</p></section>`;
}

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
