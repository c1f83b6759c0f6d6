/** Asks the manager's REST API, one request at a time over one connection that is kept open. */

import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import type { Clock } from '../clock.ts';
import { LIMITS, overLimit } from '../limits.ts';

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** When it was asked for, in monotonic milliseconds. */
  readonly askedAt: number;
  /** How long the manager took, in milliseconds: what the request cost it, at most. */
  readonly tookMs: number;
}

export interface Client {
  /** Rejects when there is no whole answer in time, or when it is too large. */
  getVolume(name: string): Promise<Answer>;
  listSnapshots(volume: string): Promise<Answer>;
  listRecurringJobs(volume: string): Promise<Answer>;
  close(): void;
}

const TIMEOUT_MS = 10_000;

export function createClient(base: URL, clock: Clock): Client {
  const secure = base.protocol === 'https:';
  const request = secure ? httpsRequest : httpRequest;
  // An agent of our own: no proxy from the environment, and no second connection however slow the first is.
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });

  const prefix = base.pathname.replace(/\/+$/, '');
  const open = new Set<ClientRequest>();

  function ask(method: string, volume: string, query: string, body: string | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      // Not through URL, which would resolve a volume named `..`.
      const path = `${prefix}/v1/volumes/${encodeURIComponent(volume)}${query}`;
      let askedAt = clock.now().monotonic;
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
      const asked = request(base, { method, path, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LIMITS.answer_bytes.most) asked.destroy(overLimit('answer_bytes'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          cancel();
          const tookMs = clock.now().monotonic - askedAt;
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), askedAt, tookMs });
        });
        response.on('error', fail);
      });
      const cancel = clock.after(TIMEOUT_MS, () =>
        asked.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)),
      );
      function fail(error: Error) {
        cancel();
        reject(error);
      }
      open.add(asked);
      asked.on('close', () => open.delete(asked));
      asked.on('error', fail);
      // Without a listener Node.js drops such an answer, and tells nobody.
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        fail(new Error(`status ${response.statusCode}`));
      });
      // Until the one connection is free, the manager has not been asked.
      asked.on('socket', () => {
        askedAt = clock.now().monotonic;
      });
      asked.end(body);
    });
  }

  return {
    getVolume: (name) => ask('GET', name, '', undefined),
    listSnapshots: (volume) => ask('POST', volume, '?action=snapshotCRList', '{}'),
    listRecurringJobs: (volume) => ask('POST', volume, '?action=recurringJobList', '{}'),
    close() {
      for (const asked of open) asked.destroy();
      agent.destroy();
    },
  };
}
