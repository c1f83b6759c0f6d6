/** A WebSocket client that keeps what it receives, and a way to wait for conditions instead of sleeping. */

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createCluster, type Manager, type ManagerOptions, startManager } from '../../simulator/index.ts';

/** Waits until the condition holds; fails if it does not within five seconds. */
export const until = async (condition: () => boolean, description = String(condition)): Promise<void> => {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `still false after 5 s: ${description}`);
    await delay(1);
  }
};

export type Client = Readonly<{
  socket: WebSocket;
  messages: string[];
  counts: { pings: number; pongs: number };
  /** Why the connection was closed, failed or was refused, such as `close 1006` or the error's code or message. */
  ends: string[];
  /** Sends a ping, and waits for its pong. */
  ping: () => Promise<void>;
}>;

export const connect = (manager: Manager, path: string): Client => {
  const socket = new WebSocket(`${manager.url.replace('http', 'ws')}${path}`, { perMessageDeflate: false });
  const messages: string[] = [];
  const ends: string[] = [];
  const counts = { pings: 0, pongs: 0 };
  socket.on('message', (data) => messages.push(String(data)));
  socket.on('ping', () => {
    counts.pings += 1;
  });
  socket.on('pong', () => {
    counts.pongs += 1;
  });
  socket.on('error', (error: Error & { code?: string }) => ends.push(error.code ?? error.message));
  socket.on('close', (code) => ends.push(`close ${code}`));
  const ping = async () => {
    const before = counts.pongs;
    socket.ping();
    await until(() => counts.pongs > before, 'a pong arrives');
  };
  return { socket, messages, counts, ends, ping };
};

/** Runs a test against a manager with three volumes whose periods are 100 times shorter, then stops it. */
export const withManager = async (
  options: Partial<ManagerOptions>,
  run: (manager: Manager, cluster: ManagerOptions['cluster']) => Promise<void>,
): Promise<void> => {
  const cluster = options.cluster ?? createCluster({ volumes: 3 });
  const manager = await startManager({ cluster, node: 'node-1', periodScale: 0.01, ...options });
  try {
    await run(manager, cluster);
  } finally {
    await manager.stop();
  }
};

/** The objects of a message, by name. */
export const dataOf = (message: string | undefined): Record<string, { name: string; robustness?: string }> =>
  Object.fromEntries(
    JSON.parse(message ?? '{"data":[]}').data.map((object: { name: string }) => [object.name, object]),
  );
