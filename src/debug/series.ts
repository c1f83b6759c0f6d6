/** The series of one object, served or not, from the same tables as a scrape, and how a page shows them. */

import type { Time } from '../clock.ts';
import { labelsOf, samplesOf, type Table } from '../metrics/family.ts';
import { readable } from './format.ts';
import { type Html, html, scrolling } from './html.ts';

/** One series. */
export interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Whether a scrape now includes it. */
  readonly served: boolean;
  readonly help: string;
}

/** `served`: whether this exporter serves the object now. */
export function metricsOf<T>(table: Table<T>, object: T, served: boolean, now: Time): Metric[] {
  const identity = table.identify(object).map((value, index) => [table.labels[index] ?? '', value] as const);
  return table.families.flatMap((family) => {
    const names = labelsOf(family);
    return [...samplesOf(family, object, now)].flatMap(([value, ...texts]) => {
      if (value === undefined || !Number.isFinite(value)) return [];
      const own = texts.map((text, index) => [names[index] ?? '', text] as const);
      const labels = Object.fromEntries([...identity, ...own]);
      return [{ name: family.name, labels, value, served, help: family.help }];
    });
  });
}

/** Reads a metric with a single series from its table, so that a page never disagrees with a scrape. */
export function reader<T>(table: Table<T>, name: string): (object: T, now: Time) => number | undefined {
  const family = table.families.find((row) => row.name === name);
  if (family === undefined || !('value' in family))
    throw new Error(`no metric with a single series: ${name}`);
  return family.value;
}

/** One row per metric, with readable values. `shared`: the labels that all series of the page have. */
export function seriesTable(
  metrics: readonly Metric[],
  shared: readonly string[],
  servedHere: boolean,
  now: number,
): Html {
  const families = new Map<string, Metric[]>();
  for (const metric of metrics) families.set(metric.name, [...(families.get(metric.name) ?? []), metric]);
  const rows = [...families].map(
    ([name, series]) => html`<tr id="${name}" data-key="${name}"><th scope="row"><code>${name}</code></th>
<td>${series.map(
      (metric) =>
        html`<div><code>${labelsText(metric, shared)} ${metric.value}</code>${meaning(metric, now)}${
          // If the object is not served here, the page says so once for all series.
          servedHere && !metric.served && html` <small class="sign warn">withdrawn: too old</small>`
        }</div>`,
    )}</td>
<td>${series[0]?.help ?? ''}</td></tr>`,
  );
  return scrolling(
    'Table of series',
    html`<table class="series">
<thead><tr><th scope="col">Family</th><th scope="col">Value</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

function labelsText({ labels }: Metric, shared: readonly string[]): string {
  const own = Object.entries(labels).filter(([name]) => !shared.includes(name));
  return own.length === 0 ? '' : `{${own.map(([name, value]) => `${name}="${value}"`).join(', ')}}`;
}

function meaning({ name, value }: Metric, now: number): string {
  const text = readable(name, value, now);
  return text === undefined ? '' : ` (${text})`;
}
