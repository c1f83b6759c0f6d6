/** Small servers that stand in for a manager, working or faulty. */

import assert from 'node:assert/strict';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { until } from '../support/clock.ts';

/** One client's connection, as the server sees it. */
export interface Peer {
  readonly ws: WebSocket;
  /** The socket below the WebSocket, to send raw bytes. */
  readonly socket: Socket;
  readonly request: IncomingMessage;
}

export interface StreamServer {
  readonly url: string;
  readonly port: number;
  readonly peers: readonly Peer[];
  /** The next connection that no caller has taken yet; rejects when none comes. */
  next(): Promise<Peer>;
  /** Connections that are open now. */
  open(): number;
  /** Resolves when no connection is open; rejects when one stays open. */
  closed(): Promise<void>;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listen(
  t: TestContext,
  server: Server,
  port = 0,
): Promise<{ port: number; open: () => number; closed: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const open = () => sockets.size;
  const closed = () => until(() => open() === 0, 1_000, 'the server sees the connections end');
  return { port: portOf(server), open, closed };
}

/** A WebSocket server that sends nothing by itself. */
export async function streamServer(
  t: TestContext,
  { port: wanted = 0, onPeer = (_: Peer): void => {} } = {},
): Promise<StreamServer> {
  const http = createHttpServer();
  const peers: Peer[] = [];
  let taken = 0;
  new WebSocketServer({ server: http }).on('connection', (ws, request) => {
    ws.on('error', () => {});
    const peer = { ws, socket: request.socket, request };
    peers.push(peer);
    onPeer(peer);
  });
  const { port, open, closed } = await listen(t, http, wanted);
  return {
    url: `ws://127.0.0.1:${port}/`,
    port,
    peers,
    open,
    closed,
    async next() {
      await until(() => peers.length > taken, 5_000, 'another connection');
      const peer = peers[taken++];
      assert.ok(peer, 'another connection');
      return peer;
    },
  };
}

/** A TCP server whose behaviour on a connection the test defines. */
export async function tcpServer(t: TestContext, onConnection: (socket: Socket) => void = () => {}) {
  let accepted = 0;
  const server = createServer((socket) => {
    accepted++;
    onConnection(socket);
    socket.resume(); // otherwise the end of the connection would not be noticed
  });
  const { port, open, closed } = await listen(t, server);
  return { port, open, closed, accepted: () => accepted };
}

/** A server that responds to each connection with these bytes and leaves it open. */
export const respondingServer = (t: TestContext, response: string) =>
  tcpServer(t, (socket) => socket.once('data', () => socket.write(response)));

/** A port of 127.0.0.1 on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The header of an unmasked text frame that announces `length` bytes. */
export function frameHead(length: number | bigint, { final = true, opcode = 1 } = {}): Buffer {
  const head = Buffer.alloc(10);
  head[0] = (final ? 0x80 : 0) | opcode;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
