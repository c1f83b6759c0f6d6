/** The stream routes of one manager: parse the URL, do the handshake, run a handler per client, with faults. */

import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createChannel } from './channel.ts';
import type { Cluster } from './cluster.ts';
import { type Connection, handshake, openConnection } from './connection.ts';
import { type FaultTable, spoilsMessages } from './faults.ts';
import { deliver, handleStream } from './handler.ts';
import { STREAMS, type Stream } from './model.ts';
import type { Random } from './random.ts';
import { NOT_FOUND } from './routes.ts';
import { increment, type Stats } from './stats.ts';
import type { Wakeups } from './wakeups.ts';
import { type List, listText, type Wire } from './wire.ts';

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const LONGEST = 15_000;

/** Milliseconds, from 0 to 15 s. An invalid duration counts as 0, because the manager ignores the error. */
export function parsePeriod(text: string): number {
  const match = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return 0;
  const [, sign = '', amounts = ''] = match;
  let sum = 0;
  for (const [, amount = '0', unit = 's'] of amounts.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * (UNITS[unit] ?? 0);
  }
  return sign === '-' ? 0 : Math.min(sum, LONGEST);
}

interface StreamsOptions {
  readonly cluster: Cluster;
  wire(): Wire;
  readonly faults: FaultTable;
  readonly wakeups: Wakeups;
  readonly stats: Stats;
  readonly random: Random;
  listCostMs(volumes: number, stream: Stream): number;
  readonly keepAliveMs: number;
  readonly writeWaitMs: number;
  readonly closeLingerMs: number;
  /** Multiplies every period, so that tests do not have to wait for the real one. */
  readonly periodScale: number;
}

interface Streams {
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The open connections of one stream, or of all streams. */
  connections(stream?: Stream): readonly Connection[];
  stop(): void;
}

function refuse(socket: Duplex, status: number, body: string): void {
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  socket.end(`${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`);
}

type Address = Readonly<{ period: string; stream: Stream }>;

/** `/v1/ws/{period}/{stream}`, for known streams. */
function parseAddress(url: string): Address | undefined {
  const [, period, name] = /^\/v1\/ws\/([^/?]+)\/([^/?]+)(?:\?.*)?$/.exec(url) ?? [];
  const stream = STREAMS.find((one) => one === name);
  return period === undefined || stream === undefined ? undefined : { period, stream };
}

export function createStreams(options: StreamsOptions): Streams {
  const { cluster, wire, faults, wakeups, stats, random } = options;
  const open = new Map<Connection, Stream>();
  const stopped = createChannel(0);
  const abort = new AbortController();

  const buildList = async (stream: Stream, period: string, isFirst: boolean): Promise<List> => {
    stats.lists[stream] += 1;
    if (faults.use('silent', stream)) throw new Error('fault: silent');
    if (isFirst && faults.use('failFirstList', stream)) throw new Error('fault: failFirstList');

    // Read before the wait: the worst case of a slow list of the real manager.
    const list = wire().list(stream, period);
    const removals = cluster.volumes.removals();
    const cost = options.listCostMs(cluster.volumes.list().length, stream);
    if (cost > 0) await delay(cost, undefined, { signal: abort.signal });
    if (stream === 'volumes' && cluster.volumes.removals() !== removals) {
      throw new Error('a volume was deleted while the list was being built');
    }
    const extra = faults.use('badObject', stream) ?? [];
    const middle = Math.floor(list.elements.length / 2);
    return { ...list, elements: list.elements.toSpliced(middle, 0, ...extra) };
  };

  const serve = async (connection: Connection, stream: Stream, period: string): Promise<void> => {
    let isFirst = true;
    await handleStream({
      connection,
      wakeups: wakeups.queues[stream],
      stopped,
      buildList() {
        const list = buildList(stream, period, isFirst);
        isFirst = false;
        return list;
      },
      async deliver(list) {
        stats.bytes[stream] += await deliver(listText(list), connection, faults, stream);
        stats.messages[stream] += 1;
      },
      mustSend: () => spoilsMessages(faults, stream),
      periodMs: parsePeriod(period) * options.periodScale,
      keepAliveMs: options.keepAliveMs,
      random,
    });
  };

  const accept = (socket: Duplex, key: string, head: Buffer, { stream, period }: Address): void => {
    socket.write(handshake(key));
    if (head.length > 0) socket.unshift(head);
    const connection = openConnection(socket, options);
    open.set(connection, stream);
    stats.connects[stream] += 1;
    stats.connections[stream] += 1;
    socket.once('close', () => {
      open.delete(connection);
      stats.connections[stream] -= 1;
    });
    if (faults.use('hang', stream)) {
      connection.freeze();
      return;
    }
    serve(connection, stream, period).catch((error: Error) => {
      if (connection.isOpen()) increment(stats.failures, error.message);
    });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const address = parseAddress(request.url ?? '/');
    const key = request.headers['sec-websocket-key'];
    if (address === undefined) refuse(socket, 404, NOT_FOUND);
    else if (key === undefined) refuse(socket, 400, 'Bad Request\n');
    else if (!faults.use('hangHandshake', address.stream)) {
      const status = faults.use('status', address.stream);
      if (status === undefined) accept(socket, key, head, address);
      else refuse(socket, status, `simulated ${STATUS_CODES[status] ?? ''}\n`);
    }
  };

  return {
    onUpgrade,
    connections: (stream) =>
      [...open].filter(([, one]) => stream === undefined || one === stream).map(([connection]) => connection),
    stop() {
      stopped.close();
      abort.abort();
    },
  };
}
