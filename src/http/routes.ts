/** Answers a request: which path has what to say. Pure but for the exposition, which it is given. */

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Buffer;
  readonly allow?: string;
}

export interface Pages {
  /** The metrics in the text format 0.0.4. */
  readonly metrics: () => Promise<string | Buffer>;
  readonly version: string;
}

const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const text = (status: number, body: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${body}\n`,
});

export async function answer(method: string, target: string, pages: Pages): Promise<Answer> {
  const path = pathOf(target);
  if (path !== '/' && path !== '/metrics' && path !== '/healthz') return text(404, 'not found');
  if (method !== 'GET' && method !== 'HEAD')
    return { ...text(405, 'method not allowed'), allow: 'GET, HEAD' };
  if (path === '/healthz') return text(200, 'ok');
  if (path === '/metrics') return { status: 200, contentType: EXPOSITION, body: await pages.metrics() };
  return { status: 200, contentType: 'text/html; charset=utf-8', body: landingPage(pages.version) };
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
</ul>
</body>
</html>
`;
