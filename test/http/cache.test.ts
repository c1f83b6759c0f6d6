import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../../src/clock.ts';
import { createCache } from '../../src/http/cache.ts';
import { manualClock } from '../support/clock.ts';

const cacheOf = (
  render: () => Promise<Buffer>,
  clock: Clock,
  compress = async (plain: Buffer) => Buffer.from(`small ${plain}`),
  internalError: (error: unknown) => void = assert.ifError,
) => createCache({ render, compress, clock, internalError });

/** A cache of renderings that contain their number. */
function numbered(renderMs = 0) {
  const clock = manualClock();
  let renders = 0;
  const take = cacheOf(async () => {
    renders++;
    clock.advance(renderMs);
    return Buffer.from(String(renders));
  }, clock);
  return {
    clock,
    take,
    /** Takes one and never finishes reading. */
    readSlowly: async () => String((await take()).body),
    async readAtOnce() {
      const { body, release } = await take();
      release();
      return String(body);
    },
  };
}

for (const [renderMs, reusedForMs] of [
  [0, 0],
  [50, 450],
  [1_000, 9_000],
  [60_000, 10_000],
] as const) {
  test(`rendered in ${renderMs} ms: reused for ${reusedForMs} ms`, async () => {
    const { clock, readAtOnce } = numbered(renderMs);
    assert.equal(await readAtOnce(), '1');
    if (reusedForMs > 0) {
      clock.advance(reusedForMs - 1);
      assert.equal(await readAtOnce(), '1');
      clock.advance(1);
    }
    assert.equal(await readAtOnce(), '2');
  });
}

test('100 scrapes at once: one rendering', async () => {
  const { take } = numbered();
  const renderings = await Promise.all(Array.from({ length: 100 }, take));
  assert.deepEqual(new Set(renderings.map(({ body }) => body)), new Set([renderings[0]?.body]));
  for (const { release } of renderings) release();
  assert.equal(String((await take()).body), '2');
});

test('two renderings held by slow readers: everybody else gets the newer, until one is released', async () => {
  const { clock, take, readSlowly } = numbered();
  const first = await take();
  clock.advance(5_000);
  const second = await take();
  clock.advance(5_000);
  assert.deepEqual([String(first.body), String(second.body)], ['1', '2']);
  for (let i = 0; i < 100; i++) assert.equal(await readSlowly(), '2');
  first.release();
  assert.equal(await readSlowly(), '3');
});

test('slow readers without end: nobody gets a rendering that is 30 s old', async () => {
  const { clock, readSlowly } = numbered();
  await readSlowly();
  await readSlowly();
  clock.advance(29_999);
  // The next slow reader comes before the one ahead of it is cut off.
  assert.equal(await readSlowly(), '2');
  clock.advance(1);
  assert.equal(await readSlowly(), '3');
});

test('rendering fails: all who wait for it fail, and the next scrape renders again', async () => {
  let broken = true;
  const take = cacheOf(async () => {
    if (broken) throw new Error('a bug');
    return Buffer.from('good');
  }, manualClock());
  await assert.rejects(Promise.all([take(), take()]), { message: 'a bug' });
  broken = false;
  assert.equal(String((await take()).body), 'good');
});

test('100 compressed scrapes at once: one compression, of the one rendering', async () => {
  const compressed: string[] = [];
  const take = cacheOf(
    async () => Buffer.from('metrics'),
    manualClock(),
    async (plain) => {
      compressed.push(String(plain));
      return Buffer.from('small');
    },
  );
  const renderings = await Promise.all(Array.from({ length: 100 }, take));
  const answers = await Promise.all(renderings.map((rendering) => rendering.compressed()));
  assert.deepEqual([compressed, new Set(answers.map(String))], [['metrics'], new Set(['small'])]);
});

test('nobody accepts gzip: nothing is compressed', async () => {
  const take = cacheOf(
    async () => Buffer.from('metrics'),
    manualClock(),
    () => assert.fail('compressed'),
  );
  assert.equal(String((await take()).body), 'metrics');
});

test('compression fails: an internal error once, and no compressed body', async () => {
  const errors: unknown[] = [];
  const take = cacheOf(
    async () => Buffer.from('metrics'),
    manualClock(),
    async () => assert.fail('a bug'),
    (error) => errors.push(error),
  );
  const rendering = await take();
  assert.deepEqual(await Promise.all([rendering.compressed(), rendering.compressed()]), [
    undefined,
    undefined,
  ]);
  assert.deepEqual(
    errors.map((error) => (error as Error).message),
    ['a bug'],
  );
});

test('rendered in 50 ms, compressed in 50 more: reused for 900 ms', async () => {
  const clock = manualClock();
  let renders = 0;
  const take = cacheOf(
    async () => {
      clock.advance(50);
      return Buffer.from(String(++renders));
    },
    clock,
    async (plain) => {
      clock.advance(50);
      return Buffer.from(plain);
    },
  );
  const first = await take();
  await first.compressed();
  first.release();
  clock.advance(899);
  assert.equal(String((await take()).body), '1');
  clock.advance(1);
  assert.equal(String((await take()).body), '2');
});
