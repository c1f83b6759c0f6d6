/** Turns one message into facts by name, parsing only the elements that changed since the message before. */

import { createHash } from 'node:crypto';
import { LIMITS, type LimitName } from '../limits.ts';
import { isObject } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';
import { type Element, type Listed, readElement } from './element.ts';
import { type Elements, knownElements } from './known.ts';
import { createRoom, type Room, weigh } from './room.ts';
import { endOfValue, scanList } from './scanner.ts';

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
  /** The limits that this message is over: once for each new bad object, and once for a list that is too long. */
  readonly limits: readonly LimitName[];
}

/**
 * The list that `message` is, or undefined when it is none: not a closed document of the type `collection`
 * and the kind's `resourceType`. A bad object keeps its last good facts; while one cannot even be named,
 * every absent object keeps them, for it may be that one. So they do when the list is too long to be read to its end.
 */
export function readList<F>(kind: Kind<F>, message: Buffer, previous?: List<F>): List<F> | undefined {
  const known = knownElements(message, previous);
  const elements: Element<F>[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let complaint: string | undefined;
  const takeRoom = createRoom(kind);
  /** The limit for which the rest is ignored. */
  let cut: LimitName | undefined;

  const add = (element: Element<F>, start: number, end: number): number => {
    cut = takeRoom(element.weights);
    if (cut !== undefined) return end;
    elements.push(element);
    starts.push(start);
    ends.push(end);
    return end;
  };
  const envelope = scanList(message, (start) => {
    if (elements.length === LIMITS[kind.limit].most) cut ??= kind.limit;
    if (cut !== undefined) return endOfValue(message, start);
    const unchanged = known.at(start);
    const same = previous?.elements[unchanged];
    if (same !== undefined) return add(same, start, start + lengthOf(previous, unchanged));
    const end = endOfValue(message, start);
    if (end < 0) return -1;
    const element = readElement(kind, message, start, end);
    complaint ??= element.problem;
    return add(previous?.elements[known.named(element.name, start)] ?? element, start, end);
  });
  if (!isObject(envelope) || envelope.type !== 'collection') return undefined;
  if (envelope.resourceType !== kind.resourceType || !isEmptyOrMissing(envelope.data)) return undefined;

  const found = { message, elements, starts, ends };
  const collected = collect(kind, found, previous, takeRoom, cut !== undefined);
  return {
    ...found,
    ...collected,
    complaint: collected.bad > 0 ? (complaint ?? DUPLICATE) : undefined,
    limits: cut === undefined ? collected.limits : [...collected.limits, cut],
  };
}

const lengthOf = (list: Elements<unknown> | undefined, index: number): number =>
  (list?.ends[index] ?? 0) - (list?.starts[index] ?? 0);

/** What is wrong with a bad object that can be understood by itself. */
const DUPLICATE = 'a name that is there twice';

/** Elements were cut out before the envelope was parsed, so all that is left of a list is `[]`. */
const isEmptyOrMissing = (data: unknown): boolean =>
  data === undefined || (Array.isArray(data) && data.length === 0);

function collect<F>(
  kind: Kind<F>,
  { message, elements, starts, ends }: Elements<Element<F>>,
  previous: List<F> | undefined,
  takeRoom: Room,
  cut: boolean,
) {
  const objects = new Map<string, Listed<F>>();
  const badContents = new Set<string>();
  let bad = 0;
  let skipped = 0;
  let nameless = false;
  const limits: LimitName[] = [];
  for (let index = 0; index < elements.length; index++) {
    const { name, listed, limit } = elements[index] as Element<F>;
    if (name !== undefined && listed !== undefined && objects.get(name)?.confirmed !== true) {
      objects.set(name, listed);
      continue;
    }
    bad++;
    const bytes = message.subarray(starts[index], ends[index]);
    const content = createHash('sha256').update(bytes).digest('base64');
    if (!badContents.has(content) && previous?.badContents.has(content) !== true) {
      skipped++;
      if (limit !== undefined) limits.push(limit);
    }
    badContents.add(content);
    if (name === undefined) nameless = true;
    else keep(kind, objects, name, previous, takeRoom);
  }
  if (nameless || cut)
    for (const name of previous?.objects.keys() ?? []) keep(kind, objects, name, previous, takeRoom);
  return { objects, bad, skipped, badContents, limits };
}

/** Carries an object's last good facts over, unless this message has good ones, or enough objects without it. */
function keep<F>(
  kind: Kind<F>,
  objects: Map<string, Listed<F>>,
  name: string,
  previous: List<F> | undefined,
  takeRoom: Room,
): void {
  const last = previous?.objects.get(name);
  if (last === undefined || objects.size >= LIMITS[kind.limit].most || objects.has(name)) return;
  if (takeRoom(weigh(kind, name, last.facts)) !== undefined) return;
  objects.set(name, { facts: last.facts, confirmed: false });
}
