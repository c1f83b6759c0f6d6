/** The HTTP server: node:http around routes.ts, kept listening whatever happens to the port. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { aborted, type Clock, sleep } from '../clock.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import { LIMITS } from '../limits.ts';
import { createRateLimit } from './rate.ts';
import { createResponder, type ResponderEvents } from './respond.ts';
import type { Pages } from './routes.ts';

const RETRY_MS = 5_000;

/** How many requests may come at once: more than a hundred scrapers send when they start together. */
const REQUESTS_AT_ONCE = 500;

/** Milliseconds, on Node.js' own timers: how long a request may take to arrive, and a connection may idle between two scrapes. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
};

export interface ServerEvents extends ResponderEvents {
  listening(port: number): void;
  /** The port cannot be had; it is tried again. */
  unavailable(error: Error): void;
}

/** Serves until `signal` aborts; resolves when every connection is gone. */
export async function serve(
  { host, port }: ListenAddress,
  pages: Pages,
  events: ServerEvents,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const mayAsk = createRateLimit(LIMITS.requests.most, REQUESTS_AT_ONCE, clock);
  const server = createServer(
    { ...TIMEOUTS, maxHeaderSize: LIMITS.header_bytes.most },
    createResponder(pages, mayAsk, events, clock),
  );
  server.maxConnections = LIMITS.connections.most;
  // One listener for each pipelined request: how many may come is bounded above.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    if (tooLarge) events.exceeded('header_bytes');
    // Node.js leaves the answer to whoever listens; one that is reset hears nothing any more.
    if (!socket.writable) return void socket.destroy();
    const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  });
  server.on('drop', () => {
    events.exceeded('connections');
    // Whoever holds connections without using them shall not keep Prometheus out.
    server.closeIdleConnections();
  });
  while (!signal.aborted && !(await listens(server, host, port, events)))
    await sleep(clock, RETRY_MS, signal);
  if (!signal.aborted) {
    // An error of the listening socket, such as running out of file descriptors, must not end the process.
    server.on('error', events.unavailable);
    await aborted(signal);
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
