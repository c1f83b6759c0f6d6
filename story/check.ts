/** Typed access to the values of a story file; an error is reported in one sentence. */

import { parseDuration } from '../src/config/duration.ts';
import { isArray, isJsonObject, type Json, type JsonObject } from './recorded.ts';

/** An error that the author of a story or the caller can fix; its message is one sentence. */
export class StoryError extends Error {}

export const fail = (message: string): never => {
  throw new StoryError(message);
};

const shown = (value: Json | undefined): string => JSON.stringify(value) ?? 'missing';

export function object(value: Json | undefined, where: string, keys: readonly string[]): JsonObject {
  if (!isJsonObject(value)) return fail(`${where} is not an object.`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  return unknown === undefined
    ? value
    : fail(`${where} has the unknown key ${JSON.stringify(unknown)}; known are ${keys.join(', ')}.`);
}

export const list = (value: Json | undefined, where: string): readonly Json[] =>
  isArray(value) ? value : fail(`${where} is ${value === undefined ? 'missing' : 'not a list'}.`);

export const string = (value: Json | undefined, where: string): string =>
  typeof value === 'string'
    ? value
    : fail(`${where} is ${value === undefined ? 'missing' : 'not a string'}.`);

export const oneOf = <T extends string>(value: Json | undefined, where: string, known: readonly T[]): T =>
  known.find((each) => each === value) ??
  fail(`${where} is ${shown(value)}, which is not one of ${known.join(', ')}.`);

/** Milliseconds. */
export function duration(value: Json | undefined, where: string): number {
  if (value === undefined) return fail(`${where} is missing.`);
  return (
    (typeof value === 'string' ? parseDuration(value) : undefined) ??
    fail(`${where} is ${shown(value)}, which is not a duration such as 30m or 1d12h.`)
  );
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** Unix milliseconds. */
export function time(value: Json, where: string): number {
  const ms = typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms)
    ? fail(`${where} is ${shown(value)}, which is not a time such as 2026-11-22T06:00:00Z.`)
    : ms;
}
