/** A server in front of a manager: it forwards everything, except when it spoils the responses about snapshots. */

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** The response sent instead of the snapshots. */
export type Spoilt = { readonly status: number; readonly body: string } | 'hang' | 'reset' | undefined;

export interface Front {
  readonly port: number;
  /** From now on; undefined: forwards again. */
  spoil(how: Spoilt): void;
}

export async function startFront(
  t: TestContext,
  managerPort: number,
  asked: (volume: string) => void = () => {},
): Promise<Front> {
  let spoilt: Spoilt;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };

  function handOn(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request;
    const onward = httpRequest(
      { port: managerPort, host: '127.0.0.1', method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }

  const server = createServer((request, response) => {
    const [, volume] = /^\/v1\/volumes\/([^/?]+)/.exec(request.url ?? '') ?? [];
    if (volume !== undefined) asked(volume);
    if (request.method !== 'POST' || spoilt === undefined) return handOn(request, response);
    request.resume();
    if (spoilt === 'hang') return;
    if (spoilt === 'reset') {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write('{"data":[', () => request.socket.resetAndDestroy());
    } else {
      response.writeHead(spoilt.status, { location: '/elsewhere' }).end(spoilt.body);
    }
  });
  server.on('connection', keep);
  server.on('upgrade', (request, socket: Socket, head) => {
    const onward = connect(managerPort, '127.0.0.1', () => {
      const lines = request.rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('');
      onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    keep(onward);
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    spoil(how) {
      spoilt = how;
    },
  };
}
