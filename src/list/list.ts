/** Turns one message into facts by name, parsing only the elements that changed since the previous message. */

import { createHash } from 'node:crypto';
import { LIMITS, type LimitName } from '../limits.ts';
import { isObject } from '../longhorn/read.ts';
import type { Kind } from '../longhorn/streams.ts';
import { costsOf, createQuota, type Element, type Listed, type Reserve, readElement } from './element.ts';
import { endOfValue, scanList } from './scanner.ts';
import { findUnchanged, type Placed, type Placement } from './unchanged.ts';

/** A list, with the bytes that the next message is compared with. */
export interface List<F> extends Placement<F> {
  readonly objects: ReadonlyMap<string, Listed<F>>;
  /** The number of invalid objects in this message. */
  readonly bad: number;
  /** How many of them had content that was not in the previous message. */
  readonly skipped: number;
  /** Why the first bad object is invalid, for the log. */
  readonly complaint: string | undefined;
  readonly badContents: ReadonlySet<string>;
  /** Limits that this message exceeds: one entry per new bad object, and one if the list is too long. */
  readonly limits: readonly LimitName[];
}

/**
 * The list in `message`, or undefined if it is not a complete document of the type `collection` and the kind's
 * `resourceType`. A bad object keeps its last good facts. If a bad object has no readable name, every absent object
 * keeps its facts, because it may be that one; the same applies if the list is too long to be read to its end.
 */
export function readList<F>(kind: Kind<F>, message: Buffer, previous?: List<F>): List<F> | undefined {
  const unchanged = findUnchanged(message, previous);
  const reserve = createQuota(kind);
  const placed: Placed<F>[] = [];
  /** Once set, the rest of the list is ignored. */
  let exceeded: LimitName | undefined;

  function readAt(start: number, end: number): Element<F> {
    const element = readElement(kind, message, start, end);
    return unchanged.named(element.name, start)?.element ?? element;
  }
  const envelope = scanList(message, (start) => {
    if (placed.length === LIMITS[kind.limit].most) exceeded ??= kind.limit;
    if (exceeded !== undefined) return endOfValue(message, start);
    const same = unchanged.at(start);
    const end = same ? start + same.end - same.start : endOfValue(message, start);
    if (end < 0) return -1;
    const element = same?.element ?? readAt(start, end);
    exceeded = reserve(element.costs);
    if (exceeded === undefined) placed.push({ element, start, end });
    return end;
  });
  if (!isObject(envelope) || envelope.type !== 'collection') return undefined;
  if (envelope.resourceType !== kind.resourceType || !isEmptyOrMissing(envelope.data)) return undefined;
  return collectObjects(kind, { message, placed }, previous, reserve, exceeded);
}

/** scanList cuts the elements out of the envelope, so `[]` is left of a list. */
const isEmptyOrMissing = (data: unknown): boolean =>
  data === undefined || (Array.isArray(data) && data.length === 0);

function collectObjects<F>(
  kind: Kind<F>,
  { message, placed }: Placement<F>,
  previous: List<F> | undefined,
  reserve: Reserve,
  exceeded: LimitName | undefined,
): List<F> {
  const objects = new Map<string, Listed<F>>();
  const badContents = new Set<string>();
  const limits: LimitName[] = [];
  let bad = 0;
  let skipped = 0;
  let complaint: string | undefined;
  let nameless = false;

  /** Keeps an object's last good facts, unless this message has good ones or the list is full. */
  function keep(name: string): void {
    const last = previous?.objects.get(name);
    if (last === undefined || objects.size >= LIMITS[kind.limit].most || objects.has(name)) return;
    if (reserve(costsOf(kind, name, last.facts)) !== undefined) return;
    objects.set(name, { facts: last.facts, confirmed: false });
  }

  for (const { element, start, end } of placed) {
    const { name, listed, problem = 'duplicate name', limit } = element;
    if (name !== undefined && listed !== undefined && objects.get(name)?.confirmed !== true) {
      objects.set(name, listed);
      continue;
    }
    bad++;
    complaint ??= problem;
    const content = createHash('sha256').update(message.subarray(start, end)).digest('base64');
    if (!badContents.has(content) && previous?.badContents.has(content) !== true) {
      skipped++;
      if (limit !== undefined) limits.push(limit);
    }
    badContents.add(content);
    if (name === undefined) nameless = true;
    else keep(name);
  }
  if (nameless || exceeded !== undefined) for (const name of previous?.objects.keys() ?? []) keep(name);
  if (exceeded !== undefined) limits.push(exceeded);
  return { message, placed, objects, bad, skipped, complaint, badContents, limits };
}
