/** Tells which elements of the message before stand unchanged in this one, by comparing bytes. */

/** The elements of one message: what each meant, and where it lies. The three lists are of the same length. */
export interface Elements<E> {
  readonly message: Buffer;
  readonly elements: readonly E[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface KnownElement {
  readonly name: string | undefined;
  /** Undefined when it could not be understood: it is then read anew each time. */
  readonly listed: unknown;
}

/** Walks along the previous elements while the caller walks along the new message. All results are indexes, or -1. */
export function knownElements<E extends KnownElement>(message: Buffer, previous: Elements<E> | undefined) {
  let next = 0;
  let places: Map<string | undefined, number> | undefined;

  /** A good element is an object, and an object ends where it closes: equal bytes are the same element. */
  function standsAt(index: number, start: number): boolean {
    const from = previous?.starts[index];
    const to = previous?.ends[index];
    if (previous === undefined || from === undefined || to === undefined) return false;
    const end = start + to - from;
    if (end > message.length || previous.elements[index]?.listed === undefined) return false;
    return message.compare(previous.message, from, to, start, end) === 0;
  }

  function placeOf(name: string): number {
    places ??= new Map(previous?.elements.map((element, index) => [element.name, index]));
    return places.get(name) ?? -1;
  }

  return {
    /** The previous element whose bytes stand at `start`: the one expected there, or the one behind it after a deletion. */
    at(start: number): number {
      for (let index = next; index < next + 2; index++) {
        if (!standsAt(index, start)) continue;
        next = index + 1;
        return index;
      }
      return -1;
    },
    /** The previous element of this name, if its bytes stand at `start`; either way it is expected no more. */
    named(name: string | undefined, start: number): number {
      const expected = name === undefined || previous?.elements[next]?.name === name;
      const index = expected ? next : placeOf(name);
      if (index < 0) return -1;
      next = index + 1;
      return standsAt(index, start) ? index : -1;
    },
  };
}
