/** Numbers and times as a reader in a hurry wants them. Times are UTC, as in the logs of the pods. */

import { type Html, html } from './html.ts';

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** One unit, rounded down, so that it seldom changes: `3 d`, `47 h`, `12 min`, `5 s`. */
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

export const secondsBetween = (from: string, to: string): number =>
  (Date.parse(to) - Date.parse(from)) / 1000;

/** Rounded down, so that 100 % means all; 0.29 * 100 is a little less than 29. */
export const hundredths = (ratio: number): number => Math.floor(ratio * 100 + 1e-9);

export const percent = (ratio: number): string => `${hundredths(ratio)} %`;

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(count: number): string {
  const power = Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(1, Math.abs(count))) / 10));
  const value = count / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${BINARY[power]}`;
}

/** The time of day, and the date where it is not today's. */
export function moment(time: string, now: string): string {
  const [date = '', clock = ''] = [time.slice(0, -14), time.slice(-13, -5)];
  return date === now.slice(0, -14) ? clock : `${date} ${clock}`;
}

/** `12 min ago`, with the time itself for a mouse and for a machine. What lies ahead by another clock is now. */
export const ago = (time: string, now: string): Html =>
  html`<time datetime="${time}" title="${time}">${age(secondsBetween(time, now))} ago</time>`;

/** A moment as a time of day. */
export const at = (time: string, now: string): Html =>
  html`<time datetime="${time}" title="${time}">${moment(time, now)}</time>`;

/** What a metric's value means, told by the unit in its name; undefined when the number says it itself. */
export function reading(name: string, value: number, now: string): string | undefined {
  if (name.endsWith('_timestamp_seconds')) {
    const date = new Date(value * 1000);
    if (Number.isNaN(date.getTime())) return undefined;
    return `${moment(date.toISOString(), now)}, ${age(secondsBetween(date.toISOString(), now))} ago`;
  }
  if (/_seconds(_total)?$/.test(name)) return duration(value);
  if (/_bytes$/.test(name)) return bytes(value);
  return /_ratio$/.test(name) ? percent(value) : undefined;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
