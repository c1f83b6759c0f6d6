// A port that can be opened and closed again and again, while the connections made through it live on.
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export type Listener = Readonly<{
  /** Listens, always on the port it got the first time. */
  open: () => Promise<number>;
  /** New connections are refused from now on. */
  close: () => void;
  /** Also ends all connections, at once. */
  destroy: () => Promise<void>;
}>;

export type ListenerOptions = Readonly<{
  host: string;
  /** 0 for any free one. */
  port: number;
  onRequest: RequestListener;
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}>;

export const createListener = ({ host, port, onRequest, onUpgrade }: ListenerOptions): Listener => {
  const server = createServer(onRequest);
  const sockets = new Set<Socket>();
  let currentPort = port;

  server.on('upgrade', onUpgrade);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // Clients break off whenever they like, also while nobody else listens for it.
    socket.on('error', () => {});
  });

  const close = () => {
    if (server.listening) server.close();
  };
  return {
    open: () =>
      new Promise((resolve, reject) => {
        if (server.listening) {
          resolve(currentPort);
          return;
        }
        server.once('error', reject);
        server.listen(currentPort, host, () => {
          server.off('error', reject);
          currentPort = (server.address() as AddressInfo).port;
          resolve(currentPort);
        });
      }),
    close,
    destroy: async () => {
      const closed = new Promise<void>((resolve) => server.once('close', resolve));
      const isSilent = !server.listening && sockets.size === 0;
      close();
      for (const socket of sockets) socket.destroy();
      if (!isSilent) await closed;
    },
  };
};
