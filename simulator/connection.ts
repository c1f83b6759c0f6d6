// One client's WebSocket as the manager holds it: it answers pings, writes in turn, and can fall mute.
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { type Channel, createChannel } from './channel.ts';
import { createFrameReader, frame, OPCODE } from './frames.ts';

export type Connection = Readonly<{
  /** Closed once reading from the client ended: a close frame, or the end of TCP. */
  gone: Channel;
  isOpen: () => boolean;
  /**
   * Writes all pieces of one message; other writes wait. Rejects when the connection closes, or when the client has
   * not taken everything within `writeWaitMs`: then part of a frame is out, and nothing will ever follow it. With a
   * pause between the pieces there is no such limit.
   */
  send: (pieces: Iterable<Uint8Array>, pause?: { everyMs: number }) => Promise<void>;
  ping: () => Promise<void>;
  /** From now on nothing is written, not even pongs, and nothing that comes in has any effect; TCP stays open. */
  freeze: () => void;
  destroy: () => void;
}>;

export type ConnectionOptions = Readonly<{
  writeWaitMs: number;
  /** After a client's close frame the server answers, but leaves TCP open this long. */
  closeLingerMs: number;
}>;

export const openConnection = (socket: Duplex, options: ConnectionOptions): Connection => {
  const gone = createChannel(0);
  let mute = false;
  let lingering: NodeJS.Timeout | undefined;
  let lane = Promise.resolve();
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));

  const write = async (bytes: Uint8Array): Promise<void> => {
    // Whoever writes to a mute connection waits like a real sender whose packets get no answer.
    if (mute) await closed;
    if (socket.destroyed) throw new Error('the connection is closed');
    if (socket.write(bytes)) return;
    await Promise.race([closed, new Promise((resolve) => socket.once('drain', resolve))]);
  };
  /** Frames must not mix, so everything is written one after the other; a failed write fails only its own caller. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = lane.then(work);
    lane = done.catch(() => {});
    return done;
  };
  const control = (opcode: number, payload?: Buffer) => inTurn(() => write(frame(opcode, payload)));

  const onClose = () => {
    lingering ??= setTimeout(() => socket.destroy(), options.closeLingerMs);
    gone.close();
  };
  const read = createFrameReader((opcode, payload) => {
    // An answer that cannot be written any more is nobody's loss.
    const ignore = () => {};
    if (opcode === OPCODE.ping) control(OPCODE.pong, payload).catch(ignore);
    if (opcode === OPCODE.close) control(OPCODE.close, payload).then(onClose, ignore);
  });
  socket.on('data', read);
  socket.on('end', () => {
    // After a close frame the manager reads no more, and so does not even notice the end of TCP.
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
    const late = new Promise<never>((_, reject) => {
      deadline = setTimeout(() => {
        mute = true;
        reject(new Error('the client reads too slowly'));
      }, options.writeWaitMs);
    });
    await Promise.race([writeAll(pieces, undefined), late]).finally(() => clearTimeout(deadline));
  };

  return {
    gone,
    isOpen: () => !socket.destroyed,
    send: (pieces, pause) =>
      inTurn(() => (pause === undefined ? writeInTime(pieces) : writeAll(pieces, pause.everyMs))),
    ping: () => control(OPCODE.ping),
    freeze: () => {
      mute = true;
    },
    destroy: () => socket.destroy(),
  };
};
