/** The JSON of the debug pages: the same data, with times as text. */

import { rfc3339 } from './format.ts';

/** Fields that are times: Unix milliseconds internally, RFC 3339 in the JSON. */
const TIME_FIELDS = [
  'time',
  'lastMessage',
  'lastRoundEnded',
  'robustnessSince',
  'troubledSince',
  'since',
  'asked',
  'lastSuccess',
  'started',
  'confirmed',
  'due',
  'restoredUntil',
  'asOf',
] as const;

/** The type of the JSON as its reader sees it. */
export type Json<T> = T extends readonly (infer E)[]
  ? readonly Json<E>[]
  : T extends object
    ? {
        readonly [K in keyof T]: K extends (typeof TIME_FIELDS)[number]
          ? string | Exclude<T[K], number>
          : Json<T[K]>;
      }
    : T;

const IS_TIME: ReadonlySet<string> = new Set(TIME_FIELDS);

const timesAsText = (field: string, value: unknown): unknown =>
  typeof value === 'number' && IS_TIME.has(field) ? rfc3339(value) : value;

export const jsonText = (data: unknown): string => `${JSON.stringify(data, timesAsText, 2)}\n`;
