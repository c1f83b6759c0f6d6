/** Where log lines go: written without ever waiting for whoever reads them, and dropped when they cannot be written. */

import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, destination } from 'pino';
import { LIMITS, type LimitCounts } from './limits.ts';

export interface LogLines extends DestinationStream {
  /** Resolves when all that can be written is. */
  end(): Promise<void>;
}

/** Counts each line that is dropped because too many are unread; logging that would be pointless. */
export function openLogLines(fd: number, counts: LimitCounts): LogLines {
  const dropped = () => void counts.set('log_bytes', (counts.get('log_bytes') ?? 0) + 1);
  // process.stdout, and pino's own destination, block on a full pipe.
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
  // Nobody reads the pipe any more, so there is nobody to tell.
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

/** A file or a terminal, or nothing at all when it is closed. */
function intoFile(fd: number, dropped: () => void): LogLines {
  const file = destination({ dest: fd, sync: true, maxLength: LIMITS.log_bytes.most });
  file.on('drop', dropped);
  // A full disk for instance: there may be space for later lines.
  file.on('error', () => {});
  return { write: (line) => void file.write(line), end: async () => {} };
}
