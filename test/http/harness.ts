/** A server under test, and clients that send exactly the given bytes. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { ListenAddress } from '../../src/config/listen-address.ts';
import type { Content } from '../../src/http/routes.ts';
import { serve } from '../../src/http/server.ts';
import { createLimits, newLimitCounts } from '../../src/limits.ts';
import { manualClock, until } from '../support/clock.ts';

const LOCAL: ListenAddress = { host: '127.0.0.1', port: 0 };

export const rendering = (text: string, release = () => {}) => ({
  body: Buffer.from(text),
  gzipped: async () => undefined,
  release,
});

/** Serves with a manual clock and records what is logged, counted and reported. */
export function start(
  t: TestContext,
  { address = LOCAL, ...content }: Partial<Content> & { address?: ListenAddress } = {},
) {
  const clock = manualClock();
  const stopping = new AbortController();
  const errors: unknown[] = [];
  const lines: { readonly level: number; readonly msg: string; readonly err?: Error }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const counts = newLimitCounts();
  const ports: number[] = [];
  let stopped = false;
  const ended = serve(
    address,
    { metrics: async () => rendering('up 1\n'), debug: () => undefined, version: '1.2.3', ...content },
    {
      log,
      limits: createLimits(counts, log),
      clock,
      listening: (port) => void ports.push(port),
      internalError: (error) => void errors.push(error),
    },
    stopping.signal,
  ).then(() => {
    stopped = true;
  });
  t.after(async () => {
    stopping.abort();
    await ended;
  });
  return {
    clock,
    stopping,
    errors,
    ports,
    ended,
    isStopped: () => stopped,
    logged: (msg: string) => lines.filter((line) => line.msg === msg),
    /** The limits that were exceeded, each with its count. */
    exceeded: () => Object.fromEntries([...counts].filter(([, times]) => times > 0)),
    async port(): Promise<number> {
      await until(() => ports.length > 0, 5_000, 'the server listens');
      return ports[0] ?? 0;
    },
  };
}

/** Sends the bytes and returns everything received until the server closes the connection. */
export async function exchange(port: number, bytes: string, { halfClose = false } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  if (halfClose) socket.end();
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** Sends one request on its own connection. */
export const request = (port: number, line: string, ...headers: string[]): Promise<string> =>
  exchange(
    port,
    [
      `${line} HTTP/1.1`,
      ...(headers.length > 0 ? headers : ['Host: localhost']),
      'Connection: close',
      '',
      '',
    ].join('\r\n'),
  );

export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);

/** A connection that stays open until the test ends. */
export function client(t: TestContext, port: number, bytes = ''): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  if (bytes !== '') socket.write(bytes);
  t.after(() => socket.destroy());
  return socket;
}

/** Listens on a port until released. */
export async function occupy(host = '127.0.0.1') {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, host);
  await once(server, 'listening');
  return {
    address: { host, port: (server.address() as AddressInfo).port },
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}
