/** One WebSocket connection to one stream, from connecting to its end. */

import { WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { Ending, Outcome, Timeouts } from './policy.ts';

/** What to do after a message. An invalid one does not keep the connection alive. */
export type Verdict = 'invalid' | 'continue' | 'disconnect';

const SOCKET_OPTIONS = {
  perMessageDeflate: false,
  // An invalid byte should cost the object that contains it, not the connection.
  skipUTF8Validation: true,
  // The manager never closes TCP after a closing handshake.
  closeTimeout: 1_000,
  // No proxy from the environment.
  agent: false,
};

/**
 * Resolves when the connection has ended, from either side. `maxBytes`: how large a message may be.
 * Only the manager's pings distinguish a dead handler from an unchanged list; the pongs to our own pings prove nothing.
 */
export function connect(
  url: string,
  maxBytes: number,
  timeouts: Timeouts,
  onOpen: () => void,
  onMessage: (message: Buffer) => Verdict,
  clock: Clock,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { ...SOCKET_OPTIONS, maxPayload: maxBytes });
    let opened = false;
    let lists = 0;
    let pinged = false;
    let cancelSilence = clock.after(timeouts.silence, () => end('connect', 'no response to the handshake'));
    const cancelFirstList = clock.after(timeouts.firstList, () =>
      end(opened ? 'silent' : 'connect', 'no first list in time'),
    );

    const stop = () => end('stopped', 'stopping');
    signal.addEventListener('abort', stop);

    function end(ending: Ending, detail: string): void {
      cancelSilence();
      cancelFirstList();
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners();
      // terminate() emits one more error when the handshake is not over.
      socket.on('error', () => {});
      // Not close(): the manager would keep the connection for up to 30 s.
      socket.terminate();
      resolve({ ending, detail, lists, opened });
    }

    socket.on('open', () => {
      opened = true;
      cancelSilence();
      onOpen();
    });
    socket.on('ping', () => {
      pinged = true;
    });
    socket.on('message', (data) => {
      const verdict = onMessage(data as Buffer);
      if (verdict === 'invalid') return;
      lists++;
      if (verdict === 'disconnect') return end('done', 'done');
      pinged = false;
      cancelFirstList();
      cancelSilence();
      cancelSilence = clock.after(timeouts.silence, () =>
        pinged ? end('resync', 'no list, only pings') : end('silent', 'neither a list nor a ping'),
      );
    });
    socket.on('error', (error) => end(endingOf(error, opened), error.message));
    socket.on('close', (code) => end(opened ? 'closed' : 'connect', `closed by the manager (${code})`));
  });
}

/** Too many bytes, or so many small fragments that buffering them takes more memory than their bytes. */
const TOO_LARGE = new Set(['WS_ERR_UNSUPPORTED_MESSAGE_LENGTH', 'WS_ERR_TOO_MANY_BUFFERED_PARTS']);

function endingOf(error: Error & { code?: string }, opened: boolean): Ending {
  if (error.code !== undefined && TOO_LARGE.has(error.code)) return 'too_large';
  return opened ? 'closed' : 'connect';
}
