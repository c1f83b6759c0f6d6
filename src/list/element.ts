/** Reads one element of a list: whatever cannot be understood is an element without facts, never an error. */

import { LIMITS, type LimitName, limitOf, refuse } from '../limits.ts';
import { isObject, isTooLong, type JsonObject } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';
import { weigh } from './room.ts';

/** One object that the list holds. */
export interface Listed<F> {
  /** The same reference as in the list before when the object's bytes have not changed. */
  readonly facts: F;
  /** False when this message did not show the object well, and `facts` are the last good ones. */
  readonly confirmed: boolean;
}

/** What an element meant: neither name nor facts when it could not be understood. The same while its bytes are. */
export interface Element<F> {
  readonly name: string | undefined;
  readonly listed: Listed<F> | undefined;
  /** What its facts add to the weights of the list; reckoned once, as most elements are the same in the next list. */
  readonly weights: readonly number[];
  /** Why it could not be understood, for the log, and the limit it is over if that is why. */
  readonly problem?: string;
  readonly limit?: LimitName | undefined;
}

export function readElement<F>(kind: Kind<F>, message: Buffer, start: number, end: number): Element<F> {
  let name: string | undefined;
  try {
    if (end - start > LIMITS.object_bytes.most) refuse('object_bytes');
    const parsed: unknown = JSON.parse(message.toString('utf8', start, end));
    const { object, name: whole } = named(parsed);
    // One that is too long is no name of Longhorn's, but it tells that this is none of the absent objects.
    name = whole.slice(0, LIMITS.text_length.most);
    if (isTooLong(whole)) refuse('text_length');
    const facts = kind.read(object, name);
    return { name, listed: { facts, confirmed: true }, weights: weigh(kind, name, facts) };
  } catch (error) {
    return { name, listed: undefined, weights: [], problem: (error as Error).message, limit: limitOf(error) };
  }
}

function named(parsed: unknown): { object: JsonObject; name: string } {
  const name = isObject(parsed) && typeof parsed.name === 'string' ? parsed.name.toWellFormed() : '';
  if (!isObject(parsed) || name === '') throw new TypeError('not an object with a name');
  return { object: parsed, name };
}
