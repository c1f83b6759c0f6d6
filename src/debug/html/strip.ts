/** Draws a volume's timeline as SVG. All across is in percent, so that it fits any screen and its text keeps its size. */

import type { VolumePage } from '../volume-page.ts';
import { duration, moment } from './format.ts';
import { type Html, html } from './html.ts';
import { type Bar, type Lane, lanesOf, type Point, stacked, type Timespan } from './segments.ts';

/** In pixels. */
const NAME = 18;
const BAR = 18;
const GAP = 10;
const AXIS = 20;

/** A bar this wide, in percent, has room for a word. */
const ROOM = 9;
/** A bar or a point is at least so wide, in percent, however short it was. */
const LEAST = 0.4;

const SIGNS = { good: '✓', bad: '✕', warn: '▲', idle: '●' } as const;

/** Undefined when nothing was seen to happen. */
export function strip({ events, volume, time }: VolumePage): Html | undefined {
  const oldest = events.at(-1);
  if (oldest === undefined) return undefined;
  const to = Date.parse(time);
  const span = { from: Math.min(Date.parse(oldest.time), to - 1000), to };
  const lanes = lanesOf(events, volume, span);
  let y = 0;
  const drawn = lanes.map((lane) => {
    const { markup, height } = drawLane(lane, y, span);
    y += height;
    return markup;
  });
  return html`<svg class="strip" role="img" aria-label="Timeline of the last ${duration((to - span.from) / 1000)}; the list below says the same" width="100%" height="${y + AXIS}">
${drawn}
${axis(span, y, time)}</svg>`;
}

/** Where a moment lies, in percent. */
const across = (at: number, { from, to }: Timespan): number => ((at - from) / (to - from)) * 100;
const percentage = (value: number): string => `${Math.round(value * 1000) / 1000}%`;

function drawLane(lane: Lane, y: number, span: Timespan): { markup: Html; height: number } {
  const { rows, rowOf } = stacked(lane.bars);
  const top = y + NAME;
  const markup = html`<g><text class="lane" x="0" y="${y + NAME - 5}">${lane.name}</text>
<rect class="track" x="0" y="${top}" width="100%" height="${rows * BAR}"/>
${lane.bars.map((bar, index) => drawBar(bar, top + (rowOf[index] ?? 0) * BAR, span))}
${lane.points.map((point) => drawPoint(point, top + BAR / 2, span))}</g>`;
  return { markup, height: NAME + rows * BAR + GAP };
}

function drawBar({ from, to, tone, words }: Bar, y: number, span: Timespan): Html {
  const x = across(from, span);
  const width = Math.max(LEAST, across(to, span) - x);
  const start = Math.min(x, 100 - width);
  const lasted = duration((to - from) / 1000);
  return html`<g><title>${words}: ${lasted}</title><rect class="bar ${tone}" x="${percentage(start)}" y="${y + 1}" width="${percentage(width)}" height="${BAR - 2}"/>${
    width > ROOM &&
    html`<svg x="${percentage(start)}" y="${y}" width="${percentage(width)}" height="${BAR}"><text class="on" x="5" y="${BAR - 5}">${SIGNS[tone]} ${words}, ${lasted}</text></svg>`
  }</g>`;
}

function drawPoint({ at, tone, words }: Point, y: number, span: Timespan): Html {
  // A sign at the very edge would be cut in half.
  const x = Math.min(99.2, Math.max(0.8, across(at, span)));
  return html`<g class="point ${tone}"><title>${words}</title><circle cx="${percentage(x)}" cy="${y}" r="7"/><text x="${percentage(x)}" y="${y + 3.5}">${SIGNS[tone]}</text></g>`;
}

/** Round steps, so that the labels are round times. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

function axis(span: Timespan, y: number, now: string): Html {
  const seconds = (span.to - span.from) / 1000;
  const step = (STEPS.find((step) => seconds / step <= 4) ?? 86_400 * Math.ceil(seconds / 4 / 86_400)) * 1000;
  const ticks: number[] = [];
  for (let tick = Math.ceil(span.from / step) * step; tick < span.to; tick += step) ticks.push(tick);
  return html`<g class="axis">${ticks.map((tick) => drawTick(tick, span, y, now))}<text x="100%" y="${y + 15}" class="end">now</text></g>`;
}

function drawTick(tick: number, span: Timespan, y: number, now: string): Html {
  const x = across(tick, span);
  // Its label would run into "now", or out of the picture.
  const label = x < 85 && x > 8;
  return html`<line x1="${percentage(x)}" x2="${percentage(x)}" y1="0" y2="${y + 3}"/>${label && html`<text x="${percentage(x)}" y="${y + 15}">${moment(new Date(tick).toISOString(), now)}</text>`}`;
}
