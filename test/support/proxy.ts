/** A proxy for a manager that forwards everything, and can replace the responses to sweep requests with a fault. */

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** What a sweep request gets instead of the snapshots. */
export type SweepFault = { readonly status: number; readonly body: string } | 'hang' | 'reset' | undefined;

export interface FaultyProxy {
  readonly port: number;
  /** Sets the fault from now on; undefined forwards again. */
  setFault(fault: SweepFault): void;
}

export async function startFaultyProxy(
  t: TestContext,
  managerPort: number,
  onVolumeRequest: (volume: string) => void = () => {},
): Promise<FaultyProxy> {
  let sweepFault: SweepFault;
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };

  function forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    const upstream = httpRequest(
      { port: managerPort, host: '127.0.0.1', method, path: url, headers },
      (reply) => {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        reply.pipe(response);
      },
    );
    upstream.on('error', () => response.destroy());
    request.pipe(upstream);
  }

  const server = createServer((request, response) => {
    const [, volume] = /^\/v1\/volumes\/([^/?]+)/.exec(request.url ?? '') ?? [];
    if (volume !== undefined) onVolumeRequest(volume);
    if (request.method !== 'POST' || sweepFault === undefined) return forward(request, response);
    request.resume();
    if (sweepFault === 'hang') return;
    if (sweepFault === 'reset') {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('{"data":[', () => request.socket.resetAndDestroy());
    } else {
      response.writeHead(sweepFault.status, { location: '/elsewhere' }).end(sweepFault.body);
    }
  });
  server.on('connection', track);
  server.on('upgrade', (request, socket: Socket, head) => {
    const upstream = connect(managerPort, '127.0.0.1', () => {
      const lines = request.rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('');
      upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines}\r\n`);
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    track(upstream);
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    setFault(fault) {
      sweepFault = fault;
    },
  };
}
