/** Log output that never blocks on its reader: lines that cannot be written are dropped. */

import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, destination } from 'pino';
import { LIMITS, type LimitCounts } from './limits.ts';

export interface LogLines extends DestinationStream {
  /** Resolves when everything that can be written is written. */
  end(): Promise<void>;
}

/** Counts each line that is dropped because too many are unread, instead of logging it. */
export function openLogLines(fd: number, counts: LimitCounts): LogLines {
  const dropped = () => void counts.set('log_bytes', (counts.get('log_bytes') ?? 0) + 1);
  // process.stdout and pino's own destination block on a full pipe.
  return isPipe(fd) ? intoPipe(fd, dropped) : intoFile(fd, dropped);
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function intoPipe(fd: number, dropped: () => void): LogLines {
  const socket = new Socket({ fd, readable: false, writable: true });
  // The pipe has no reader any more, so there is nowhere to report this.
  socket.on('error', () => {});
  return {
    write(line) {
      if (!socket.writable) return;
      if (socket.writableLength + line.length > LIMITS.log_bytes.most) dropped();
      else socket.write(line);
    },
    end: () =>
      new Promise((resolve) => {
        if (socket.closed) return resolve();
        socket.once('close', resolve);
        socket.end();
      }),
  };
}

/** A file, a terminal, or a closed descriptor. */
function intoFile(fd: number, dropped: () => void): LogLines {
  const file = destination({ dest: fd, sync: true, maxLength: LIMITS.log_bytes.most });
  file.on('drop', dropped);
  // For example a full disk: there may be space for later lines.
  file.on('error', () => {});
  return { write: (line) => void file.write(line), end: async () => {} };
}
