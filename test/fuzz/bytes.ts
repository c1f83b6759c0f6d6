/** Mutates bytes regardless of their meaning. */

import type { Dice } from './dice.ts';

/** Bytes that are significant in JSON, or are not UTF-8. */
const SIGNIFICANT = Buffer.from([
  ...Buffer.from('"\\{}[],: \n\r\t\0' + 'u0-eE+.tfn'),
  0x80,
  0xc0,
  0xe2,
  0xed,
  0xf0,
  0xff,
]);
const SNIPPETS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '{},',
  '[],',
  '\\',
  '"data":[',
  '},{',
  '],"data":[',
  '\ufeff',
].map((text) => Buffer.from(text));

const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);

export function mutateBytes(bytes: Buffer, dice: Dice): Buffer {
  const at = dice.below(bytes.length + 1);
  const length = dice.weighted([
    [3, 1],
    [2, 1 + dice.below(8)],
    [1, 1 + dice.below(2_000)],
  ]);
  return dice.weighted<() => Buffer>([
    [5, () => change(bytes, at, (byte) => byte ^ (1 << dice.below(8)))],
    [3, () => change(bytes, at, () => dice.pick([...SIGNIFICANT]))],
    [2, () => join(bytes.subarray(0, at), bytes.subarray(at + length))],
    [2, () => join(bytes.subarray(0, at), dice.pick(SNIPPETS), bytes.subarray(at))],
    [1, () => join(bytes.subarray(0, at + length), bytes.subarray(at))],
  ])();
}

function change(bytes: Buffer, at: number, to: (byte: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  if (at < changed.length) changed[at] = to(changed[at] ?? 0);
  return changed;
}

/** The start of one message and the end of another. */
export const splice = (first: Buffer, second: Buffer, dice: Dice): Buffer =>
  join(first.subarray(0, dice.below(first.length + 1)), second.subarray(dice.below(second.length + 1)));

export const truncate = (bytes: Buffer, dice: Dice): Buffer =>
  dice.chance(0.2)
    ? bytes.subarray(0, bytes.length - 1 - dice.below(8))
    : bytes.subarray(0, dice.below(bytes.length));
