/** Turns one message into facts by name, parsing only the elements that changed since the message before. */

import { createHash } from 'node:crypto';
import { isObject, type JsonObject, text } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';
import { type Elements, knownElements } from './known.ts';
import { endOfValue, scanList } from './scanner.ts';

/** One object that the list holds. */
export interface Listed<F> {
  /** The same reference as in the list before when the object's bytes have not changed. */
  readonly facts: F;
  /** False when this message did not show the object well, and `facts` are the last good ones. */
  readonly confirmed: boolean;
}

/** What an element meant: neither name nor facts when it could not be understood. The same while its bytes are. */
interface Element<F> {
  readonly name: string | undefined;
  readonly listed: Listed<F> | undefined;
}

/** A list, and what the next message is compared with. */
export interface List<F> extends Elements<Element<F>> {
  readonly objects: ReadonlyMap<string, Listed<F>>;
  /** Objects in this message that could not be understood. */
  readonly bad: number;
  /** Those of them whose content was not in the message before. */
  readonly skipped: number;
  /** Why the first bad object could not be understood, if there is one; for the log. */
  readonly complaint: string | undefined;
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
  const starts: number[] = [];
  const ends: number[] = [];
  let complaint: string | undefined;

  const add = (element: Element<F>, start: number, end: number): number => {
    elements.push(element);
    starts.push(start);
    ends.push(end);
    return end;
  };
  const envelope = scanList(message, (start) => {
    const unchanged = known.at(start);
    const same = previous?.elements[unchanged];
    if (same !== undefined) return add(same, start, start + lengthOf(previous, unchanged));
    const end = endOfValue(message, start);
    if (end < 0) return -1;
    const { element, problem } = readElement(kind, message, start, end);
    complaint ??= problem;
    return add(previous?.elements[known.named(element.name, start)] ?? element, start, end);
  });
  if (!isObject(envelope) || envelope.type !== 'collection') return undefined;
  if (envelope.resourceType !== kind.resourceType || !isEmptyOrMissing(envelope.data)) return undefined;

  const found = { message, elements, starts, ends };
  const collected = collect(found, previous);
  return { ...found, ...collected, complaint: collected.bad > 0 ? (complaint ?? DUPLICATE) : undefined };
}

const lengthOf = (list: Elements<unknown> | undefined, index: number): number =>
  (list?.ends[index] ?? 0) - (list?.starts[index] ?? 0);

/** What is wrong with a bad object that can be understood by itself. */
const DUPLICATE = 'a name that is there twice';

/** Elements were cut out before the envelope was parsed, so all that is left of a list is `[]`. */
const isEmptyOrMissing = (data: unknown): boolean =>
  data === undefined || (Array.isArray(data) && data.length === 0);

/** Never throws: whatever cannot be parsed or read is an element without facts, and a problem. */
function readElement<F>(
  kind: Kind<F>,
  message: Buffer,
  start: number,
  end: number,
): { element: Element<F>; problem?: string } {
  let name: string | undefined;
  try {
    const parsed: unknown = JSON.parse(message.toString('utf8', start, end));
    name = nameOf(parsed);
    return { element: { name, listed: { facts: kind.read(parsed as JsonObject, name), confirmed: true } } };
  } catch (error) {
    return { element: { name, listed: undefined }, problem: (error as Error).message };
  }
}

function nameOf(parsed: unknown): string {
  const name = isObject(parsed) ? text(parsed.name) : '';
  if (name === '') throw new TypeError('not an object with a name');
  return name;
}

function collect<F>(
  { message, elements, starts, ends }: Elements<Element<F>>,
  previous: List<F> | undefined,
) {
  const objects = new Map<string, Listed<F>>();
  const badContents = new Set<string>();
  let bad = 0;
  let skipped = 0;
  let nameless = false;
  for (let index = 0; index < elements.length; index++) {
    const { name, listed } = elements[index] as Element<F>;
    if (name !== undefined && listed !== undefined && objects.get(name)?.confirmed !== true) {
      objects.set(name, listed);
      continue;
    }
    bad++;
    const bytes = message.subarray(starts[index], ends[index]);
    const content = createHash('sha256').update(bytes).digest('base64');
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
