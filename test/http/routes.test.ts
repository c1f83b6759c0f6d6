import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Content, createRoutes } from '../../src/http/routes.ts';
import { createLimits, LIMITS, newLimitCounts } from '../../src/limits.ts';
import { silentLog } from '../support/quiet.ts';
import { rendering } from './harness.ts';

const CONTENT: Content = {
  metrics: async () => rendering('longhorn_up 1\n'),
  debug: () => undefined,
  version: '1.2.3',
};
const NO_METRICS: Content = { ...CONTENT, metrics: () => assert.fail('the metrics must not be rendered') };

function routes(content: Partial<Content> = {}) {
  const counts = newLimitCounts();
  const route = createRoutes({ ...CONTENT, ...content }, createLimits(counts, silentLog));
  return {
    counts,
    request: (target: string, { method = 'GET', local = true } = {}) =>
      route({ method, target, accept: '', acceptEncoding: '', local }),
  };
}

const TEXT = 'text/plain; charset=utf-8';
const METRICS = 'text/plain; version=0.0.4; charset=utf-8';

for (const [target, contentType, body] of [
  ['/metrics', METRICS, 'longhorn_up 1\n'],
  ['/metrics?name[]=longhorn_up', METRICS, 'longhorn_up 1\n'],
  ['/metrics?', METRICS, 'longhorn_up 1\n'],
  ['/metrics?a?b=/healthz', METRICS, 'longhorn_up 1\n'],
  ['http://10.42.0.7:9265/metrics', METRICS, 'longhorn_up 1\n'],
  ['/healthz', TEXT, 'ok\n'],
  ['/healthz?verbose', TEXT, 'ok\n'],
] as const) {
  test(`GET ${target}: 200 with its content, for any client, and the same for HEAD`, async () => {
    for (const method of ['GET', 'HEAD']) {
      for (const local of [true, false]) {
        const response = await routes().request(target, { method, local });
        assert.deepEqual(
          [response.status, response.contentType, String(response.body)],
          [200, contentType, body],
        );
      }
    }
  });
}

for (const target of ['/', '/?', '/?from=somewhere']) {
  test(`GET ${target}: a page with the version and links, for any client`, async () => {
    const { status, contentType, body } = await routes(NO_METRICS).request(target, { local: false });
    assert.deepEqual([status, contentType], [200, 'text/html; charset=utf-8']);
    for (const part of ['longhorn-exporter', '1.2.3', 'href="/metrics"', 'href="/healthz"'])
      assert.ok(body.includes(part), part);
    assert.doesNotMatch(String(body), /<script|https?:\/\//);
  });
}

const UNKNOWN_TARGETS = [
  ...['', '*', '?', '//', '//metrics', '/metrics/', '/metrics//', '/metricsx', '/Metrics', '/METRICS'],
  ...['/%6detrics', '/metrics#top', '/metrics%3F', '/metrics%00', '/./metrics', '/healthz/../metrics'],
  ...['/healthz/', '/health', '/favicon.ico', '/constructor', '/__proto__', 'metrics', 'localhost:9265'],
];
for (const target of [...UNKNOWN_TARGETS, '/debug']) {
  test(`GET ${target || '(empty target)'}: 404 that does not contain the target, 403 from outside the pod`, async () => {
    const { request } = routes(NO_METRICS);
    const { status, contentType, body } = await request(target);
    assert.deepEqual([status, contentType], [404, TEXT]);
    assert.ok(target.length < 3 || !body.includes(target));
    const refused = await request(target, { local: false });
    assert.deepEqual([refused.status, refused.contentType], [403, TEXT]);
    assert.match(
      String(refused.body),
      /^Only through a port-forward: kubectl .*http:\/\/localhost:9265\/debug\n$/,
    );
  });
}

for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', '', 'get']) {
  test(`${method || '(no method)'}: 405 with the allowed methods`, async () => {
    for (const target of ['/', '/metrics', '/healthz', '/metrics?x=1', '/nothing']) {
      const { status, headers } = await routes(NO_METRICS).request(target, { method });
      assert.deepEqual([status, headers], [405, { allow: 'GET, HEAD' }], target);
    }
  });
}

for (const [how, metrics] of [
  ['throws', () => assert.fail('a bug')],
  ['rejects', async () => assert.fail('a bug')],
] as const) {
  test(`rendering ${how}: rejects, so that the server counts it`, () =>
    assert.rejects(routes({ metrics }).request('/metrics'), { message: 'a bug' }));
}

describe('debug pages', () => {
  const { most } = LIMITS.unread_bytes;
  const page = (body: string) => ({ status: 200, contentType: 'text/plain', body });

  /** Pages of these sizes, one per request. */
  function pagesOf(...sizes: number[]) {
    const { counts, request } = routes({
      debug: () => {
        const bytes = sizes.shift();
        return bytes === undefined ? undefined : page('x'.repeat(bytes));
      },
    });
    return { request: () => request('/debug'), hits: () => counts.get('unread_bytes'), sizes };
  }

  test('path and query: passed on', async () => {
    const { request } = routes({ debug: ({ path, query }) => page(`${path} ${query}`) });
    assert.equal(String((await request('/debug/volumes/a?b=c?d')).body), '/debug/volumes/a b=c%3Fd');
  });

  test('one byte below the limit unread: the next page is rendered', async () => {
    const { request, hits } = pagesOf(most - 1, 5);
    await request();
    const { status, body } = await request();
    assert.deepEqual([status, String(body), hits()], [200, 'xxxxx', 0]);
  });

  test('limit reached: 503 and no page is rendered, until one is released', async () => {
    const { request, hits, sizes } = pagesOf(most - 3, 3, 7);
    const first = await request();
    const second = await request();
    const { status, headers } = await request();
    assert.deepEqual([status, headers?.['retry-after'], hits(), sizes], [503, '5', 1, [7]]);
    second.release?.();
    assert.equal(String((await request()).body), 'xxxxxxx');
    assert.equal((await request()).status, 503);
    first.release?.();
    assert.equal((await request()).status, 404);
  });

  test('two-byte characters: the limit counts bytes', async () => {
    const { counts, request } = routes({ debug: () => page('é'.repeat(most / 2)) });
    await request('/debug');
    assert.equal((await request('/debug')).status, 503);
    assert.equal(counts.get('unread_bytes'), 1);
  });
});
