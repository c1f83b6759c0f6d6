/** `/debug/volumes/NAME`: everything known of one volume, and what was seen to happen to it. */

import type { EventRow } from '../events.ts';
import type { Metric } from '../metrics.ts';
import type { VolumePage } from '../volume-page.ts';
import type { VolumeRow } from '../volume-row.ts';
import { eventList } from './event-list.ts';
import { type Fact, factsOf } from './facts.ts';
import { percent } from './format.ts';
import { type Html, html } from './html.ts';
import type { Content } from './layout.ts';
import { volumePath } from './links.ts';
import { mark } from './marks.ts';
import { seriesLines, seriesTable } from './series.ts';
import { strip } from './strip.ts';

export function volumeContent(data: VolumePage): Content {
  const { volume, why, metrics, events, time } = data;
  return {
    title: `${volume.name} · Longhorn debug`,
    json: `${volumePath(volume.name)}.json`,
    skip: { to: 'timeline', words: 'Skip to the timeline' },
    main: html`<h1>${volume.name}</h1>
<p>${why}</p>
<section aria-labelledby="timeline"><h2 id="timeline" tabindex="-1">Timeline</h2>
${strip(data) ?? html`<p>Nothing was seen to happen to it since this exporter started.</p>`}
${eventList(events, time, false)}</section>
<section aria-labelledby="replicas"><h2 id="replicas">Replicas</h2>${replicaTable(volume)}</section>
<section aria-labelledby="facts"><h2 id="facts">What is known, and the series that say it</h2>
<dl class="known">${factsOf(volume, time).map((fact) => factLines(fact, metrics, volume.servedHere, time))}</dl></section>
<section aria-labelledby="metrics"><h2 id="metrics">All its series</h2>
<p>Labels <code>volume="${volume.name}", namespace="${volume.namespace}"</code>, and those shown.${!volume.servedHere && ' They are not served here.'}</p>
${seriesTable(metrics, volume.servedHere, time)}</section>`,
  };
}

function factLines(
  { name, value, metrics: names, target }: Fact,
  metrics: readonly Metric[],
  servedHere: boolean,
  now: string,
): Html {
  const series = metrics.filter(
    (metric) => names.includes(metric.name) && (target === undefined || metric.labels.target === target),
  );
  return html`<div data-key="${name}"><dt>${name}</dt><dd>${value}</dd>${series.length > 0 && html`<dd><ul class="series">${seriesLines(series, servedHere, now)}</ul></dd>`}</div>`;
}

function replicaTable({ replicas }: VolumeRow): Html {
  if (replicas.length === 0) return html`<p>None.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of replicas"><table class="replicas">
<thead><tr><th scope="col">Replica</th><th scope="col">Node</th><th scope="col">Status</th></tr></thead>
<tbody>${replicas.map(
    (replica) => html`<tr data-key="${replica.name}"><th scope="row">${replica.name}</th>
<td>${replica.node === '' ? 'none yet' : replica.node}</td>
<td>${mark(replica)} ${replica.status}${replica.progress !== undefined && `, ${percent(replica.progress)}`}</td></tr>`,
  )}</tbody></table></div>`;
}

/** In place of the page of a volume that is not there. `events`: the last ones of all volumes. */
export function unknownVolume(name: string, events: readonly EventRow[], now: string): Content {
  const last = events.filter(({ volume }) => volume === name);
  return {
    title: `No volume ${name} · Longhorn debug`,
    json: undefined,
    skip: { to: 'last', words: 'Skip to its last events' },
    main: html`<h1>No volume ${name}</h1>
<p>Longhorn's last list has no volume of this name. It may be gone. <a href="/debug">All volumes</a></p>
<section aria-labelledby="last"><h2 id="last" tabindex="-1">What happened to it last</h2>
${last.length === 0 ? html`<p>Nothing that this exporter remembers.</p>` : eventList(last, now, false)}</section>`,
  };
}
