/** Which path gets which response, and who may access it. */

import { LIMITS, type Limits } from '../limits.ts';
import type { HeldRendering } from './cache.ts';
import { acceptsGzip } from './gzip.ts';

export interface Request {
  readonly method: string;
  /** The request target: path and query, or a whole URL. */
  readonly target: string;
  /** The Accept header. */
  readonly accept: string;
  /** The Accept-Encoding header. */
  readonly acceptEncoding: string;
  /** Whether it comes from our own pod, through a port-forward for instance. */
  readonly local: boolean;
}

export interface DebugRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

export interface Response {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Call once the body was sent, or cannot be sent. */
  readonly release?: () => void;
}

export interface Content {
  /** The metrics in the text format 0.0.4. */
  readonly metrics: () => Promise<HeldRendering>;
  /** Undefined when there is no such page. */
  readonly debug: (request: DebugRequest) => Response | undefined;
  readonly version: string;
}

const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const text = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Response => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
  headers,
});

export const INTERNAL_ERROR = text(500, 'internal error');
const NOT_FOUND = text(404, 'not found');
const METHOD_NOT_ALLOWED = text(405, 'method not allowed', { allow: 'GET, HEAD' });
const TOO_MANY_UNREAD = text(503, 'too many unread debug pages; try again', { 'retry-after': '5' });
const ONLY_LOCAL = text(
  403,
  'Only through a port-forward: kubectl -n longhorn-system port-forward ds/longhorn-manager 9265, then open http://localhost:9265/debug',
);

/** Open to all clients; everything else needs a port-forward. */
const OPEN: ReadonlySet<string> = new Set(['/', '/metrics', '/healthz']);

export function createRoutes(
  { metrics, debug, version }: Content,
  limits: Limits,
): (request: Request) => Promise<Response> {
  const landing: Response = {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    body: landingPage(version),
  };
  let unreadBytes = 0;

  /** Unlike the metrics, a debug page is rendered for one reader, who may be slow, so the total size of unread pages is limited. */
  function debugPage(request: DebugRequest): Response {
    if (unreadBytes >= LIMITS.unread_bytes.most) {
      limits.exceeded('unread_bytes');
      return TOO_MANY_UNREAD;
    }
    const page = debug(request);
    if (page === undefined) return NOT_FOUND;
    const body = Buffer.from(page.body);
    unreadBytes += body.length;
    return {
      ...page,
      body,
      release() {
        unreadBytes -= body.length;
      },
    };
  }

  async function metricsResponse(acceptEncoding: string): Promise<Response> {
    const { body, gzipped, release } = await metrics();
    const compressed = acceptsGzip(acceptEncoding) ? await gzipped() : undefined;
    const encoding = compressed === undefined ? {} : { 'content-encoding': 'gzip' };
    return {
      status: 200,
      contentType: EXPOSITION,
      body: compressed ?? body,
      headers: { vary: 'Accept-Encoding', ...encoding },
      release,
    };
  }

  return async ({ method, target, accept, acceptEncoding, local }) => {
    const path = pathOf(target);
    if (!OPEN.has(path) && !local) return ONLY_LOCAL;
    if (method !== 'GET' && method !== 'HEAD') return METHOD_NOT_ALLOWED;
    if (path === '/healthz') return text(200, 'ok');
    if (path === '/') return landing;
    if (path === '/metrics') return metricsResponse(acceptEncoding);
    return debugPage({ path, query: new URLSearchParams(target.replace(/^[^?]*/s, '')), accept });
  };
}

/** A proxy sends the whole URL as the target. */
const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?]*/i, '').replace(/\?.*$/s, '');

const landingPage = (version: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>longhorn-exporter</title></head>
<body>
<h1>longhorn-exporter</h1>
<p>Version ${version}. Exports metrics of volumes, replicas and backups from the streams of one longhorn-manager.</p>
<ul>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/healthz">Health of this process</a></li>
<li><a href="/debug">Debug pages</a>, through a port-forward only</li>
</ul>
</body>
</html>
`;
