/** Finds the elements of a list in the simplest way, as a reference for the scanner. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b;
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const endsWord = (byte: number): boolean => byte === COMMA || isClosing(byte) || isSpace(byte);

/** The elements of the top-level `data`, by quotes and brackets; undefined if these do not match, or `data` appears twice. */
export function split(message: Buffer): Span[] | undefined {
  const spans: Span[] = [];
  let depth = 0;
  let key = 0;
  let start = -1;
  let end = 0;
  let lists = 0;
  let inData = false;
  for (let at = 0; at < message.length; at++) {
    const byte = message[at] as number;
    if (isSpace(byte)) continue;
    if (inData && depth === 2 && start >= 0 && (byte === COMMA || isClosing(byte))) {
      spans.push({ start, end });
      start = -1;
    }
    if (inData && depth === 2 && start < 0 && byte !== COMMA && !isClosing(byte)) {
      start = at;
      // Anything other than a string, list or object ends at the first byte that cannot be part of a word.
      if (byte !== QUOTE && !isOpening(byte)) {
        while (at + 1 < message.length && !endsWord(message[at + 1] as number)) at++;
        end = at + 1;
        continue;
      }
    }
    if (byte === QUOTE) {
      const open = at;
      for (at++; at < message.length && message[at] !== QUOTE; at++) if (message[at] === BACKSLASH) at++;
      if (at >= message.length) return undefined;
      if (depth === 1) key = message.toString('latin1', open, at + 1) === '"data"' ? at : 0;
    } else if (isOpening(byte)) {
      depth++;
      if (depth === 2 && key > 0) {
        inData = true;
        lists++;
      }
    } else if (isClosing(byte)) {
      depth--;
      if (depth === 1) inData = false;
      if (depth === 1) key = 0;
    } else if (byte === COMMA && depth === 1) {
      key = 0;
    }
    end = at + 1;
  }
  return depth === 0 && lists <= 1 ? spans : undefined;
}
