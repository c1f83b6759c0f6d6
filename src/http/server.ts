/** The HTTP server: node:http around routes.ts, kept listening whatever happens to the port. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, sleep } from '../clock.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import { type Answer, answer, type Pages } from './routes.ts';

const RETRY_MS = 5_000;

export interface ServerEvents {
  listening(port: number): void;
  /** The port cannot be had; it is tried again. */
  unavailable(error: Error): void;
  /** An answer could not be made: a bug of ours. */
  failed(error: unknown): void;
}

/** Serves until `signal` aborts; resolves when every connection is gone. */
export async function serve(
  { host, port }: ListenAddress,
  pages: Pages,
  events: ServerEvents,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const server = createServer((request, response) => void respond(request, response, pages, events));
  while (!signal.aborted && !(await listens(server, host, port, events)))
    await sleep(clock, RETRY_MS, signal);
  if (!signal.aborted) {
    // An error of the listening socket, such as running out of file descriptors, must not end the process.
    server.on('error', events.unavailable);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function listens(
  server: Server,
  host: string | undefined,
  port: number,
  events: ServerEvents,
): Promise<boolean> {
  return new Promise((resolve) => {
    const refused = (error: Error) => {
      server.off('listening', accepted);
      events.unavailable(error);
      resolve(false);
    };
    const accepted = () => {
      server.off('error', refused);
      events.listening((server.address() as AddressInfo).port);
      resolve(true);
    };
    server.once('error', refused);
    server.once('listening', accepted);
    // Without a host Node.js listens on :: for both families, or on 0.0.0.0 where there is no IPv6.
    server.listen({ port, host });
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
  events: ServerEvents,
): Promise<void> {
  try {
    send(response, await answer(request.method ?? '', request.url ?? '/', pages));
  } catch (error) {
    events.failed(error);
    send(response, { status: 500, contentType: 'text/plain; charset=utf-8', body: 'internal error\n' });
  }
}

function send(response: ServerResponse, { status, contentType, body, allow }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...(allow !== undefined && { allow }),
  });
  // Node.js itself leaves the body out of the answer to a HEAD.
  response.end(body);
}
