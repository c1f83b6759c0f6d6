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
    let release = () => {};
    let over = false;
    const cancel = clock.after(LIMITS.send_seconds.most * 1000, () => {
      events.exceeded('send_seconds');
      socket.destroy();
    });
    const finish = () => {
      if (over) return;
      over = true;
      cancel();
      socket.off('close', finish);
      release();
    };
    response.once('close', finish);
    // A pipelined answer whose turn never came is not closed by Node.js 20 when the connection is.
    socket.once('close', finish);
    const local = isLocal(socket.remoteAddress, headers);
    const { release: letGo = () => {}, ...answered } = await answerOf({
      method,
      target,
      accept: headers.accept ?? '',
      local,
    });
    if (over) return letGo();
    release = letGo;
    send(response, answered);
  };
}

function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...headers,
  });
  // Node.js itself leaves the body out of the answer to a HEAD.
  response.end(body);
}
