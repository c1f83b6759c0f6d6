/** Reads one element of a list. An invalid element has no facts; it is never an error. */

import { LIMITS, type LimitName, limitOf, refuse } from '../limits.ts';
import { isObject, isTooLong, type JsonObject } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';

/** One object of a list. */
export interface Listed<F> {
  /** The same reference as in the previous list when the object's bytes have not changed. */
  readonly facts: F;
  /** False if the object was invalid or absent in this message and `facts` are the last good ones. */
  readonly confirmed: boolean;
}

/** The meaning of an element's bytes; the same reference as long as they are unchanged. */
export interface Element<F> {
  /** Undefined if not even the name could be read. */
  readonly name: string | undefined;
  /** Undefined if the element is invalid. */
  readonly listed: Listed<F> | undefined;
  /** Its share of each quota of the list. */
  readonly costs: readonly number[];
  /** Why it is invalid, and the limit that it exceeds, if any. */
  readonly problem?: string;
  readonly limit?: LimitName | undefined;
}

export function readElement<F>(kind: Kind<F>, message: Buffer, start: number, end: number): Element<F> {
  let name: string | undefined;
  try {
    if (end - start > LIMITS.object_bytes.most) refuse('object_bytes');
    const parsed: unknown = JSON.parse(message.toString('utf8', start, end));
    const { object, name: whole } = named(parsed);
    // Longhorn has no names this long, but the name shows that this is none of the absent objects.
    name = whole.slice(0, LIMITS.text_length.most);
    if (isTooLong(whole)) refuse('text_length');
    const facts = kind.read(object, name);
    return { name, listed: { facts, confirmed: true }, costs: costsOf(kind, name, facts) };
  } catch (error) {
    return { name, listed: undefined, costs: [], problem: (error as Error).message, limit: limitOf(error) };
  }
}

function named(parsed: unknown): { object: JsonObject; name: string } {
  const name = isObject(parsed) && typeof parsed.name === 'string' ? parsed.name.toWellFormed() : '';
  if (!isObject(parsed) || name === '') throw new TypeError('not an object with a name');
  return { object: parsed, name };
}

/** An object's share of each quota of its kind. */
export const costsOf = <F>({ weights = [] }: Kind<F>, name: string, facts: F): readonly number[] =>
  weights.map(({ of }) => of(facts, name));

/** Reserves the costs of one object; returns the limit that would be exceeded, if any. */
export type Reserve = (costs: readonly number[]) => LimitName | undefined;

/** The total that all objects of one list may cost. */
export function createQuota<F>({ weights = [] }: Kind<F>): Reserve {
  const left = weights.map(({ limit }) => LIMITS[limit].most as number);
  // Plain loops: this runs for every element of every message.
  return (costs) => {
    for (let i = 0; i < costs.length; i++) if ((costs[i] ?? 0) > (left[i] ?? 0)) return weights[i]?.limit;
    for (let i = 0; i < costs.length; i++) left[i] = (left[i] ?? 0) - (costs[i] ?? 0);
    return undefined;
  };
}
