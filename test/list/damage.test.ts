/** Recorded lists, damaged in transit. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type List, readList } from '../../src/list/list.ts';
import type { Placed } from '../../src/list/unchanged.ts';
import { KINDS, STREAMS } from '../../src/longhorn/streams.ts';
import { recorded } from '../support/replay.ts';

const VERSIONS = ['1.8.2', '1.12.1'] as const;

interface Frame {
  readonly bytes: Buffer;
  readonly list: List<unknown>;
  readonly read: (bytes: Buffer, previous?: List<unknown>) => List<unknown> | undefined;
}

function frame(version: string, stream: (typeof STREAMS)[number]): Frame {
  const [bytes] = recorded(version, `cluster-${stream}`);
  const read = (message: Buffer, previous?: List<unknown>) =>
    readList<unknown>(KINDS[stream], message, previous);
  const list = bytes && read(bytes);
  assert.ok(bytes && list);
  return { bytes, list, read };
}

const FRAMES: ReadonlyMap<string, Frame> = new Map(
  VERSIONS.flatMap((version) =>
    STREAMS.map((stream) => [`${version} ${stream}`, frame(version, stream)] as const),
  ),
);

/** By name, so that counterexamples are readable. */
const frames = fc.constantFrom(...FRAMES.keys());

function frameOf(name: string): Frame {
  const found = FRAMES.get(name);
  assert.ok(found);
  return found;
}

/** Damage to the key `data` makes the list one without `data`, which is an empty list. */
function lacksData(damaged: Buffer): boolean {
  try {
    return !('data' in JSON.parse(damaged.toString()));
  } catch {
    return false;
  }
}

/** Every undamaged object is served as it was, or the whole message is rejected. */
function assertUnharmed(
  { list, read }: Frame,
  damaged: Buffer,
  touched: (start: number, end: number) => boolean,
) {
  if (lacksData(damaged)) return;
  for (const previous of [undefined, list]) {
    const then = read(damaged, previous);
    if (then === undefined) continue;
    const isTouched = ({ start, end }: Placed<unknown>) => touched(start, end);
    const spared = list.placed.filter((each) => !isTouched(each)).map(({ element }) => element);
    const harmed = new Set(list.placed.filter(isTouched).map(({ element }) => element.name));
    for (const { name = '', listed: before } of spared) {
      const facts = before?.facts;
      // Damage can turn one name into another, and two objects with one name give one.
      if (then.placed.filter(({ element }) => element.name === name).length > 1) continue;
      const listed = then.objects.get(name);
      assert.deepEqual(listed?.facts, facts, `${name} after damage to ${[...harmed].join()}`);
      if (previous !== undefined) assert.equal(listed?.facts, facts);
    }
  }
}

describe('damaged list', () => {
  test('cut off anywhere: no list', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (name, at) => {
        const { bytes, list, read } = frameOf(name);
        // Without its final newline it is still complete.
        const cut = bytes.subarray(0, at % (bytes.length - 1));
        assert.equal(read(cut), undefined);
        assert.equal(read(cut, list), undefined);
      }),
      { numRuns: 300 },
    );
  });

  test('start missing: no list', () => {
    fc.assert(
      fc.property(frames, fc.nat(), (name, at) => {
        const { bytes, list, read } = frameOf(name);
        assert.equal(read(bytes.subarray(1 + (at % (bytes.length - 1))), list), undefined);
      }),
      { numRuns: 300 },
    );
  });

  test('one byte changed: rejected, or every other object unharmed', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],: 0x\n')));
    fc.assert(
      fc.property(frames, fc.nat(), byte, (name, at, value) => {
        const whole = frameOf(name);
        const place = at % whole.bytes.length;
        const damaged = Buffer.from(whole.bytes);
        damaged[place] = value;
        assertUnharmed(whole, damaged, (start, end) => start <= place && place < end);
      }),
      { numRuns: 800 },
    );
  });

  test('bytes missing: rejected, or every other object unharmed', () => {
    fc.assert(
      fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 20_000 }), (name, at, length) => {
        const whole = frameOf(name);
        const place = at % whole.bytes.length;
        const damaged = Buffer.concat([whole.bytes.subarray(0, place), whole.bytes.subarray(place + length)]);
        assertUnharmed(whole, damaged, (start, end) => place < end && place + length > start);
      }),
      { numRuns: 300 },
    );
  });

  test('bytes added: rejected, or every other object unharmed', () => {
    const added = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 8 }).map(Buffer.from),
      fc.constantFrom('"', '{', '}', '[', ']', ',', '{},', '\\').map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(frames, fc.nat(), added, (name, at, bytes) => {
        const whole = frameOf(name);
        const place = at % whole.bytes.length;
        const damaged = Buffer.concat([whole.bytes.subarray(0, place), bytes, whole.bytes.subarray(place)]);
        assertUnharmed(whole, damaged, (start, end) => start < place && place < end);
      }),
      { numRuns: 400 },
    );
  });
});
