/** Type-checked access to fields of the API's JSON: an invalid value becomes undefined. */

import { LIMITS, refuse } from '../limits.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value if it is an object, else an empty object, so that all its fields are undefined. */
export const object = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The objects in a list; Go encodes an empty list as null. */
export const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/**
 * Text that can be served. Lone surrogates have no UTF-8 form, so they are replaced here, before names are compared.
 * Throws if it is longer than any valid name, because it may become a label.
 */
export function text(value: unknown): string {
  if (typeof value !== 'string') return '';
  const wellFormed = value.toWellFormed();
  return isTooLong(wellFormed) ? refuse('text_length') : wellFormed;
}

export const isTooLong = (wellFormed: string): boolean =>
  Buffer.byteLength(wellFormed) > LIMITS.text_length.most;

/** Error texts are cut to this many characters. */
const MESSAGE_LENGTH = 300;

/**
 * Possible secrets in error texts of backup stores: the query of a URL (signatures), user and password in a URL, and the
 * value after a word that names a credential.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*@/gi, '$1***@'],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s?"']*)\?[^\s"']*/gi, '$1?***'],
  [
    /\b((?:[\w-]*(?:secret|password|passwd|pwd|token|signature|credential|access[_-]?key(?:[_-]?id)?|account[_-]?key|api[_-]?key|auth)[\w-]*|sig|authorization)["']?\s*[:=]\s*)(?:(?:basic|bearer|aws4-hmac-sha256)\s+)?["']?[^\s"',;&]+/gi,
    '$1***',
  ],
  [/\b(?:basic|bearer)\s+[a-z0-9+/=._-]{8,}/gi, '***'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g, '***'],
];

/** An error text for the log and the debug pages: one line, shortened, without what looks like a credential. */
export function message(value: unknown): string {
  if (typeof value !== 'string' || value === '') return '';
  // Cut before matching, so that a text of a megabyte costs nothing.
  let line = value
    .slice(0, 4 * MESSAGE_LENGTH)
    .toWellFormed()
    .replace(/\s+/g, ' ')
    .trim();
  for (const [pattern, replacement] of SECRETS) line = line.replace(pattern, replacement);
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH - 1)}…` : line;
}

export const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** A size in bytes: a decimal string in most objects, a number in some, empty while unknown. */
export function bytes(value: unknown): number | undefined {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return Number(value);
  const size = number(value);
  return size !== undefined && size >= 0 ? size : undefined;
}

/** A progress of 0 to 100 as a ratio of 0 to 1. */
export function ratio(percent: unknown): number | undefined {
  const value = number(percent);
  return value === undefined ? undefined : Math.min(1, Math.max(0, value / 100));
}

const TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,9})?) ?(Z|[+-]\d\d:?\d\d)(?: [\w+-]+)?$/;

/** Unix milliseconds of an RFC 3339 time, or of Go's `2026-10-23 06:00:00 +0000 UTC`; undefined for Go's zero time. */
export function time(value: unknown): number | undefined {
  const [, date, clock, zone] = (typeof value === 'string' && TIME.exec(value)) || [];
  if (date === undefined || clock === undefined || zone === undefined) return undefined;
  const ms = Date.parse(`${date}T${clock}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
  return ms > 0 ? ms : undefined;
}

/** An essential string field, of any length: may be missing; throws if it has another type. */
export function expectLongText(parent: JsonObject, field: string): string | undefined {
  const value = parent[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new TypeError(`${field} is not a string`);
  return value;
}

/** Like `expectLongText`, but text that can be served: also throws if it is longer than any valid name. */
export function expectText(parent: JsonObject, field: string): string | undefined {
  const value = expectLongText(parent, field);
  return value === undefined ? undefined : text(value);
}

/** Like `expectText`, for a list of objects. Null is Go's empty list. */
export function expectObjects(parent: JsonObject, field: string): JsonObject[] | undefined {
  const value = parent[field];
  if (value === undefined) return undefined;
  if (value === null) return [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw new TypeError(`${field} is not a list of objects`);
  return value.length > LIMITS.replicas.most ? refuse('replicas') : value;
}

/** The status of a condition: True, False or Unknown; undefined without the condition. */
export function condition(parent: JsonObject, type: string): string | undefined {
  const status = object(object(parent.conditions)[type]).status;
  return typeof status === 'string' ? status : undefined;
}
