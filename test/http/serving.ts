/** A server of ours under test, and clients that say exactly what they are told to. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { ListenAddress } from '../../src/config/listen-address.ts';
import { serve } from '../../src/http/server.ts';
import type { LimitName } from '../../src/limits.ts';
import { manualClock, until } from '../support/clock.ts';

export const LOCAL: ListenAddress = { host: '127.0.0.1', port: 0 };

/** Starts serving on a clock that stands still and keeps what the server tells. */
export function start(
  t: TestContext,
  address: ListenAddress = LOCAL,
  metrics: () => Promise<string> = async () => 'up 1\n',
) {
  const clock = manualClock();
  const stopping = new AbortController();
  const ports: number[] = [];
  const unavailable: Error[] = [];
  const failures: unknown[] = [];
  const exceeded: LimitName[] = [];
  const run = {
    clock,
    stopping,
    ports,
    unavailable,
    failures,
    exceeded,
    /** Pages that are no longer held. */
    released: 0,
    stopped: false,
    ended: Promise.resolve(),
    async port(): Promise<number> {
      await until(() => ports.length > 0, 5_000, 'the server listens');
      return ports[0] ?? 0;
    },
  };
  run.ended = serve(
    address,
    {
      metrics: async () => ({ body: Buffer.from(await metrics()), release: () => run.released++ }),
      debug: () => undefined,
      version: '1.2.3',
    },
    {
      listening: (port) => void ports.push(port),
      unavailable: (error) => void unavailable.push(error),
      failed: (error) => void failures.push(error),
      exceeded: (limit) => void exceeded.push(limit),
    },
    clock,
    stopping.signal,
  ).then(() => {
    run.stopped = true;
  });
  t.after(async () => {
    stopping.abort();
    await run.ended;
  });
  return run;
}

/** Sends these bytes, half-closes unless told not to, and returns all that comes back until the server closes. */
export async function exchange(port: number, bytes: string, { halfClose = true } = {}): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  if (halfClose) socket.end();
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('latin1');
}

/** Sends one request line and reads the whole answer. */
export const request = (port: number, line: string): Promise<string> =>
  exchange(port, `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`, { halfClose: false });

export const statusOf = (response: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);

/** Holds a port that is not ours until released. */
export async function occupy(host = '127.0.0.1') {
  const server = createServer((socket) => socket.destroy());
  server.listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async release() {
      server.close();
      await once(server, 'close');
    },
  };
}
