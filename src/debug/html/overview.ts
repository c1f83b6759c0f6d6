/** `/debug`: how Longhorn stands, what is wrong with which volume, and what happened last. */

import type { Overview } from '../overview.ts';
import { matches, pathOf, type Wish } from './arrange.ts';
import { eventList } from './event-list.ts';
import { ago, duration, plural } from './format.ts';
import { type Html, html } from './html.ts';
import type { Content } from './layout.ts';
import { streamTable } from './status.ts';
import { volumeTable } from './volume-table.ts';

const MOST_EVENTS = 100;

export function overviewPage(overview: Overview, wish: Wish): Content {
  const { time, volumes, streams, events } = overview;
  const troubled = volumes.filter(({ problems }) => problems.length > 0);
  const broken = streams.some(({ live }) => !live);
  return {
    title: `${broken ? 'Longhorn is silent' : inTrouble(troubled.length)} · Longhorn debug`,
    json: '/debug.json',
    skip: { to: 'volumes', words: 'Skip to the volumes' },
    main: html`<h1 class="vh">Longhorn, seen by its exporter</h1>
${facts(overview)}
${streamTable(streams, time)}
<section aria-labelledby="volumes"><h2 id="volumes" tabindex="-1">Volumes <span class="sign ${troubled.length === 0 ? 'good' : 'warn'}">${inTrouble(troubled.length)}${byProblem(troubled)}</span></h2>
${filterForm(overview, wish)}
${volumeTable(overview, wish)}</section>
<section aria-labelledby="events"><h2 id="events" tabindex="-1">What happened last</h2>
${events.length === 0 ? html`<p>Nothing was seen to happen since this exporter started.</p>` : eventList(events.slice(0, MOST_EVENTS), time, true)}</section>`,
  };
}

const inTrouble = (count: number): string =>
  count === 0 ? 'no problem known' : `${plural(count, 'volume')} with a problem`;

function byProblem(troubled: Overview['volumes']): string {
  const counts = new Map<string, number>();
  for (const problem of troubled.flatMap(({ problems }) => problems)) {
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
  }
  return counts.size === 0
    ? ''
    : `: ${[...counts].map(([problem, count]) => `${count} ${problem}`).join(', ')}`;
}

function facts(overview: Overview): Html {
  const { node, nodes, volumesInCluster, volumesServedHere, internalErrors, configErrors } = overview;
  const items: readonly (readonly [string, Html | string, boolean?])[] = [
    ['This node', node ?? 'none: serves all volumes'],
    ['Volumes', `${volumesInCluster} in the cluster, ${volumesServedHere} served here`],
    ['Nodes', nodes === undefined ? 'not known' : `${nodes.ready} ready`],
    ...(nodes !== undefined && nodes.notReady > 0
      ? ([['Nodes not ready', String(nodes.notReady), true]] as const)
      : []),
    [
      'Snapshots asked for',
      requests(overview.requests.sweep, overview.time),
      overview.requests.sweep.failing,
    ],
    [
      'Volumes asked for',
      requests(overview.requests.refresh, overview.time),
      overview.requests.refresh.failing,
    ],
    ...(internalErrors > 0
      ? ([['Errors of the exporter', `${internalErrors}: please report`, true]] as const)
      : []),
    ...(configErrors > 0 ? ([['Invalid settings', `${configErrors}: see its log`, true]] as const) : []),
    ...Object.entries(overview.limitsExceeded).map(
      ([limit, times]) => ['Limit exceeded', `${limit}, ${plural(times, 'time')}`, true] as const,
    ),
  ];
  return html`<dl class="facts">${items.map(([name, value, bad]) => html`<div${bad === true && html` class="bad"`}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function requests(row: Overview['requests']['sweep'], now: string): Html {
  const { failing, errors, lastRoundEnded, lastRoundSeconds } = row;
  const took = lastRoundSeconds === undefined ? '' : `, took ${duration(lastRoundSeconds)}`;
  return html`${failing && 'failing; '}${lastRoundEnded === undefined ? 'no round yet' : html`all ${ago(lastRoundEnded, now)}${took}`}${errors > 0 && `, ${plural(errors, 'error')}`}`;
}

function filterForm({ volumes }: Overview, wish: Wish): Html {
  const shown = volumes.filter((volume) => matches(volume, wish)).length;
  return html`<form id="filter" action="/debug" method="get" role="search" aria-label="Filter volumes">
<label for="q">Filter</label> <input id="q" name="q" type="search" value="${wish.text}" autocomplete="off" spellcheck="false" placeholder="name, PVC, workload, node, state">
<label><input id="unhealthy" name="unhealthy" type="checkbox" value="1" autocomplete="off"${wish.unhealthy && html` checked`}> only with a problem</label>
${wish.sort !== 'problem' && html`<input type="hidden" name="sort" value="${wish.sort}">`}${wish.descending && html`<input type="hidden" name="dir" value="desc">`}
<button>Apply</button> <a href="${pathOf({ ...wish, text: '', unhealthy: false })}" id="clear">Clear</a>
<span id="shown">${shown} of ${volumes.length} shown</span></form>
<p id="none"${shown > 0 && html` hidden`}>${volumes.length === 0 ? 'No volume is known.' : 'No volume matches.'}</p>`;
}
