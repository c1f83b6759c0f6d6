/** One WebSocket connection to one stream, from connecting to its end. */

import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { Ending, Outcome, Patience } from './policy.ts';

/** What a message was: only whole lists keep the connection alive, and after the last one it is ended. */
export type Verdict = 'bad' | 'list' | 'last list';

export interface Listener {
  opened(): void;
  message(message: Buffer): Verdict;
}

const SOCKET_OPTIONS = {
  perMessageDeflate: false,
  // An odd byte shall cost the object it is in, not the connection.
  skipUTF8Validation: true,
  // The manager never closes TCP after a closing handshake.
  closeTimeout: 1_000,
  // A connection of its own, whatever proxy the environment names.
  agent: false,
};

/**
 * Resolves when the connection has ended, whoever ended it. `mostBytes`: how large a message may be.
 * Only the manager's pings tell a dead handler from an unchanged list: our own pongs prove nothing.
 */
export function connect(
  url: string,
  mostBytes: number,
  patience: Patience,
  listener: Listener,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { ...SOCKET_OPTIONS, maxPayload: mostBytes });
    let opened = false;
    let lists = 0;
    let pinged = false;
    let cancelWatch = clock.after(patience.silence, () => end('connect', 'no answer to the handshake'));
    const cancelDeadline = clock.after(patience.firstMessage, () =>
      end(opened ? 'silent' : 'connect', 'no first list by its deadline'),
    );

    const stop = () => end('stopped', 'stopping');
    signal.addEventListener('abort', stop);

    function end(ending: Ending, detail: string): void {
      cancelWatch();
      cancelDeadline();
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners();
      // terminate() before the handshake is over emits one more error, which nobody is waiting for.
      socket.on('error', () => {});
      // Not close(): the manager would keep the connection for up to 30 s.
      socket.terminate();
      resolve({ ending, detail, lists, opened });
    }

    socket.on('open', () => {
      opened = true;
      cancelWatch();
      listener.opened();
    });
    socket.on('ping', () => {
      pinged = true;
    });
    socket.on('message', (data) => {
      const verdict = listener.message(data as Buffer);
      if (verdict === 'bad') return;
      lists++;
      if (verdict === 'last list') return end('done', 'enough for now');
      pinged = false;
      cancelDeadline();
      cancelWatch();
      cancelWatch = clock.after(patience.silence, () =>
        pinged ? end('resync', 'no news') : end('silent', 'neither list nor ping'),
      );
    });
    socket.on('error', (error) => end(endingOf(error, opened), error.message));
    socket.on('close', (code) => end(opened ? 'closed' : 'connect', `closed by the manager (${code})`));
    if (signal.aborted) stop();
  });
}

/** Too many bytes, or so many small pieces that what they are kept in is larger than they are. */
const TOO_LARGE = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_TOO_MANY_BUFFERED_PARTS']);

function endingOf(error: Error & { code?: string }, opened: boolean): Ending {
  if (error.code !== undefined && TOO_LARGE.has(error.code)) return 'too_large';
  return opened ? 'closed' : 'connect';
}
