import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCache } from '../../src/http/cache.ts';
import { manualClock } from '../support/clock.ts';

/** For tests in which nothing is compressed and nothing fails. */
const NO_GZIP = {
  compress: () => assert.fail('gzip was not requested'),
  internalError: () => assert.fail('no error is expected'),
};

/** A cache of renderings that contain their number. */
function numbered(renderMs = 0) {
  const clock = manualClock();
  let renders = 0;
  const render = async () => {
    renders++;
    clock.advance(renderMs);
    return Buffer.from(String(renders));
  };
  const take = createCache({ ...NO_GZIP, render }, clock);
  return {
    clock,
    take,
    /** Takes a rendering and never releases it. */
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

test('two renderings held by slow readers: other readers get the newer one, until one is released', async () => {
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

test('a steady stream of slow readers: no rendering is served once it is 30 s old', async () => {
  const { clock, readSlowly } = numbered();
  await readSlowly();
  await readSlowly();
  clock.advance(29_999);
  // The next slow reader starts before the previous one is cut off.
  assert.equal(await readSlowly(), '2');
  clock.advance(1);
  assert.equal(await readSlowly(), '3');
});

test('rendering fails: all who wait for it fail, and the next scrape renders again', async () => {
  let broken = true;
  const render = async () => {
    if (broken) throw new Error('a bug');
    return Buffer.from('good');
  };
  const take = createCache({ ...NO_GZIP, render }, manualClock());
  await assert.rejects(Promise.all([take(), take()]), { message: 'a bug' });
  broken = false;
  assert.equal(String((await take()).body), 'good');
});

describe('gzip', () => {
  /** A cache whose compressions the test finishes; `started` has them in order. */
  function manualCompression(clock = manualClock()) {
    const started: {
      readonly body: Buffer;
      end(result: Buffer | undefined): void;
      fail(error: Error): void;
    }[] = [];
    const errors: unknown[] = [];
    const take = createCache(
      {
        render: async () => Buffer.from('plain'),
        compress: (body) => new Promise((end, fail) => void started.push({ body, end, fail })),
        internalError: (error) => void errors.push(error),
      },
      clock,
    );
    return { started, errors, take, clock };
  }

  test('many readers of one rendering: compressed once, and only on request', async () => {
    const { started, take } = manualCompression();
    const held = await Promise.all(Array.from({ length: 20 }, take));
    assert.equal(started.length, 0);
    const all = held.slice(1).map(({ gzipped }) => gzipped());
    assert.deepEqual(
      started.map(({ body }) => String(body)),
      ['plain'],
    );
    const compressed = Buffer.from('short');
    started[0]?.end(compressed);
    assert.deepEqual(new Set(await Promise.all(all)), new Set([compressed]));
    assert.equal(await held[0]?.gzipped(), compressed);
    assert.equal(started.length, 1);
  });

  test('next rendering: compressed again', async () => {
    const { started, take } = manualCompression();
    for (const text of ['first', 'second']) {
      const { gzipped, release } = await take();
      const compressed = gzipped();
      started.at(-1)?.end(Buffer.from(text));
      assert.equal(String(await compressed), text);
      release();
    }
    assert.equal(started.length, 2);
  });

  test('compression not worthwhile: sent uncompressed', async () => {
    const { started, errors, take } = manualCompression();
    const compressed = (await take()).gzipped();
    started[0]?.end(undefined);
    assert.deepEqual([await compressed, errors], [undefined, []]);
  });

  test('compression fails: all get the plain text, one error is counted, and the next rendering tries again', async () => {
    const { started, errors, take } = manualCompression();
    const held = await Promise.all([take(), take()]);
    const both = held.map(({ gzipped }) => gzipped());
    started[0]?.fail(new Error('out of memory'));
    assert.deepEqual(await Promise.all(both), [undefined, undefined]);
    assert.deepEqual(errors, [new Error('out of memory')]);
    for (const { release } of held) release();
    const { gzipped } = await take();
    void gzipped();
    assert.equal(started.length, 2);
  });

  test('compression takes 20 s: a scrape of the plain text does not wait for it', async () => {
    const { started, take, clock } = manualCompression();
    void (await take()).gzipped();
    clock.advance(20_000);
    assert.equal(String((await take()).body), 'plain');
    assert.equal(started.length, 1);
  });
});
