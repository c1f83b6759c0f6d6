/** Sends answers: every request gets one, and nobody may take for ever to read it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { LIMITS, type LimitName } from '../limits.ts';
import { isLocal } from './local.ts';
import { type Answer, type Asked, answer, INTERNAL_ERROR, type Pages, TOO_MANY_REQUESTS } from './routes.ts';

export interface ResponderEvents {
  /** An answer could not be made: a bug of ours. */
  failed(error: unknown): void;
  exceeded(limit: LimitName): void;
}

export function createResponder(
  pages: Pages,
  mayAsk: () => boolean,
  events: ResponderEvents,
  clock: Clock,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  async function answerOf(asked: Asked): Promise<Answer> {
    if (!mayAsk()) {
      events.exceeded('requests');
      return TOO_MANY_REQUESTS;
    }
    try {
      return await answer(asked, pages);
    } catch (error) {
      events.failed(error);
      return INTERNAL_ERROR;
    }
  }

  return async (request, response) => {
    const { method = '', url: target = '/', socket, headers } = request;
    const cancel = clock.after(LIMITS.send_seconds.most * 1000, () => {
      events.exceeded('send_seconds');
      socket.destroy();
    });
    response.once('close', cancel);
    const local = isLocal(socket.remoteAddress, headers.host);
    const { release = () => {}, ...answered } = await answerOf({
      method,
      target,
      accept: headers.accept ?? '',
      local,
    });
    if (response.closed) return release();
    response.once('close', release);
    send(response, answered);
  };
}

function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...headers,
  });
  // Node.js itself leaves the body out of the answer to a HEAD.
  response.end(body);
}
