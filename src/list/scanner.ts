/** Finds the elements of `data` in the raw bytes of a message, without parsing them. */

import { LIMITS } from '../limits.ts';

const QUOTE = 0x22; // "
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

const DATA_KEY = Buffer.from('"data"');

/**
 * Calls `element` at the first byte of each element of the top-level `data`; it returns the element's end
 * (see `endOfValue`), or -1 to give up. Returns the parsed envelope, which is the message with an empty `data`, or
 * undefined if the bytes are not one complete JSON object or `data` is not a list. The elements are not validated.
 */
export function scanList(message: Buffer, element: (start: number) => number): unknown {
  let at = skipSpace(message, 0);
  if (message[at] !== OPEN_BRACE) return undefined;
  at = skipSpace(message, at + 1);
  let cut: readonly [start: number, end: number] | undefined;
  while (message[at] === QUOTE) {
    const endOfKey = endOfString(message, at);
    if (endOfKey < 0) return undefined;
    const isData = message.subarray(at, endOfKey).equals(DATA_KEY);
    at = skipSpace(message, endOfKey);
    if (message[at] !== COLON) return undefined;
    at = skipSpace(message, at + 1);
    if (isData) {
      const end = message[at] === OPEN_BRACKET ? scanElements(message, at, element) : -1;
      // A second `data` would make the meaning depend on the parser.
      if (end < 0 || cut !== undefined) return undefined;
      cut = [at + 1, end - 1];
      at = end;
    } else {
      at = endOfValue(message, at);
    }
    at = skipSpace(message, at);
    if (at < 0 || message[at] !== COMMA) break;
    at = skipSpace(message, at + 1);
  }
  if (at < 0 || message[at] !== CLOSE_BRACE) return undefined;
  return parseEnvelope(message, cut ?? [message.length, message.length]);
}

/** Scans the list whose opening bracket is at `at`; returns the position after the closing one, or -1. */
function scanElements(message: Buffer, at: number, element: (start: number) => number): number {
  at = skipSpace(message, at + 1);
  if (message[at] === CLOSE_BRACKET) return at + 1;
  while (at >= 0 && at < message.length) {
    at = skipSpace(message, element(at));
    if (at < 0) return -1;
    if (message[at] === CLOSE_BRACKET) return at + 1;
    if (message[at] !== COMMA) return -1;
    at = skipSpace(message, at + 1);
  }
  return -1;
}

/** JSON.parse validates everything except the elements, including what follows the closing brace. The object limit applies. */
function parseEnvelope(message: Buffer, [start, end]: readonly [number, number]): unknown {
  if (start + message.length - end > LIMITS.object_bytes.most) return undefined;
  try {
    return JSON.parse(message.toString('utf8', 0, start) + message.toString('utf8', end));
  } catch {
    return undefined;
  }
}

/** The position after the JSON value that starts at `at`, found by quotes and brackets alone; -1 if it does not end. */
export function endOfValue(bytes: Buffer, at: number): number {
  if (at < 0) return -1;
  const first = bytes[at];
  if (first === QUOTE) return endOfString(bytes, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return endOfScalar(bytes, at);
  const { length } = bytes;
  let depth = 0;
  while (at < length) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) return -1;
      continue;
    }
    at++;
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at;
  }
  return -1;
}

function endOfString(bytes: Buffer, at: number): number {
  const { length } = bytes;
  for (at++; at < length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at++;
  }
  return -1;
}

function endOfScalar(bytes: Buffer, at: number): number {
  const start = at;
  while (at < bytes.length) {
    const byte = bytes[at];
    if (byte === COMMA || byte === CLOSE_BRACKET || byte === CLOSE_BRACE || isSpace(byte)) break;
    at++;
  }
  return at > start && at < bytes.length ? at : -1;
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

function skipSpace(bytes: Buffer, at: number): number {
  while (at >= 0 && isSpace(bytes[at])) at++;
  return at;
}
