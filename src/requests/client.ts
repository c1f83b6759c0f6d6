/** Client of the manager's REST API: one request at a time over one keep-alive connection. */

import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest, Agent as TlsAgent } from 'node:https';
import type { Clock } from '../clock.ts';
import { LIMITS, overLimit } from '../limits.ts';

export interface ManagerResponse {
  readonly status: number;
  readonly body: Buffer;
  /** When the request was sent, in monotonic milliseconds. */
  readonly requestedAt: number;
  /** How long the manager took, in milliseconds: an upper bound of the request's cost. */
  readonly tookMs: number;
}

export interface Client {
  /** Rejects if there is no complete response in time, or if it is too large. */
  getVolume(name: string): Promise<ManagerResponse>;
  listSnapshots(volume: string): Promise<ManagerResponse>;
  listRecurringJobs(volume: string): Promise<ManagerResponse>;
  close(): void;
}

const TIMEOUT_MS = 10_000;

export function createClient(base: URL, clock: Clock): Client {
  const secure = base.protocol === 'https:';
  const openRequest = secure ? httpsRequest : httpRequest;
  // Our own agent: no proxy from the environment, and never a second connection.
  const agent = new (secure ? TlsAgent : Agent)({ keepAlive: true, maxSockets: 1 });

  const prefix = base.pathname.replace(/\/+$/, '');
  const pending = new Set<ClientRequest>();

  function send(method: string, volume: string, query: string, body?: string): Promise<ManagerResponse> {
    return new Promise((resolve, reject) => {
      // Not built with URL, which would resolve a volume named `..`.
      const path = `${prefix}/v1/volumes/${encodeURIComponent(volume)}${query}`;
      let requestedAt = clock.now().monotonic;
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length };
      const request = openRequest(base, { method, path, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > LIMITS.answer_bytes.most) request.destroy(overLimit('answer_bytes'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          cancel();
          const tookMs = clock.now().monotonic - requestedAt;
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), requestedAt, tookMs });
        });
        response.on('error', fail);
      });
      const cancel = clock.after(TIMEOUT_MS, () =>
        request.destroy(new Error(`no response within ${TIMEOUT_MS} ms`)),
      );
      function fail(error: Error) {
        cancel();
        reject(error);
      }
      pending.add(request);
      request.on('close', () => pending.delete(request));
      request.on('error', fail);
      // Without a listener Node.js drops an upgrade response without an error.
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        fail(new Error(`status ${response.statusCode}`));
      });
      // The request is sent only when the connection is free.
      request.on('socket', () => {
        requestedAt = clock.now().monotonic;
      });
      request.end(body);
    });
  }

  return {
    getVolume: (name) => send('GET', name, ''),
    listSnapshots: (volume) => send('POST', volume, '?action=snapshotCRList', '{}'),
    listRecurringJobs: (volume) => send('POST', volume, '?action=recurringJobList', '{}'),
    close() {
      for (const request of pending) request.destroy();
      agent.destroy();
    },
  };
}
