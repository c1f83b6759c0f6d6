/** The expected result of a message, computed in the simplest way and only from the documented rules. */

import { LIMITS } from '../../src/limits.ts';
import { isObject } from '../../src/longhorn/read.ts';
import { KINDS, type StreamName } from '../../src/longhorn/streams.ts';
import { split } from './split.ts';

export interface Expected {
  readonly facts: object;
  /** False: the facts are from an earlier message. */
  readonly confirmed: boolean;
}

export interface Reading {
  /** What must be known after this message, by name, if it is a list. */
  readonly objects: ReadonlyMap<string, Expected>;
  /** How many objects are invalid. */
  readonly bad: number;
  /** The elements that affect these names: their own, and those without a name, which could be any object. */
  elementsFor(names: readonly string[]): string[];
}

interface ElementResult {
  readonly name: string | undefined;
  readonly facts: object | undefined;
}

export const NOTHING_READ: Reading['objects'] = new Map();

/** By stream, then by content, as most elements repeat. */
const cache = new Map<StreamName, Map<string, ElementResult>>();
const MAX_CACHED = 500;
const LARGE = 10_000;

function cachedElement(stream: StreamName, message: Buffer, start: number, end: number): ElementResult {
  if (end - start > LARGE) return readElement(stream, message, start, end);
  const contents = cache.get(stream) ?? new Map<string, ElementResult>();
  if (contents.size > MAX_CACHED) contents.clear();
  cache.set(stream, contents);
  const content = message.toString('latin1', start, end);
  const result = contents.get(content) ?? readElement(stream, message, start, end);
  contents.set(content, result);
  return result;
}

function readElement(stream: StreamName, message: Buffer, start: number, end: number): ElementResult {
  if (end - start > LIMITS.object_bytes.most) return { name: undefined, facts: undefined };
  let name: string | undefined;
  try {
    const object: unknown = JSON.parse(message.toString('utf8', start, end));
    const fullName = isObject(object) && typeof object.name === 'string' ? object.name.toWellFormed() : '';
    if (!isObject(object) || fullName === '') return { name, facts: undefined };
    name = fullName.slice(0, LIMITS.text_length.most);
    const tooLong = Buffer.byteLength(fullName) > LIMITS.text_length.most;
    return { name, facts: tooLong ? undefined : KINDS[stream].read(object, name) };
  } catch {
    return { name, facts: undefined };
  }
}

/** Undefined if the brackets of the message do not match, so that it is not a list. */
export function readMessage(
  stream: StreamName,
  message: Buffer,
  previous: Reading['objects'],
): Reading | undefined {
  const spans = split(message);
  if (spans === undefined) return undefined;
  const objects = new Map<string, Expected>();
  let bad = 0;
  let nameless = false;
  const keep = (name: string) => {
    const last = previous.get(name);
    if (last !== undefined && !objects.has(name)) objects.set(name, { facts: last.facts, confirmed: false });
  };
  const elements = spans.map(({ start, end }) => ({
    start,
    end,
    ...cachedElement(stream, message, start, end),
  }));
  for (const { name, facts } of elements) {
    if (name !== undefined && facts !== undefined && objects.get(name)?.confirmed !== true) {
      objects.set(name, { facts, confirmed: true });
      continue;
    }
    bad++;
    if (name === undefined) nameless = true;
    else keep(name);
  }
  if (nameless) for (const name of previous.keys()) keep(name);
  return {
    objects,
    bad,
    elementsFor: (names) =>
      elements
        .filter(({ name }) => name === undefined || names.includes(name))
        .map(({ name, start, end }) => (name === undefined ? '0' : message.toString('latin1', start, end))),
  };
}

/** Whether the message is a list according to JSON.parse; undefined if only the scanner can decide. */
export function isClearlyList(stream: StreamName, message: Buffer): boolean | undefined {
  if (message.length > LIMITS.object_bytes.most) return undefined;
  const text = message.toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (
    !isObject(parsed) ||
    parsed.type !== 'collection' ||
    parsed.resourceType !== KINDS[stream].resourceType
  ) {
    return false;
  }
  // JSON parsers disagree about `data` that appears twice or is spelled with escapes.
  if ((text.match(/"d(a|\\u0061)ta"/g)?.length ?? 0) > 1 || text.includes('\\u0061')) return undefined;
  return parsed.data === undefined || Array.isArray(parsed.data);
}
