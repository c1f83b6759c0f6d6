/** Where log lines go: written without ever waiting for whoever reads them, and dropped when they cannot be written. */

import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { type DestinationStream, destination } from 'pino';
import { LIMITS, type LimitCounts } from './limits.ts';

export interface LogLines extends DestinationStream {
  /** Resolves when all that can be written is. */
  end(): Promise<void>;
}

/** Counts each line that is lost because too many are unread: that cannot be logged itself. */
export function openLogLines(fd: number, counts: LimitCounts): LogLines {
  const dropped = () => counts.set('log_bytes', (counts.get('log_bytes') ?? 0) + 1);
  // process.stdout, and pino's own destination, would wait for the reader of a full pipe, and all of us with them.
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
  // A pipe that nobody reads any more: there is no one left to tell.
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
  // A full disk for instance: later lines may find room again.
  file.on('error', () => {});
  return { write: (line) => void file.write(line), end: async () => {} };
}
