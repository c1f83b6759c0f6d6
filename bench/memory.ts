/** Peak memory of the production build over 200 messages of a large cluster, compared with a bare WebSocket client. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createCluster } from '../simulator/index.ts';
import { createWire, listText } from '../simulator/wire.ts';
import { STREAMS, type StreamName } from '../src/longhorn/streams.ts';
import { all, only, readDockerfile } from '../test/image/dockerfile.ts';
import { changingLists } from './lists.ts';

const MESSAGES = 200;

export const BUILD = new URL('../dist/longhorn-exporter.cjs', import.meta.url).pathname;

const image = readDockerfile(new URL('../Dockerfile', import.meta.url).pathname).at(-1);
if (image === undefined) throw new Error('the Dockerfile has no stage');
const IMAGE = image;

/** The flags that the image passes to Node.js. */
export function imageFlags(): string[] {
  const words: string[] = JSON.parse(only(IMAGE, 'ENTRYPOINT'));
  return words.slice(1, -1);
}

/** The environment variables that the image sets. */
export function imageEnvironment(): Record<string, string> {
  return Object.fromEntries(all(IMAGE, 'ENV').map((variable) => variable.split('=')));
}

/** A client that discards what it receives: the memory that `ws` alone needs. */
const WS_ALONE = `
const { WebSocket } = require('ws');
const socket = new WebSocket(process.env.LONGHORN_URL.replace('http', 'ws') + '/v1/ws/5s/volumes', { perMessageDeflate: false, skipUTF8Validation: true });
socket.on('message', () => {});
`;

/** Resident memory of a process in megabytes: current and peak. */
export function memoryOf(pid: number | undefined): { rss: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { rss: read('VmRSS'), peak: read('VmHWM') };
}

/** Serves all streams; the lists of volumes are sent one by one, each after the previous one was processed. */
async function startStreams(volumes: number) {
  const cluster = createCluster({ volumes, nodes: 10, backups: volumes * 3 });
  const wire = createWire(cluster, 'http://10.42.0.1:9500');
  const next = changingLists(listText(wire.list('volumes', '5s')));
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  const connected = new Promise<WebSocket>((resolve) => {
    sockets.on('connection', (socket, request) => {
      const stream = STREAMS.find((name) => request.url?.endsWith(`/${name}`)) as StreamName;
      if (stream === 'volumes') resolve(socket);
      else socket.send(listText(wire.list(stream, '5s')));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connected,
    next,
    server,
    sockets,
  };
}

/** Peak megabytes, after half of the messages and after all of them. */
export interface MemoryResult {
  readonly half: number;
  readonly peak: number;
}

export async function measureMemory(volumes: number, wsAlone: boolean): Promise<MemoryResult> {
  const { url, connected, next, server, sockets } = await startStreams(volumes);
  const args = [...imageFlags(), ...(wsAlone ? ['-e', WS_ALONE] : [BUILD])];
  const child = spawn(process.execPath, args, {
    env: {
      ...imageEnvironment(),
      PATH: process.env.PATH ?? '',
      LONGHORN_URL: url,
      LISTEN_ADDRESS: '127.0.0.1:0',
      LOG_LEVEL: 'silent',
      MANAGER_BUDGET: '1',
    },
    stdio: 'inherit',
  });
  const socket = await connected;
  let half = 0;
  for (let i = 0; i < MESSAGES; i++) {
    if (i === MESSAGES / 2) half = memoryOf(child.pid).peak;
    socket.send(next());
    socket.ping();
    // The pong arrives after the exporter has processed the message before it.
    await once(socket, 'pong');
  }
  const { peak } = memoryOf(child.pid);
  child.kill('SIGKILL');
  sockets.close();
  server.closeAllConnections();
  server.close();
  return { half, peak };
}
