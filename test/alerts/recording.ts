/** Records what each target served at each minute, and writes it in promtool's notation. */

import { samples } from '../support/series.ts';

/** A series at one minute: its value; null: not scraped; undefined: not served. */
type Point = number | null | undefined;

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface Recording {
  /** What a target served for this many minutes from the given one; undefined text: its scrapes failed. */
  served(labels: string, from: number, minutes: number, text: string | undefined): void;
  /** The target was not scraped: no stale marker, and no `up`. */
  unscraped(labels: string, from: number, minutes: number): void;
  series(): InputSeries[];
}

/** promtool's time starts at 0, so times are written relative to `epoch` (Unix seconds). */
export function createRecording(epoch: number): Recording {
  const targets = new Map<string, Map<string, Point[]>>();
  const target = (labels: string) => {
    const known = targets.get(labels) ?? new Map<string, Point[]>();
    targets.set(labels, known);
    return known;
  };
  const points = (labels: string, name: string) => {
    const series = target(labels);
    const known = series.get(name) ?? [];
    series.set(name, known);
    return known;
  };
  const put = (labels: string, name: string, from: number, minutes: number, value: Point) => {
    const known = points(labels, name);
    for (let minute = from; minute < from + minutes; minute++) known[minute] = value;
  };

  return {
    served(labels, from, minutes, text) {
      put(labels, 'up', from, minutes, text === undefined ? 0 : 1);
      for (const [name, value] of samples(text ?? '')) {
        const shown = /_timestamp_seconds(\{|$)/.test(name) ? value - epoch : value;
        put(labels, name, from, minutes, shown);
      }
    },
    unscraped(labels, from, minutes) {
      for (const name of [...target(labels).keys()]) put(labels, name, from, minutes, null);
    },
    series: () =>
      [...targets].flatMap(([labels, known]) =>
        [...known].map(([name, values]) => ({ series: withLabels(name, labels), values: notation(values) })),
      ),
  };
}

/** The series' own labels take precedence, as with honor_labels. */
function withLabels(series: string, labels: string): string {
  if (!series.endsWith('}')) return `${series}{${labels}}`;
  const added = labels.split(',').filter((label) => !hasLabel(series, label.slice(0, label.indexOf('='))));
  return `${series.slice(0, -1)},${added.join()}}`;
}

const hasLabel = (series: string, label: string): boolean =>
  series.includes(`{${label}="`) || series.includes(`,${label}="`);

/** A series that is no longer served gets a stale marker, as Prometheus does after each scrape. */
function notation(points: readonly Point[]): string {
  const parts: string[] = [];
  let isServed = false;
  for (let from = 0; from < points.length; ) {
    const point = points[from];
    let to = from + 1;
    while (to < points.length && points[to] === point) to++;
    if (typeof point === 'number') parts.push(to - from === 1 ? `${point}` : `${point}+0x${to - from - 1}`);
    else if (point === undefined && isServed)
      parts.push('stale', ...(to - from > 1 ? [`_x${to - from - 1}`] : []));
    else parts.push(`_x${to - from}`);
    if (point !== null) isServed = typeof point === 'number';
    from = to;
  }
  // Ends a series that is served to the end.
  return [...parts, 'stale'].join(' ');
}
