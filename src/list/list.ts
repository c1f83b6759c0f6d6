/** Turns one message into facts by name, parsing only the elements that changed since the message before. */

import { createHash } from 'node:crypto';
import { isObject, type JsonObject, text } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';
import { endOfValue, scanList } from './scanner.ts';

/** One object that the list holds. */
export interface Listed<F> {
  /** The same reference as in the list before when the object's bytes have not changed. */
  readonly facts: F;
  /** False when this message did not show the object well, and `facts` are the last good ones. */
  readonly confirmed: boolean;
}

/** Where an element lies in the message, and what it meant; neither name nor facts when it could not be understood. */
interface Element<F> {
  readonly start: number;
  readonly end: number;
  readonly name: string | undefined;
  readonly facts: F | undefined;
}

export interface List<F> {
  readonly objects: ReadonlyMap<string, Listed<F>>;
  /** Objects in this message that could not be understood. */
  readonly bad: number;
  /** Those of them whose content was not in the message before. */
  readonly skipped: number;
  /** Why the first bad object could not be understood, if there is one; for the log. */
  readonly complaint: string | undefined;
  /** What the next message is compared with. */
  readonly message: Buffer;
  readonly elements: readonly Element<F>[];
  readonly badContents: ReadonlySet<string>;
}

/**
 * The list that `message` is, or undefined when it is none: not a closed document of the type `collection`
 * and the kind's `resourceType`. A bad object keeps its last good facts; while one cannot even be named,
 * every absent object keeps them, for it may be that one.
 */
export function readList<F>(kind: Kind<F>, message: Buffer, previous?: List<F>): List<F> | undefined {
  const known = knownElements(message, previous);
  const elements: Element<F>[] = [];
  let complaint: string | undefined;
  const envelope = scanList(message, (start) => {
    const unchanged = known.at(start);
    if (unchanged !== undefined) {
      const end = start + unchanged.end - unchanged.start;
      const { name, facts } = unchanged;
      elements.push(unchanged.start === start ? unchanged : { start, end, name, facts });
      return end;
    }
    const end = endOfValue(message, start);
    if (end < 0) return -1;
    const element = readElement(kind, message, start, end);
    if (element.facts === undefined) complaint ??= element.complaint;
    elements.push(known.settle(element));
    return end;
  });
  if (!isObject(envelope) || envelope.type !== 'collection') return undefined;
  if (envelope.resourceType !== kind.resourceType || !isEmptyOrMissing(envelope.data)) return undefined;

  const collected = collect(message, elements, previous);
  return {
    ...collected,
    complaint: collected.bad > 0 ? (complaint ?? DUPLICATE) : undefined,
    message,
    elements,
  };
}

/** What is wrong with a bad object that can be understood by itself. */
const DUPLICATE = 'a name that is there twice';

/** Elements were cut out before the envelope was parsed, so all that is left of a list is `[]`. */
const isEmptyOrMissing = (data: unknown): boolean =>
  data === undefined || (Array.isArray(data) && data.length === 0);

/** Never throws: whatever cannot be parsed or read is an element without facts. */
function readElement<F>(kind: Kind<F>, message: Buffer, start: number, end: number) {
  let name: string | undefined;
  try {
    const parsed: unknown = JSON.parse(message.toString('utf8', start, end));
    name = nameOf(parsed);
    return { start, end, name, facts: kind.read(parsed as JsonObject, name), complaint: undefined };
  } catch (error) {
    return { start, end, name, facts: undefined, complaint: (error as Error).message };
  }
}

function nameOf(parsed: unknown): string {
  const name = isObject(parsed) ? text(parsed.name) : '';
  if (name === '') throw new TypeError('not an object with a name');
  return name;
}

/** Walks along the elements of the previous message and tells which of them stand unchanged in this one. */
function knownElements<F>(message: Buffer, previous: List<F> | undefined) {
  const elements = previous?.elements ?? [];
  let next = 0;
  let order: Map<string | undefined, number> | undefined;

  // A good element is an object, and an object ends where it closes: equal bytes are the same element.
  const standsAt = (element: Element<F> | undefined, start: number): boolean => {
    if (previous === undefined || element?.facts === undefined) return false;
    const end = start + element.end - element.start;
    if (end > message.length) return false;
    return message.compare(previous.message, element.start, element.end, start, end) === 0;
  };

  const placeOf = (name: string): number | undefined => {
    order ??= new Map(elements.map((element, index) => [element.name, index]));
    return order.get(name);
  };

  return {
    /** The previous element whose bytes stand at `start`: the one expected there, or the one behind it after a deletion. */
    at(start: number): Element<F> | undefined {
      for (let skip = 0; skip < 2; skip++) {
        const element = elements[next + skip];
        if (!standsAt(element, start)) continue;
        next += skip + 1;
        return element;
      }
      return undefined;
    },
    /** Finds the place of a newly read element among the previous ones, and prefers the facts read from the same bytes. */
    settle({ start, end, name, facts }: Element<F>): Element<F> {
      const index = name === undefined || elements[next]?.name === name ? next : placeOf(name);
      const same = index === undefined ? undefined : elements[index];
      if (index !== undefined) next = index + 1;
      const unchanged = same !== undefined && standsAt(same, start);
      return { start, end, name, facts: unchanged ? same.facts : facts };
    },
  };
}

function collect<F>(message: Buffer, elements: readonly Element<F>[], previous: List<F> | undefined) {
  const objects = new Map<string, Listed<F>>();
  const badContents = new Set<string>();
  let bad = 0;
  let skipped = 0;
  let nameless = false;
  for (const { start, end, name, facts } of elements) {
    if (name !== undefined && facts !== undefined && objects.get(name)?.confirmed !== true) {
      objects.set(name, { facts, confirmed: true });
      continue;
    }
    bad++;
    const content = createHash('sha256').update(message.subarray(start, end)).digest('base64');
    if (!badContents.has(content) && previous?.badContents.has(content) !== true) skipped++;
    badContents.add(content);
    if (name === undefined) nameless = true;
    else keep(objects, name, previous);
  }
  if (nameless) for (const name of previous?.objects.keys() ?? []) keep(objects, name, previous);
  return { objects, bad, skipped, badContents };
}

/** Carries an object's last good facts over, unless this message has good ones. */
function keep<F>(objects: Map<string, Listed<F>>, name: string, previous: List<F> | undefined): void {
  const last = previous?.objects.get(name);
  if (last !== undefined && !objects.has(name)) objects.set(name, { facts: last.facts, confirmed: false });
}
