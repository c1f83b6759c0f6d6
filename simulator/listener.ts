/** A port that can be closed and reopened without closing existing connections. */

import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export const HOST = '127.0.0.1';

interface Listener {
  /** Resolves to the port. 0: any free port. */
  open(port: number): Promise<number>;
  /** New connections are refused from now on. */
  close(): void;
  /** Also closes all connections immediately. */
  destroy(): Promise<void>;
}

export function createListener(
  onRequest: RequestListener,
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Listener {
  const server = createServer(onRequest);
  const sockets = new Set<Socket>();

  server.on('upgrade', onUpgrade);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Clients may disconnect while nothing else handles the error.
    socket.on('error', () => {});
  });

  const close = () => {
    if (server.listening) server.close();
  };
  return {
    open: (port) =>
      new Promise((resolve, reject) => {
        if (server.listening) {
          resolve(port);
          return;
        }
        server.once('error', reject);
        server.listen(port, HOST, () => {
          server.off('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      }),
    close,
    async destroy() {
      const closed = new Promise<void>((resolve) => server.once('close', resolve));
      const isClosed = !server.listening && sockets.size === 0;
      close();
      for (const socket of sockets) socket.destroy();
      if (!isClosed) await closed;
    },
  };
}
