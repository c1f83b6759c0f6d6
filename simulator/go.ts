/** How Go's JSON encoder and the manager write strings, times and names. */

import { createHash } from 'node:crypto';

const escapes: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Compact JSON as Go writes it: some characters in strings are escaped for HTML. */
export const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);

/** SHA-256 in hexadecimal, which the manager uses in names. */
export const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

export const instanceManagerName = (node: string): string => `instance-manager-${digest(node).slice(0, 32)}`;
export const diskName = (node: string): string => `default-disk-${digest(node).slice(0, 12)}`;
export const diskUuid = (node: string): string => digest(`disk on ${node}`).slice(0, 32);

/** A made-up pod address, derived from a string. */
export function address(text: string): string {
  const code = Number.parseInt(digest(text).slice(0, 4), 16);
  return `10.42.${1 + (code % 3)}.${1 + ((code >> 2) % 250)}`;
}

/** When conditions last changed; the recordings have the same time for all of them. */
const TRANSITION = '2026-11-22T05:00:00Z';

export const condition = (type: string, status: string, reason = '', message = '') => ({
  lastProbeTime: '',
  lastTransitionTime: TRANSITION,
  message,
  reason,
  status,
  type,
});

export const conditions = (...all: readonly ReturnType<typeof condition>[]) =>
  Object.fromEntries(all.map((one) => [one.type, one]));

/** RFC 3339 in whole seconds: `2026-11-22T05:00:00Z`. */
export const rfc3339 = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** Go's own format, which only a volume's `created` uses: `2026-10-23 06:00:00 +0000 UTC`. */
export const goTime = (ms: number): string => `${rfc3339(ms).replace('T', ' ').replace('Z', '')} +0000 UTC`;

/** A volume's `created` as shown in its backups. */
export const goTimeToRfc3339 = (time: string): string => `${time.slice(0, 10)}T${time.slice(11, 19)}Z`;
