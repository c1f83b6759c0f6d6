/** A fake manager on a manual clock that records every millisecond of CPU time that its responses cost. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { LIMITS } from '../../src/limits.ts';
import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { frameHead } from '../stream/servers.ts';
import type { ManualClock } from './clock.ts';

export type Use = StreamName | 'sweep' | 'jobs' | 'get';

/** What one operation of each kind costs at this many volumes, in milliseconds of one core. */
export interface Prices {
  readonly list: (stream: StreamName, volumes: number) => number;
  readonly sweep: (volumes: number) => number;
  readonly jobs: (volumes: number) => number;
  readonly get: (volumes: number) => number;
}

export interface MeteredOptions {
  readonly volumes: number;
  readonly nodes: number;
  readonly prices: Prices;
  /** Whether volumes change all the time, so that a list is sent in every period. */
  readonly busy: boolean;
  /** The size of a volume in a list; 7,000 to 14,000 in reality. */
  readonly volumeBytes: number;
  /** Whether a list of volumes is currently too large. */
  readonly tooLarge?: () => boolean;
}

export interface Metered {
  readonly port: number;
  /** Milliseconds of one core spent on requests so far, by use. */
  readonly spent: Readonly<Record<Use, number>>;
  /** Changes the number of volumes in the cluster. */
  resize(volumes: number): void;
  /** Lets all data in flight between the sockets arrive. */
  settle(): Promise<void>;
  stop(): void;
}

/** Without changes the informers wake a handler this often, and it pings its client in between. */
const [INFORMER_MS, PING_MS] = [30_000, 15_000];

/** Within one process, every turn of the event loop delivers some data over the loopback, until all has arrived. */
const QUIET_TURNS = 3;

const TYPES = {
  volumes: 'volume',
  backups: 'backup',
  nodes: 'node',
  backuptargets: 'backupTarget',
  recurringjobs: 'recurringJob',
};

const perUse = (): Record<Use, number> => ({
  volumes: 0,
  backups: 0,
  nodes: 0,
  backuptargets: 0,
  recurringjobs: 0,
  sweep: 0,
  jobs: 0,
  get: 0,
});

const volumeText = (index: number, revision: number, filling: string): string =>
  JSON.stringify({
    type: 'volume',
    name: `pvc-${String(index).padStart(5, '0')}`,
    created: '2026-10-23 06:00:00 +0000 UTC',
    state: 'attached',
    robustness: 'healthy',
    kubernetesStatus: { namespace: 'shop', pvcName: `data-${revision}` },
    filling,
  });

const nodeText = (index: number): string =>
  JSON.stringify({ type: 'node', name: `node-${index}`, conditions: { Ready: { status: 'True' } } });

export async function startMetered(clock: ManualClock, options: MeteredOptions): Promise<Metered> {
  const { prices, nodes, busy } = options;
  const filling = 'x'.repeat(options.volumeBytes);
  let size = options.volumes;
  let revision = 0;
  let activity = 0;
  let unsent = 0;
  const spent = perUse();
  const sockets = new Set<Socket>();

  const list = (stream: StreamName): string => {
    const elements =
      stream === 'volumes'
        ? Array.from({ length: size }, (_, i) => volumeText(i, i === 0 && busy ? revision++ : 0, filling))
        : stream === 'nodes'
          ? Array.from({ length: nodes }, (_, i) => nodeText(i + 1))
          : [];
    return `{"data":[${elements.join(',')}],"resourceType":"${TYPES[stream]}","type":"collection"}\n`;
  };

  /** Takes this long, on a core of its own, and records the time as spent. */
  function work(use: Use, ms: number, done: () => void): void {
    clock.after(ms, () => {
      activity++;
      spent[use] += ms;
      done();
    });
  }

  /** The handler's loop; it builds one more list before it notices that its client is gone. */
  function handleStream(ws: WebSocket, socket: Socket, stream: StreamName, period: number): void {
    let clientGone = false;
    let firstListAt = 0;
    let lastWake = 0;
    let lastPing = 0;
    ws.on('error', () => {});
    ws.on('close', () => {
      clientGone = true;
      activity++;
    });
    const build = (send: boolean) => {
      const text = list(stream);
      work(stream, prices.list(stream, size), () => {
        if (clientGone) return;
        if (send && stream === 'volumes' && options.tooLarge?.() === true) {
          socket.write(frameHead(LIMITS.message_bytes.most + 1));
        } else if (send) {
          unsent++;
          ws.send(text, () => {
            unsent--;
            activity++;
          });
        }
        const now = clock.now().monotonic;
        if (firstListAt === 0) firstListAt = lastWake = lastPing = now;
        clock.after(period - ((now - firstListAt) % period), tick);
      });
    };
    const tick = () => {
      const now = clock.now().monotonic;
      if (busy || clientGone) return build(true);
      if (now - lastPing >= PING_MS) {
        lastPing = now;
        ws.ping();
      }
      if (now - lastWake >= INFORMER_MS) {
        lastWake = now;
        return build(false);
      }
      clock.after(period, tick);
    };
    build(true);
  }

  function handleRequest(request: IncomingMessage, response: ServerResponse): void {
    activity++;
    request.resume();
    const [, name = '', number] = /^\/v1\/volumes\/(pvc-(\d+))/.exec(request.url ?? '') ?? [];
    const exists = Number(number) < size;
    const respond = (status: number, body: string) => {
      response.writeHead(status, { 'Content-Type': 'application/json' });
      unsent++;
      // A response also closes when the client has disconnected.
      response.once('close', () => {
        unsent--;
        activity++;
      });
      if (response.destroyed) response.emit('close');
      else response.end(body);
    };
    if (request.url?.endsWith('?action=recurringJobList')) {
      const body = JSON.stringify({ data: [], resourceType: 'volumeRecurringJob', type: 'collection' });
      work('jobs', prices.jobs(size), () => respond(exists ? 200 : 404, body));
    } else if (request.method === 'POST') {
      const snapshots = exists ? [{ name: `snap-${name}`, userCreated: true, size: 1 }] : [];
      const body = JSON.stringify({ data: snapshots, resourceType: 'snapshotCR', type: 'collection' });
      work('sweep', prices.sweep(size), () => respond(200, body));
    } else {
      const body = volumeText(Number(number), 0, filling);
      work('get', prices.get(size), () => (exists ? respond(200, body) : respond(404, '{}')));
    }
  }

  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, handleRequest);
  server.on('connection', (socket) => {
    activity++;
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  new WebSocketServer({ server, perMessageDeflate: false }).on('connection', (ws, request) => {
    activity++;
    const [, seconds = '', unit = '', name] = /\/ws\/([\d.]+)(ms|s)\/(\w+)$/.exec(request.url ?? '') ?? [];
    const stream = STREAMS.find((each) => each === name);
    if (stream !== undefined)
      handleStream(ws, request.socket, stream, Number(seconds) * (unit === 's' ? 1_000 : 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    spent,
    resize(volumes) {
      size = volumes;
    },
    async settle() {
      let seen = -1;
      for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
        await turn();
        if (activity === seen && unsent === 0) continue;
        seen = activity;
        quiet = -1;
      }
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
