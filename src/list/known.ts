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

/** So many elements are compared at once: one that changed costs no more than comparing these again one by one. */
const RUN = 32;

/** Walks along the previous elements while the caller walks along the new message. All results are indexes, or -1. */
export function knownElements<E extends KnownElement>(message: Buffer, previous: Elements<E> | undefined) {
  let next = 0;
  /** Elements before this index are known to stand where they stood, moved by `shift` bytes. */
  let trusted = 0;
  let shift = 0;
  let places: Map<string | undefined, number> | undefined;

  /** Whether the elements from `first` to `last` stand at `start`, with what is between them. */
  function stand(first: number, last: number, start: number): boolean {
    const from = previous?.starts[first];
    const to = previous?.ends[last];
    if (previous === undefined || from === undefined || to === undefined) return false;
    const end = start + to - from;
    return end <= message.length && message.compare(previous.message, from, to, start, end) === 0;
  }

  /** A good element is an object, and an object ends where it closes: equal bytes are the same element. */
  const standsAt = (index: number, start: number): boolean =>
    previous?.elements[index]?.listed !== undefined && stand(index, index, start);

  /** Most elements are unchanged, so many of them are compared at once. */
  function trustRun(start: number): boolean {
    const from = previous?.starts[next];
    if (from === undefined) return false;
    if (next < trusted && start - from === shift) return true;
    const end = Math.min(next + RUN, previous?.elements.length ?? 0);
    if (!stand(next, end - 1, start)) return false;
    trusted = end;
    shift = start - from;
    return true;
  }

  function placeOf(name: string): number {
    places ??= new Map(previous?.elements.map((element, index) => [element.name, index]));
    return places.get(name) ?? -1;
  }

  return {
    /** The previous element whose bytes stand at `start`: the one expected there, or the one behind it after a deletion. */
    at(start: number): number {
      if (trustRun(start) && previous?.elements[next]?.listed !== undefined) return next++;
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
