/** Formats numbers and times for the pages. Times are Unix milliseconds, shown in UTC like in the pods' logs. */

import { type Html, html } from './html.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

export const secondsBetween = (from: number, to: number): number => (to - from) / 1000;

/** One unit, rounded down, so that it rarely changes: `3 d`, `47 h`, `12 min`, `5 s`. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [unit, length] = UNITS.find(([, length]) => whole >= (length === 1 ? 0 : 2 * length)) ?? ['s', 1];
  return `${Math.floor(whole / length)} ${unit}`;
}

/** Two units: `3 d 4 h`, `1 min 30 s`, `2.5 s`, `86 ms`. */
export function duration(seconds: number): string {
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  const whole = Math.round(seconds);
  const index = UNITS.findIndex(([, length]) => whole >= length);
  const [unit, length] = UNITS[index] ?? ['s', 1];
  const [smaller, part] = UNITS[index + 1] ?? ['', Number.POSITIVE_INFINITY];
  const rest = Math.floor((whole % length) / part);
  return `${Math.floor(whole / length)} ${unit}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}

/** Rounded down, so that 100 % means all. The epsilon is needed because 0.29 * 100 is a little less than 29. */
export const hundredths = (ratio: number): number => Math.floor(ratio * 100 + 1e-9);

export const percent = (ratio: number): string => `${hundredths(ratio)} %`;

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function bytes(count: number): string {
  const power = Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(count))) / 10));
  const value = count / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${BINARY[power]}`;
}

/** RFC 3339, in UTC. */
export const rfc3339 = (time: number): string => new Date(time).toISOString();

/** The time of day, with the date unless it is today. */
export function moment(time: number, now: number): string {
  const [date = '', clock = ''] = rfc3339(time).split('T');
  const timeOfDay = clock.slice(0, 8);
  return rfc3339(now).startsWith(`${date}T`) ? timeOfDay : `${date} ${timeOfDay}`;
}

/** Includes the exact time as a tooltip and for machines. */
const timeElement = (time: number, text: string): Html =>
  html`<time datetime="${rfc3339(time)}" title="${rfc3339(time)}">${text}</time>`;

/** `12 min ago`. A future time from another clock counts as now. */
export const ago = (time: number, now: number): Html =>
  timeElement(time, `${age(secondsBetween(time, now))} ago`);

/** A point in time as time of day. */
export const at = (time: number, now: number): Html => timeElement(time, moment(time, now));

/** How long something has lasted: `12 min`. */
export const lasting = (since: number, until: number): Html =>
  timeElement(since, age(secondsBetween(since, until)));

/** A metric's value in readable form, by the unit in its name; undefined if the number is readable as is. */
export function readable(name: string, value: number, now: number): string | undefined {
  if (name.endsWith('_timestamp_seconds')) {
    const time = value * 1000;
    if (Number.isNaN(new Date(time).getTime())) return undefined;
    return `${moment(time, now)}, ${age(secondsBetween(time, now))} ago`;
  }
  if (/_seconds(_total)?$/.test(name)) return duration(value);
  if (name.endsWith('_bytes')) return bytes(value);
  return name.endsWith('_ratio') ? percent(value) : undefined;
}

export const plural = (count: number, one: string): string => `${count} ${count === 1 ? one : `${one}s`}`;

/** Sorts by name in the same order as Longhorn. */
export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  Number(a.name > b.name) - Number(a.name < b.name);
