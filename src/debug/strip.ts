/** Draws a volume's timeline as SVG. Horizontal values are in percent, to fit any screen without scaling the text. */

import { type EventRow, eventText, type Interval, type Subject } from './events.ts';
import { duration, moment, secondsBetween } from './format.ts';
import { type Html, html, type Tone } from './html.ts';

/** In Unix milliseconds. */
export interface Timespan {
  readonly from: number;
  readonly to: number;
}

export interface Bar extends Timespan {
  readonly tone: Tone;
  readonly text: string;
}

export interface Point {
  readonly at: number;
  readonly tone: Tone;
  readonly text: string;
}

export interface Lane {
  readonly name: string;
  readonly bars: readonly Bar[];
  readonly points: readonly Point[];
}

/** The lanes, each with the subject of its bars and the event types of its points. */
const LANES: readonly (readonly [name: string, bars: Subject | undefined, ...points: EventRow['type'][]])[] =
  [
    ['robustness', 'robustness'],
    ['state', 'state', 'engine_moved'],
    ['share', 'share'],
    ['operations', 'operations', 'operation_failed'],
    ['replicas', 'replicas', 'replica_failed'],
    ['snapshots', undefined, 'snapshots_created', 'snapshots_deleted'],
    ['backups', 'backups', 'backup_failed'],
    ['owner', undefined, 'owner_changed'],
  ];

/** The lanes that are not empty. `knownUntil`: when Longhorn last confirmed the volume. */
export function lanesOf(
  events: readonly EventRow[],
  intervals: readonly Interval[],
  span: Timespan,
  knownUntil: number,
): Lane[] {
  return LANES.map(([name, subject, ...types]) => {
    const bars = intervals
      .filter((interval) => interval.subject === subject)
      .map(({ from = span.from, to, tone, text }) => ({ from: Math.max(span.from, from), to, tone, text }))
      .filter(({ from, to, text }) => text !== '' && to >= from);
    if (subject === 'robustness' || subject === 'state') {
      const from = Math.max(span.from, knownUntil, ...bars.map(({ to }) => to));
      if (from < span.to) bars.push({ from, to: span.to, tone: 'idle', text: 'not known' });
    }
    const points = events
      .filter(({ type }) => types.includes(type))
      .map((event) => ({ at: event.time, ...eventText(event) }));
    return { name, bars, points };
  }).filter(({ bars, points }) => bars.length + points.length > 0);
}

/** In pixels. */
const NAME = 18;
const BAR = 18;
const GAP = 10;
const AXIS = 20;

/** A wider bar, in percent, has room for text. */
const MIN_TEXT_WIDTH = 9;
/** The minimum width of a bar, in percent. */
const MIN_WIDTH = 0.4;

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✕', warn: '▲', idle: '●' };

/** `events`: newest first. Undefined without events. */
export function strip(
  events: readonly EventRow[],
  intervals: readonly Interval[],
  knownUntil: number,
  now: number,
): Html | undefined {
  const oldest = events.at(-1);
  if (oldest === undefined) return undefined;
  const span = { from: Math.min(oldest.time, now - 1000), to: now };
  let y = 0;
  const drawn = lanesOf(events, intervals, span, knownUntil).map((lane) => {
    const { markup, height } = drawLane(lane, y, span);
    y += height;
    return markup;
  });
  return html`<svg class="strip" role="img" aria-label="Timeline of the last ${duration(secondsBetween(span.from, now))}; the list below has the same events" width="100%" height="${y + AXIS}">
${drawn}
${axis(span, y)}</svg>`;
}

/** The horizontal position of a time, in percent. */
const xPercent = (at: number, { from, to }: Timespan): number => ((at - from) / (to - from)) * 100;
const percentage = (value: number): string => `${Math.round(value * 1000) / 1000}%`;

function drawLane(lane: Lane, y: number, span: Timespan): { markup: Html; height: number } {
  const { rows, rowOf } = assignRows(lane.bars);
  const top = y + NAME;
  const markup = html`<g><text class="lane" x="0" y="${y + NAME - 5}">${lane.name}</text>
<rect class="track" x="0" y="${top}" width="100%" height="${rows * BAR}"/>
${lane.bars.map((bar, index) => drawBar(bar, top + (rowOf[index] ?? 0) * BAR, span))}
${lane.points.map((point) => drawPoint(point, top + BAR / 2, span))}</g>`;
  return { markup, height: NAME + rows * BAR + GAP };
}

/** Distributes overlapping bars over rows; returns the row of each bar. */
function assignRows(bars: readonly Bar[]): { readonly rows: number; readonly rowOf: readonly number[] } {
  const ends: number[] = [];
  const rowOf = bars.map(({ from, to }) => {
    const free = ends.findIndex((end) => end <= from);
    const row = free === -1 ? ends.length : free;
    ends[row] = to;
    return row;
  });
  return { rows: Math.max(1, ends.length), rowOf };
}

function drawBar({ from, to, tone, text }: Bar, y: number, span: Timespan): Html {
  const x = xPercent(from, span);
  const width = Math.max(MIN_WIDTH, xPercent(to, span) - x);
  const start = Math.min(x, 100 - width);
  const lasted = duration(secondsBetween(from, to));
  return html`<g><title>${text}: ${lasted}</title><rect class="bar ${tone}" x="${percentage(start)}" y="${y + 1}" width="${percentage(width)}" height="${BAR - 2}"/>${
    width > MIN_TEXT_WIDTH &&
    html`<svg x="${percentage(start)}" y="${y}" width="${percentage(width)}" height="${BAR}"><text class="on" x="5" y="${BAR - 5}">${SIGNS[tone]} ${text}, ${lasted}</text></svg>`
  }</g>`;
}

function drawPoint({ at, tone, text }: Point, y: number, span: Timespan): Html {
  // A sign at the edge would be cut off.
  const x = percentage(Math.min(99.2, Math.max(0.8, xPercent(at, span))));
  return html`<g class="point ${tone}"><title>${text}</title><circle cx="${x}" cy="${y}" r="7"/><text x="${x}" y="${y + 3.5}">${SIGNS[tone]}</text></g>`;
}

/** Steps in seconds that give round times as labels. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function axis(span: Timespan, y: number): Html {
  const seconds = secondsBetween(span.from, span.to);
  const step = (STEPS.find((step) => seconds / step <= 4) ?? 86_400 * Math.ceil(seconds / 4 / 86_400)) * 1000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(span.from / step) * step; tick < span.to; tick += step) ticks.push(tick);
  return html`<g class="axis">${ticks.map((tick) => drawTick(tick, span, y))}<text x="100%" y="${y + 15}" class="end">now</text></g>`;
}

function drawTick(tick: number, span: Timespan, y: number): Html {
  const x = xPercent(tick, span);
  // Omit a label that would overlap "now" or leave the picture.
  const label = x < 85 && x > 8;
  return html`<line x1="${percentage(x)}" x2="${percentage(x)}" y1="0" y2="${y + 3}"/>${label && html`<text x="${percentage(x)}" y="${y + 15}">${moment(tick, span.to)}</text>`}`;
}
