/** The REST routes that the exporter uses: one volume, its snapshots, and its recurring jobs. */

import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import type { FaultTable } from './faults.ts';
import type { Random } from './random.ts';
import { increment, type Stats } from './stats.ts';
import type { Wire } from './wire.ts';

export const NOT_FOUND = '404 page not found\n';

type RouteResponse = Readonly<{ status: number; type: string; body: string }>;
const json = (status: number, body: string): RouteResponse => ({ status, type: 'application/json', body });

function responseTo(route: string, volume: string, path: string, wire: Wire, random: Random): RouteResponse {
  switch (route) {
    case 'GET volume': {
      const body = wire.volume(volume);
      if (body !== undefined) return json(200, body);
      return json(404, wire.error(404, 'Not Found', `volume "${volume}" not found`, path));
    }
    case 'POST snapshotCRList':
      return json(200, wire.snapshots(volume, random));
    case 'POST recurringJobList': {
      const body = wire.jobs(volume);
      if (body !== undefined) return json(200, body);
      const message = `failed to list volume recurring jobs: volume.longhorn.io "${volume}" not found`;
      return json(404, wire.error(404, 'Not Found', message, path));
    }
    default:
      return { status: 404, type: 'text/plain; charset=utf-8', body: NOT_FOUND };
  }
}

/** Parses a request's URL. An invalid URL counts as unknown. */
function parseAddress(url: string): { pathname: string; volume?: string; action: string | null } {
  try {
    const { pathname, searchParams } = new URL(url, 'http://manager');
    const [, name] = /^\/v1\/volumes\/([^/]+)$/.exec(pathname) ?? [];
    const action = searchParams.get('action');
    return name === undefined ? { pathname, action } : { pathname, action, volume: decodeURIComponent(name) };
  } catch {
    return { pathname: url, action: null };
  }
}

function routeOf(method: string | undefined, volume: string | undefined, action: string | null): string {
  if (volume === undefined) return 'unknown';
  if (method === 'GET' && action === null) return 'GET volume';
  if (method === 'POST' && (action === 'snapshotCRList' || action === 'recurringJobList'))
    return `POST ${action}`;
  return 'unknown';
}

interface RoutesOptions {
  /** Called for each request: its links need the port, which is known only after listening. */
  wire(): Wire;
  readonly faults: FaultTable;
  readonly stats: Stats;
  readonly random: Random;
}

export function createRoutes({ wire, faults, stats, random }: RoutesOptions): RequestListener {
  const respond = (response: ServerResponse, { status, type, body }: RouteResponse) => {
    const bytes = Buffer.from(faults.use('garbage', 'rest') ?? body);
    const isTruncated = faults.use('truncate', 'rest') !== undefined;
    const stalls = faults.use('halfFrame', 'rest') !== undefined;
    response.writeHead(status, { 'Content-Type': type });
    if (!isTruncated && !stalls) response.end(bytes);
    // The client sees only the flushed part of a truncated response.
    else response.write(bytes.subarray(0, bytes.length / 2), () => isTruncated && response.destroy());
  };
  return (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, volume, action } = parseAddress(request.url ?? '/');
    const route = routeOf(request.method, volume, action);
    increment(stats.requests, route);
    request.resume();

    if (faults.use('hangHandshake', 'rest') !== undefined) return;
    const status = faults.use('status', 'rest');
    if (status !== undefined) {
      const code = STATUS_CODES[status] ?? '';
      respond(response, json(status, wire().error(status, code, `simulated ${code}`, pathname)));
      return;
    }
    respond(response, responseTo(route, volume ?? '', pathname, wire(), random));
  };
}
