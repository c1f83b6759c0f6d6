import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { answer, type Pages } from '../../src/http/routes.ts';

const page = (body: string) => ({ body: Buffer.from(body), release() {} });
const pages: Pages = {
  metrics: async () => page('longhorn_up 1\n'),
  debug: () => undefined,
  version: '1.2.3',
};
const noPages: Pages = {
  metrics: () => assert.fail('the metrics were rendered'),
  debug: () => undefined,
  version: '1.2.3',
};

const ask = (method: string, target: string, from: Pages, local = true) =>
  answer({ method, target, accept: '', local }, from);

const TEXT = 'text/plain; charset=utf-8';

describe('GET', () => {
  for (const [target, body, contentType] of [
    ['/metrics', 'longhorn_up 1\n', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/metrics?name[]=longhorn_up', 'longhorn_up 1\n', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/metrics?', 'longhorn_up 1\n', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/metrics?a?b=/healthz', 'longhorn_up 1\n', 'text/plain; version=0.0.4; charset=utf-8'],
    ['/healthz', 'ok\n', TEXT],
    ['/healthz?verbose', 'ok\n', TEXT],
  ] as const) {
    test(`${target} answers 200 with its page`, async () => {
      const { release: _, ...answered } = await ask('GET', target, pages);
      assert.deepEqual({ ...answered, body: String(answered.body) }, { status: 200, contentType, body });
    });
  }

  for (const target of ['/', '/?', '/?from=somewhere']) {
    test(`${target} answers a plain page with the name, the version and links`, async () => {
      const { status, contentType, body: page } = await ask('GET', target, pages);
      const body = String(page);
      assert.deepEqual([status, contentType], [200, 'text/html; charset=utf-8']);
      assert.match(body, /longhorn-exporter/);
      assert.match(body, /1\.2\.3/);
      assert.match(body, /href="\/metrics"/);
      assert.match(body, /href="\/healthz"/);
      assert.doesNotMatch(body, /<script|https?:\/\//);
    });
  }

  test('only /metrics renders the metrics: health does not depend on them', async () => {
    for (const target of ['/', '/healthz', '/nothing']) await ask('GET', target, noPages);
  });

  for (const target of [
    '',
    '*',
    '//',
    '//metrics',
    '/metrics/',
    '/metrics//',
    '/metricsx',
    '/Metrics',
    '/METRICS',
    '/%6detrics',
    '/metrics#top',
    '/metrics%3F',
    '/metrics%00',
    '/./metrics',
    '/healthz/../metrics',
    '/healthz/',
    '/health',
    '/favicon.ico',
    '/constructor',
    '/__proto__',
    '?',
    'metrics',
    'localhost:9265',
  ]) {
    test(`${target || 'an empty target'} answers 404`, async () => {
      const { status, contentType, body } = await ask('GET', target, noPages);
      assert.deepEqual([status, contentType], [404, TEXT]);
      assert.ok(target.length < 3 || !body.includes(target), 'the target is not repeated');
    });
  }
});

describe('from elsewhere than our own pod', () => {
  for (const target of ['/metrics', '/healthz', '/']) {
    test(`${target} is answered`, async () => {
      assert.equal((await ask('GET', target, pages, false)).status, 200);
    });
  }
  for (const target of ['/debug', '/nothing', '//metrics', '/metrics/', '*']) {
    test(`${target} is refused, whether it is there or not`, async () => {
      assert.deepEqual(await ask('GET', target, noPages, false), {
        status: 403,
        contentType: TEXT,
        body: 'Only through a port-forward: kubectl -n longhorn-system port-forward ds/longhorn-manager 9265, then open http://localhost:9265/debug\n',
      });
    });
  }
});

describe('other methods', () => {
  for (const target of ['/', '/metrics', '/healthz', '/metrics?x=1']) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', '', 'get']) {
      test(`${method || 'none'} ${target} answers 405 and which ones are allowed`, async () => {
        const { status, headers } = await ask(method, target, noPages);
        assert.deepEqual([status, headers], [405, { allow: 'GET, HEAD' }]);
      });
    }
  }

  test('on a path that is not served answer 405 too', async () => {
    const { status, headers } = await ask('POST', '/nothing', noPages);
    assert.deepEqual([status, headers], [405, { allow: 'GET, HEAD' }]);
  });

  test('HEAD answers what GET answers; the body is left out further down', async () => {
    for (const target of ['/', '/metrics', '/healthz', '/nothing']) {
      const asText = async (method: string) => {
        const { release: _, body, ...rest } = await ask(method, target, pages);
        return { ...rest, body: String(body) };
      };
      assert.deepEqual(await asText('HEAD'), await asText('GET'));
    }
  });
});

for (const [how, metrics] of [
  ['throws', () => assert.fail('a bug')],
  ['rejects', async () => assert.fail('a bug')],
] as const) {
  test(`an exposition that ${how} rejects, for the server to tell`, async () => {
    await assert.rejects(ask('GET', '/metrics', { metrics, debug: () => undefined, version: '' }), {
      message: 'a bug',
    });
  });
}
