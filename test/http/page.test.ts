import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPages } from '../../src/http/page.ts';
import { manualClock } from '../support/clock.ts';

/** Pages that say the how-manieth they are, and take so many milliseconds to render. */
function numbered(tookMs = 0) {
  const clock = manualClock();
  let renders = 0;
  const take = createPages(async () => {
    renders++;
    clock.advance(tookMs);
    return Buffer.from(String(renders));
  }, clock);
  const readAtOnce = async () => {
    const { body, release } = await take();
    release();
    return String(body);
  };
  return { clock, take, readAtOnce, read: async () => String((await take()).body) };
}

test('each scrape has a page of its own while rendering takes no time', async () => {
  const { take } = numbered();
  for (const expected of ['1', '2', '3']) {
    const { body, release } = await take();
    release();
    assert.equal(String(body), expected);
  }
});

test('all who ask at once share one page', async () => {
  const { take } = numbered();
  const pages = await Promise.all(Array.from({ length: 100 }, take));
  assert.deepEqual(new Set(pages.map(({ body }) => body)), new Set([pages[0]?.body]));
  for (const { release } of pages) release();
  assert.equal(String((await take()).body), '2');
});

test('a page that took long is given out for nine times as long', async () => {
  const { clock, readAtOnce: read } = numbered(50);
  assert.equal(await read(), '1');
  clock.advance(449);
  assert.equal(await read(), '1');
  clock.advance(1);
  assert.equal(await read(), '2');
});

test('a page that took very long, or that we were stopped while making, is given out for ten seconds and no longer', async () => {
  const { clock, readAtOnce: read } = numbered(60_000);
  assert.equal(await read(), '1');
  clock.advance(9_999);
  assert.equal(await read(), '1');
  clock.advance(1);
  assert.equal(await read(), '2');
});

test('while two pages are being read slowly the others share the newer one, and no third is made', async () => {
  const { clock, take, read } = numbered();
  const first = await take();
  clock.advance(5_000);
  const second = await take();
  clock.advance(5_000);
  assert.deepEqual(
    [first, second].map(({ body }) => String(body)),
    ['1', '2'],
  );
  for (let i = 0; i < 100; i++) assert.equal(await read(), '2');
  first.release();
  assert.equal(await read(), '3', 'there is room again');
});

test('slow readers without end do not keep the others on an old page for longer than one of them may take', async () => {
  const { clock, take, read } = numbered();
  await take();
  await take();
  clock.advance(29_999);
  // The next slow reader comes before the one ahead of it is cut off.
  assert.equal(String((await take()).body), '2');
  clock.advance(1);
  assert.equal(await read(), '3');
});

test('a page that fails to render fails those who asked, and the next one is rendered anew', async () => {
  let broken = true;
  const take = createPages(async () => {
    if (broken) throw new Error('a bug');
    return Buffer.from('good');
  }, manualClock());
  await assert.rejects(Promise.all([take(), take()]), { message: 'a bug' });
  broken = false;
  assert.equal(String((await take()).body), 'good');
});
