/** Recorded lists, damaged in transit. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type List, readList } from '../../src/list/list.ts';
import type { Placed } from '../../src/list/unchanged.ts';
import { KINDS, STREAMS } from '../../src/longhorn/streams.ts';
import { recorded } from '../support/replay.ts';

const VERSIONS = ['1.8.2', '1.12.1'] as const;

interface RecordedList {
  readonly bytes: Buffer;
  readonly list: List<unknown>;
  readonly read: (bytes: Buffer, previous?: List<unknown>) => List<unknown> | undefined;
}

function readRecorded(version: string, stream: (typeof STREAMS)[number]): RecordedList {
  const [bytes] = recorded(version, `cluster-${stream}`);
  const read = (message: Buffer, previous?: List<unknown>) =>
    readList<unknown>(KINDS[stream], message, previous);
  const list = bytes && read(bytes);
  assert.ok(bytes && list);
  return { bytes, list, read };
}

const LISTS: ReadonlyMap<string, RecordedList> = new Map(
  VERSIONS.flatMap((version) =>
    STREAMS.map((stream) => [`${version} ${stream}`, readRecorded(version, stream)] as const),
  ),
);

/** Names instead of lists, so that counterexamples are readable. */
const listNames = fc.constantFrom(...LISTS.keys());

function listNamed(name: string): RecordedList {
  const found = LISTS.get(name);
  assert.ok(found);
  return found;
}

/** If the key `data` is damaged, the message is a list without `data`, which counts as empty. */
function lacksData(damaged: Buffer): boolean {
  try {
    return !('data' in JSON.parse(damaged.toString()));
  } catch {
    return false;
  }
}

/** Every undamaged object keeps its facts, or the whole message is rejected. */
function assertUnharmed(
  { list, read }: RecordedList,
  damaged: Buffer,
  touched: (start: number, end: number) => boolean,
) {
  if (lacksData(damaged)) return;
  for (const previous of [undefined, list]) {
    const reread = read(damaged, previous);
    if (reread === undefined) continue;
    const isTouched = ({ start, end }: Placed<unknown>) => touched(start, end);
    const intact = list.placed.filter((each) => !isTouched(each)).map(({ element }) => element);
    const damagedNames = new Set(list.placed.filter(isTouched).map(({ element }) => element.name));
    for (const { name = '', listed: before } of intact) {
      const facts = before?.facts;
      // Damage can turn one name into another, and of two objects with the same name only one counts.
      if (reread.placed.filter(({ element }) => element.name === name).length > 1) continue;
      const listed = reread.objects.get(name);
      assert.deepEqual(listed?.facts, facts, `${name} after damage to ${[...damagedNames].join()}`);
      if (previous !== undefined) assert.equal(listed?.facts, facts);
    }
  }
}

describe('damaged list', () => {
  test('message cut off anywhere: not a list', () => {
    fc.assert(
      fc.property(listNames, fc.nat(), (name, at) => {
        const { bytes, list, read } = listNamed(name);
        // A message without its final newline is still complete.
        const cut = bytes.subarray(0, at % (bytes.length - 1));
        assert.equal(read(cut), undefined);
        assert.equal(read(cut, list), undefined);
      }),
      { numRuns: 300 },
    );
  });

  test('start of the message missing: not a list', () => {
    fc.assert(
      fc.property(listNames, fc.nat(), (name, at) => {
        const { bytes, list, read } = listNamed(name);
        assert.equal(read(bytes.subarray(1 + (at % (bytes.length - 1))), list), undefined);
      }),
      { numRuns: 300 },
    );
  });

  test('one byte changed: rejected, or every other object unharmed', () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('"\\{}[],: 0x\n')));
    fc.assert(
      fc.property(listNames, fc.nat(), byte, (name, at, value) => {
        const whole = listNamed(name);
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
      fc.property(listNames, fc.nat(), fc.integer({ min: 1, max: 20_000 }), (name, at, length) => {
        const whole = listNamed(name);
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
      fc.property(listNames, fc.nat(), added, (name, at, bytes) => {
        const whole = listNamed(name);
        const place = at % whole.bytes.length;
        const damaged = Buffer.concat([whole.bytes.subarray(0, place), bytes, whole.bytes.subarray(place)]);
        assertUnharmed(whole, damaged, (start, end) => start < place && place < end);
      }),
      { numRuns: 400 },
    );
  });
});
