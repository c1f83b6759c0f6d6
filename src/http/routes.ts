/** Answers a request: which path has what to say, and to whom. Pure but for the exposition, which it is given. */

import type { HeldPage } from './page.ts';

/** What a request asks for. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  /** The Accept header. */
  readonly accept: string;
  /** Whether it comes from our own pod, through a port-forward for instance. */
  readonly local: boolean;
}

/** What is asked of the debug pages. */
export interface DebugRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** To be called when the body is sent, or nobody is there to read it. */
  readonly release?: () => void;
}

export interface Pages {
  /** The metrics in the text format 0.0.4. */
  readonly metrics: () => Promise<HeldPage>;
  /** Undefined when there is no such page. */
  readonly debug: (asked: DebugRequest) => Answer | undefined;
  readonly version: string;
}

const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

export const text = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

export const TOO_MANY_REQUESTS: Answer = {
  ...text(429, 'too many requests'),
  headers: { 'retry-after': '1' },
};
export const INTERNAL_ERROR: Answer = text(500, 'internal error');

/** What anybody may ask for: all else is for those who can open a port-forward. */
const OPEN: ReadonlySet<string> = new Set(['/', '/metrics', '/healthz']);

const ONLY_LOCAL =
  'Only through a port-forward: kubectl -n longhorn-system port-forward ds/longhorn-manager 9265, then open http://localhost:9265/debug';

export async function answer({ method, target, accept, local }: Asked, pages: Pages): Promise<Answer> {
  const path = pathOf(target);
  if (!OPEN.has(path) && !local) return text(403, ONLY_LOCAL);
  if (method !== 'GET' && method !== 'HEAD')
    return { ...text(405, 'method not allowed'), headers: { allow: 'GET, HEAD' } };
  if (path === '/healthz') return text(200, 'ok');
  if (path === '/') {
    return { status: 200, contentType: 'text/html; charset=utf-8', body: landingPage(pages.version) };
  }
  if (path === '/metrics') {
    const { body, release } = await pages.metrics();
    return { status: 200, contentType: EXPOSITION, body, release };
  }
  const query = new URLSearchParams(target.replace(/^[^?]*/s, ''));
  return pages.debug({ path, query, accept }) ?? text(404, 'not found');
}

/** A proxy sends the whole URL as the target. */
const pathOf = (target: string): string => target.replace(/^https?:\/\/[^/?]*/i, '').replace(/\?.*$/s, '');

const landingPage = (version: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>longhorn-exporter</title></head>
<body>
<h1>longhorn-exporter</h1>
<p>Version ${version}. Turns what one longhorn-manager pushes into metrics of volumes, replicas and backups.</p>
<ul>
<li><a href="/metrics">Metrics</a></li>
<li><a href="/healthz">Health of this process</a></li>
<li><a href="/debug">What it knows and saw happen</a>, through a port-forward only</li>
</ul>
</body>
</html>
`;
