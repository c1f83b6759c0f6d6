import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { createCache } from '../../src/http/cache.ts';
import { acceptsGzip, compress } from '../../src/http/gzip.ts';
import { manualClock } from '../support/clock.ts';
import { request, start } from './harness.ts';

describe('Accept-Encoding', () => {
  for (const [header, accepted] of [
    ['', false],
    ['gzip', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['gzip, deflate, br, zstd', true],
    ['deflate,gzip;q=0.8', true],
    ['br;q=1.0, gzip;q=0.001', true],
    ['gzip ; q=0.5', true],
    ['gzip;level=9;q=1.000', true],
    ['identity', false],
    ['identity, gzip', true],
    ['identity;q=0.5, gzip', true],
    ['identity, gzip;q=0.5', false],
    ['identity;q=0, gzip;q=0.1', true],
    ['gzip;q=0', false],
    ['gzip;q=0.000, *', false],
    ['gzip;Q=0', false],
    ['*', false],
    ['*;q=0', false],
    ['deflate, br', false],
    ['gzipped', false],
    ['gzip;q=2', false],
    ['gzip;q=-1', false],
    ['gzip;q=', false],
    ['gzip;q=1e9', false],
    [',,gzip,', true],
    [';;;', false],
  ] as const) {
    test(`${header || '(absent)'}: ${accepted ? 'gzip' : 'plain'}`, () =>
      assert.equal(acceptsGzip(header), accepted));
  }

  test('any text: accepted or not, without an error', () =>
    fc.assert(fc.property(fc.string(), (header) => typeof acceptsGzip(header) === 'boolean')));
});

describe('compression', () => {
  for (const [bytes, compressed] of [
    [0, false],
    [1023, false],
    [1024, true],
    [3_000_000, true],
  ] as const) {
    test(`${bytes} bytes: ${compressed ? 'compressed, and unpacks to the same' : 'left as is'}`, async () => {
      const body = Buffer.alloc(bytes, 'longhorn_up 1\n');
      const result = await compress(body);
      assert.equal(result !== undefined, compressed);
      if (result !== undefined) {
        assert.ok(result.length < bytes / 10);
        assert.deepEqual(gunzipSync(result), body);
      }
    });
  }

  test('8 MiB: compressed without blocking the event loop', async () => {
    const body = randomBytes(8 * 1024 * 1024);
    let done = false;
    const result = compress(body).finally(() => {
      done = true;
    });
    let turns = 0;
    for (; !done; turns++) await turn();
    assert.deepEqual(gunzipSync((await result) ?? ''), body);
    assert.ok(turns > 100, `${turns} turns`);
  });
});

describe('scrape', () => {
  const LARGE = 'longhorn_volume_size_bytes{volume="é"} 1\n'.repeat(1_000);
  const SMALL = 'longhorn_up 1\n';

  /** The response to a scrape, as raw bytes. */
  async function scrape(
    port: number,
    method: string,
    acceptEncoding: string | undefined,
  ): Promise<{ headers: string; body: Buffer }> {
    const more = acceptEncoding === undefined ? [] : [`Accept-Encoding: ${acceptEncoding}`];
    const response = await request(port, `${method} /metrics`, 'Host: x', ...more);
    const end = response.indexOf('\r\n\r\n');
    return { headers: response.slice(0, end), body: Buffer.from(response.slice(end + 4), 'latin1') };
  }

  /** Serves this text. If `broken`, its compression fails. */
  function serving(t: Parameters<typeof start>[0], text: string, broken = false) {
    const errors: unknown[] = [];
    const metrics = createCache(
      {
        render: async () => Buffer.from(text),
        compress: broken ? () => Promise.reject(new Error('no memory')) : compress,
        internalError: (error) => void errors.push(error),
      },
      manualClock(),
    );
    return { errors, port: start(t, { metrics }).port() };
  }

  for (const [what, text, acceptEncoding, compressed, broken] of [
    ['Accept-Encoding: gzip', LARGE, 'gzip', true, false],
    ['no Accept-Encoding', LARGE, undefined, false, false],
    ['Accept-Encoding: identity', LARGE, 'identity', false, false],
    ['Accept-Encoding: gzip;q=0', LARGE, 'gzip;q=0', false, false],
    ['small response', SMALL, 'gzip', false, false],
    ['compression fails', LARGE, 'gzip', false, true],
  ] as const) {
    test(`${what}: ${compressed ? 'gzip' : 'plain text'}, with Vary, and the same headers for HEAD`, async (t) => {
      const server = serving(t, text, broken);
      const port = await server.port;
      for (const method of ['GET', 'HEAD']) {
        const { headers, body } = await scrape(port, method, acceptEncoding);
        assert.match(headers, /^HTTP\/1\.1 200 /);
        assert.match(headers, /^vary: Accept-Encoding\r?$/im);
        assert.equal(/^content-encoding: gzip\r?$/im.test(headers), compressed);
        const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1]);
        if (method === 'HEAD') assert.deepEqual([body.length, length > 0], [0, true]);
        else {
          assert.equal(length, body.length);
          assert.equal(String(compressed ? gunzipSync(body) : body), text);
        }
      }
      assert.equal(server.errors.length, broken ? 2 : 0, 'one error per rendering');
    });
  }
});
