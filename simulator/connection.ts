/** The manager's side of one client's WebSocket, at byte level, so that faults can break any part of it. */

import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Channel, createChannel } from './channel.ts';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The response to an upgrade: no subprotocol and no compression, like longhorn-manager's. */
export const handshake = (key: string): string =>
  [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1')
      .update(key + GUID)
      .digest('base64')}`,
    '\r\n',
  ].join('\r\n');

/** The header of a frame from the server, which is never masked. */
export function frameHeader(opcode: number, length: number, final = true): Buffer {
  const first = (final ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}

const frame = (opcode: number, payload: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([frameHeader(opcode, payload.length), payload]);

/** Splits a client's bytes into frames. Clients of the streams send only control frames, so payloads are short. */
function createFrameReader(onFrame: (opcode: number, payload: Buffer) => void): (bytes: Buffer) => void {
  let pending = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    for (;;) {
      const parsed = parseFrame(pending);
      if (parsed === undefined) return;
      pending = pending.subarray(parsed.end);
      onFrame(parsed.opcode, parsed.payload);
    }
  };
}

/** The first frame of a client's bytes, unmasked; undefined while it is incomplete. */
function parseFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined;
  const short = bytes.readUInt8(1) & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const start = 2 + lengthBytes + 4;
  if (bytes.length < start) return undefined;
  const length =
    lengthBytes === 0 ? short : bytes.readUIntBE(lengthBytes === 8 ? 4 : 2, lengthBytes === 8 ? 6 : 2);
  if (bytes.length < start + length) return undefined;
  const mask = bytes.subarray(start - 4, start);
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let index = 0; index < length; index++)
    payload[index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0);
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, end: start + length };
}

export interface Connection {
  /** Closed when reading from the client has ended: after a close frame, or at the end of TCP. */
  readonly gone: Channel;
  isOpen(): boolean;
  /**
   * Writes all pieces of one message; other writes wait. Rejects if the connection closes, or if the client does not
   * read everything within `writeWaitMs`: then part of a frame was sent, and nothing will ever follow. With a pause
   * between the pieces there is no such limit.
   */
  send(pieces: Iterable<Uint8Array>, pause?: { everyMs: number }): Promise<void>;
  ping(): Promise<void>;
  /** From now on nothing is written, not even pongs, and received bytes have no effect; TCP stays open. */
  freeze(): void;
  destroy(): void;
}

interface ConnectionOptions {
  readonly writeWaitMs: number;
  /** After a client's close frame the server responds, but leaves TCP open this long. */
  readonly closeLingerMs: number;
}

export function openConnection(socket: Duplex, options: ConnectionOptions): Connection {
  const gone = createChannel(0);
  let frozen = false;
  let lingering: NodeJS.Timeout | undefined;
  let lastWrite = Promise.resolve();
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));

  const write = async (bytes: Uint8Array): Promise<void> => {
    // Writing to a frozen connection waits, like a real sender whose packets are not acknowledged.
    if (frozen) await closed;
    if (socket.destroyed) throw new Error('the connection is closed');
    if (socket.write(bytes)) return;
    await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
  };
  /** Frames must not interleave, so writes run one after the other. A failed write fails only its own caller. */
  const serialize = (work: () => Promise<void>): Promise<void> => {
    const done = lastWrite.then(work);
    lastWrite = done.catch(() => {});
    return done;
  };
  const control = (opcode: number, payload?: Buffer) => serialize(() => write(frame(opcode, payload)));

  const onClose = () => {
    lingering ??= setTimeout(() => socket.destroy(), options.closeLingerMs);
    gone.close();
  };
  const read = createFrameReader((opcode, payload) => {
    // A response that can no longer be written does not matter.
    const ignore = () => {};
    if (opcode === OPCODE.ping) control(OPCODE.pong, payload).catch(ignore);
    if (opcode === OPCODE.close) control(OPCODE.close, payload).then(onClose, ignore);
  });
  socket.on('data', read);
  socket.on('end', () => {
    // After a close frame the manager stops reading, so it does not notice the end of TCP.
    if (lingering === undefined) socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    clearTimeout(lingering);
    gone.close();
  });

  const writeAll = async (pieces: Iterable<Uint8Array>, everyMs: number | undefined): Promise<void> => {
    for (const piece of pieces) {
      await write(piece);
      if (everyMs !== undefined) await delay(everyMs);
    }
  };
  const writeInTime = async (pieces: Iterable<Uint8Array>): Promise<void> => {
    let deadline: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      deadline = setTimeout(() => {
        frozen = true;
        reject(new Error('the client reads too slowly'));
      }, options.writeWaitMs);
    });
    await Promise.race([writeAll(pieces, undefined), timeout]).finally(() => clearTimeout(deadline));
  };

  return {
    gone,
    isOpen: () => !socket.destroyed,
    send: (pieces, pause) =>
      serialize(() => (pause === undefined ? writeInTime(pieces) : writeAll(pieces, pause.everyMs))),
    ping: () => control(OPCODE.ping),
    freeze() {
      frozen = true;
    },
    destroy: () => socket.destroy(),
  };
}
