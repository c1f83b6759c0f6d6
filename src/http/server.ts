/** The HTTP server: retries until it can listen, responds to every request, and cuts off clients that read too slowly. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from 'pino';
import { aborted, type Clock, sleep } from '../clock.ts';
import type { ListenAddress } from '../config/listen-address.ts';
import { LIMITS, type Limits } from '../limits.ts';
import { isLocal } from './access.ts';
import { type Content, createRoutes, INTERNAL_ERROR, type Request, type Response } from './routes.ts';

const RETRY_MS = 5_000;

/** Milliseconds, on Node.js' own timers: how long a request may take to arrive, and a connection may idle between two scrapes. */
const TIMEOUTS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 75_000,
  connectionsCheckingInterval: 1_000,
};

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

export interface ServerDependencies {
  readonly log: Logger;
  readonly limits: Limits;
  readonly clock: Clock;
  listening(port: number): void;
  /** A bug of ours prevented a response. */
  internalError(error: unknown): void;
}

/** Serves until `signal` aborts; resolves when every connection is closed. */
export async function serve(
  { host, port }: ListenAddress,
  content: Content,
  dependencies: ServerDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { log, limits, clock, listening } = dependencies;
  let unavailable = false;
  const logUnavailable = (error: Error) => {
    log[unavailable ? 'debug' : 'error']({ err: error }, 'cannot serve; trying again');
    unavailable = true;
  };
  const server = createServer(
    { ...TIMEOUTS, maxHeaderSize: LIMITS.header_bytes.most },
    createResponder(content, dependencies),
  );
  server.maxConnections = LIMITS.connections.most;
  // Each pipelined request adds a listener.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
    if (tooLarge) limits.exceeded('header_bytes');
    if (!socket.writable) return void socket.destroy();
    const status = tooLarge ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
  });
  server.on('drop', () => {
    limits.exceeded('connections');
    // Idle connections must not keep Prometheus out.
    server.closeIdleConnections();
  });
  while (!signal.aborted) {
    const outcome = await listen(server, host, port);
    if (outcome instanceof Error) {
      logUnavailable(outcome);
      await sleep(clock, RETRY_MS, signal);
    } else {
      log.info({ port: outcome }, 'serving');
      listening(outcome);
      // An error of the listening socket, such as running out of file descriptors, must not end the process.
      server.on('error', logUnavailable);
      await aborted(signal);
    }
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Resolves with the port, or with the error if it is not available. */
function listen(server: Server, host: string | undefined, port: number): Promise<number | Error> {
  return new Promise((resolve) => {
    const onError = (error: Error) => {
      server.off('listening', onListening);
      resolve(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    // Without a host Node.js listens on :: for both families, or on 0.0.0.0 where there is no IPv6.
    server.listen({ port, host });
  });
}

function createResponder(
  content: Content,
  { limits, clock, internalError }: ServerDependencies,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const route = createRoutes(content, limits);
  /** The number of requests on a connection that wait for their response. */
  const waiting = new WeakMap<Socket, number>();

  async function responseTo(request: Request): Promise<Response> {
    try {
      return await route(request);
    } catch (error) {
      internalError(error);
      return INTERNAL_ERROR;
    }
  }

  return async ({ method = '', url: target = '/', headers, socket }, response) => {
    const pipelined = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, pipelined);
    if (pipelined > LIMITS.pipelined_requests.most) {
      // Node.js still parses what it had read before the connection was cut.
      if (!socket.destroyed) limits.exceeded('pipelined_requests');
      socket.destroy();
      return;
    }
    let finished = false;
    let release = () => {};
    const cancelTimeout = clock.after(LIMITS.send_seconds.most * 1000, () => {
      limits.exceeded('send_seconds');
      socket.destroy();
    });
    const finish = () => {
      if (finished) return;
      finished = true;
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1);
      cancelTimeout();
      socket.off('close', finish);
      release();
    };
    response.once('close', finish);
    // Node.js 20 does not close a pipelined response that has not been sent when its connection is lost.
    socket.once('close', finish);
    const local = isLocal(socket.remoteAddress, headers);
    const { accept = '', 'accept-encoding': acceptEncoding = '' } = headers;
    const result = await responseTo({ method, target, accept, acceptEncoding, local });
    if (result.release !== undefined) release = result.release;
    if (finished) return release();
    response.writeHead(result.status, {
      'content-type': result.contentType,
      'content-length': Buffer.byteLength(result.body),
      ...HEADERS,
      ...result.headers,
    });
    // Node.js omits the body of the response to a HEAD.
    response.end(result.body);
  };
}
