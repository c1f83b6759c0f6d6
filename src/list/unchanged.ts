/** Finds elements whose bytes are the same as in the previous message, so they need no parsing. */

import type { Element } from './element.ts';

/** An element and its position in the message. */
export interface Placed<F> {
  readonly element: Element<F>;
  readonly start: number;
  readonly end: number;
}

export interface Placement<F> {
  readonly message: Buffer;
  readonly placed: readonly Placed<F>[];
}

/** Elements are sorted by name, so the one that follows the last match is expected next. */
export function findUnchanged<F>(message: Buffer, previous: Placement<F> | undefined) {
  let next = 0;
  let places: Map<string | undefined, number> | undefined;

  /** A good element is an object, which ends where it closes, so equal bytes are the same element. */
  function match(index: number, start: number): Placed<F> | undefined {
    const candidate = previous?.placed[index];
    if (previous === undefined || candidate?.element.listed === undefined) return undefined;
    const end = start + candidate.end - candidate.start;
    if (end > message.length) return undefined;
    if (message.compare(previous.message, candidate.start, candidate.end, start, end) !== 0) return undefined;
    next = index + 1;
    return candidate;
  }

  function placeOf(name: string | undefined): number {
    if (name === undefined || previous?.placed[next]?.element.name === name) return next;
    places ??= new Map(previous?.placed.map(({ element }, index) => [element.name, index]));
    return places.get(name) ?? -1;
  }

  return {
    /** The previous element that is unchanged at `start`: the expected one, or the one after it when that was deleted. */
    at: (start: number): Placed<F> | undefined => match(next, start) ?? match(next + 1, start),

    /** The same by name, for an element that was not at the expected position; the search continues after it. */
    named(name: string | undefined, start: number): Placed<F> | undefined {
      const index = placeOf(name);
      if (index < 0) return undefined;
      next = index + 1;
      return match(index, start);
    },
  };
}
