/** A volume's series as a reader meets them in Prometheus, with what their numbers mean. */

import type { Metric } from '../metrics.ts';
import { reading } from './format.ts';
import { type Html, html } from './html.ts';
import { keyed } from './keys.ts';

/** Labels that all series of the page share say nothing. */
const SHARED: ReadonlySet<string> = new Set(['volume', 'namespace']);

const labelsText = ({ labels }: Metric): string => {
  const own = Object.entries(labels).filter(([name]) => !SHARED.has(name));
  return own.length === 0 ? '' : `{${own.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
};

/** Of a volume that is served here; of any other the page says that none is. */
const withdrawn = ({ served }: Metric, servedHere: boolean): Html | false =>
  servedHere && !served && html` <small class="sign warn">withdrawn: too old</small>`;

const meaning = ({ name, value }: Metric, now: string): string => {
  const words = reading(name, value, now);
  return words === undefined ? '' : ` (${words})`;
};

/** Beside a fact: name, labels and value. */
export const seriesLines = (series: readonly Metric[], servedHere: boolean, now: string): Html[] =>
  // Labels may change while the series stays where it is.
  keyed(series, ({ name }) => name).map(({ item, key }) => seriesLine(item, key, servedHere, now));

const seriesLine = (metric: Metric, key: string, servedHere: boolean, now: string): Html =>
  html`<li data-key="${key}"><a href="#${metric.name}" title="${metric.help}"><code>${metric.name}</code></a><code>${labelsText(metric)} ${metric.value}</code>${meaning(metric, now)}${withdrawn(metric, servedHere)}</li>`;

/** All of them, a row a family, which says what it is. */
export function seriesTable(metrics: readonly Metric[], servedHere: boolean, now: string): Html {
  const families = new Map<string, Metric[]>();
  for (const metric of metrics) families.set(metric.name, [...(families.get(metric.name) ?? []), metric]);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of series"><table class="series">
<thead><tr><th scope="col">Family</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
<tbody>${[...families].map(([name, series]) => family(name, series, servedHere, now))}</tbody></table></div>`;
}

function family(name: string, series: readonly Metric[], servedHere: boolean, now: string): Html {
  return html`<tr id="${name}" data-key="${name}"><th scope="row"><code>${name}</code></th>
<td>${series.map((metric) => html`<div><code>${labelsText(metric)} ${metric.value}</code>${meaning(metric, now)}${withdrawn(metric, servedHere)}</div>`)}</td>
<td>${series[0]?.help ?? ''}</td></tr>`;
}
