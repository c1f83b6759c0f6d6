import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '../../src/http/routes.ts';
import { boundUnread } from '../../src/http/unread.ts';
import { LIMITS, type LimitName } from '../../src/limits.ts';

const ASKED = { path: '/debug', query: new URLSearchParams(), accept: '' };
const { most } = LIMITS.unread_bytes;

/** Pages of so many bytes, the next one first. */
function pagesOf(...sizes: number[]) {
  const exceeded: LimitName[] = [];
  const debug = boundUnread(
    () => {
      const bytes = sizes.shift();
      return bytes === undefined
        ? undefined
        : { status: 200, contentType: 'text/plain', body: 'x'.repeat(bytes) };
    },
    (limit) => exceeded.push(limit),
  );
  const ask = (): Answer => debug(ASKED) ?? assert.fail('no such page');
  return { exceeded, ask, left: () => sizes.length, debug };
}

test('pages are made while one byte less than the most waits to be read', () => {
  const { ask, exceeded } = pagesOf(most - 1, 5);
  ask();
  const { status, body } = ask();
  assert.deepEqual([status, String(body), exceeded], [200, 'xxxxx', []]);
});

test('none is made while the most waits; there is room again when one was read or cut off', () => {
  const { ask, exceeded, left } = pagesOf(most - 3, 3, 7);
  const first = ask();
  const second = ask();
  const { status, headers } = ask();
  assert.deepEqual([status, headers?.['retry-after']], [503, '5']);
  assert.deepEqual([exceeded, left()], [['unread_bytes'], 1]);
  second.release?.();
  assert.equal(String(ask().body), 'xxxxxxx');
  assert.equal(ask().status, 503);
  first.release?.();
  assert.throws(ask, { message: 'no such page' }, 'asked for, as there is room');
});

test('bytes are counted, not characters', () => {
  const body = 'é'.repeat(most / 2);
  const exceeded: LimitName[] = [];
  const debug = boundUnread(
    () => ({ status: 200, contentType: 'text/plain', body }),
    (limit) => exceeded.push(limit),
  );
  debug(ASKED);
  assert.equal(debug(ASKED)?.status, 503);
  assert.deepEqual(exceeded, ['unread_bytes']);
});

test('a page that is not there holds nothing', () => {
  const { debug, exceeded } = pagesOf();
  for (let i = 0; i < 3; i++) assert.equal(debug(ASKED), undefined);
  assert.deepEqual(exceeded, []);
});
