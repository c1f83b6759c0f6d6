/** The manager's loop for one client of a stream, the same steps as in longhorn-manager, and how a list is sent. */

import { type Channel, select, startTicker } from './channel.ts';
import { type Connection, frameHeader, OPCODE } from './connection.ts';
import type { FaultTable } from './faults.ts';
import type { Stream } from './model.ts';
import type { Random } from './random.ts';
import { type List, sameList } from './wire.ts';

interface HandlerOptions {
  readonly connection: Connection;
  readonly wakeups: Channel;
  /** Closed when the manager stops. */
  readonly stopped: Channel;
  /** Rejects when the list cannot be built. */
  buildList(): Promise<List>;
  deliver(list: List): Promise<void>;
  /** Whether to send the next list even if it did not change. */
  mustSend(): boolean;
  /** The minimum time between two iterations of the loop; 0 for none. */
  readonly periodMs: number;
  readonly keepAliveMs: number;
  readonly random: Random;
}

/**
 * Runs until the client is gone, or rejects if something fails. It never closes anything: in longhorn-manager too, a
 * handler that ends leaves TCP open, and the client's pings are still answered.
 */
export async function handleStream(options: HandlerOptions): Promise<void> {
  const { connection, wakeups, stopped, buildList, deliver, mustSend, periodMs, random } = options;
  const tickers: { stop: () => void }[] = [];
  const ticker = (ms: number): Channel => {
    const started = startTicker(ms);
    tickers.push(started);
    return started.channel;
  };
  try {
    let sent = await buildList();
    await deliver(sent);
    // Like upstream, the tickers start after the first message.
    const period = periodMs > 0 ? ticker(periodMs) : undefined;
    const keepAlive = ticker(options.keepAliveMs);
    for (;;) {
      // Nothing else is checked during this wait, so pings are late and a client that left is noticed late.
      if (period !== undefined && (await select([period, stopped], random)) === stopped) return;

      const event = await select([connection.gone, wakeups, keepAlive, stopped], random);
      if (event === connection.gone || event === stopped) return;
      if (event === keepAlive) {
        await connection.ping();
        continue;
      }
      const list = await buildList();
      if (sameList(sent, list) && !mustSend()) continue;
      await deliver(list);
      sent = list;
    }
  } finally {
    for (const { stop } of tickers) stop();
  }
}

/** Longer messages are sent as one large fragment and an empty final one. */
const WRITE_BUFFER = 8192;
/** Small enough to notice in the middle of a frame that a client stopped reading. */
const PIECE = 65_536;

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** One text message of `length` bytes: the body, padded with spaces, which JSON allows after a document. */
function* message(body: Uint8Array, length: number, pieceSize: number): Generator<Uint8Array> {
  const isSingleFrame = length <= WRITE_BUFFER;
  yield frameHeader(OPCODE.text, length, isSingleFrame);
  yield* cut(body, pieceSize);
  const padding = Buffer.alloc(PIECE, ' ');
  for (let missing = length - body.length; missing > 0; missing -= PIECE) {
    yield padding.subarray(0, Math.min(missing, PIECE));
  }
  if (!isSingleFrame) yield frameHeader(OPCODE.continuation, 0);
}

/** The first half of a message, then freezes the connection, so that this generator is never resumed. */
function* halfMessage(body: Uint8Array, freeze: () => void): Generator<Uint8Array> {
  yield frameHeader(OPCODE.text, body.length);
  yield* cut(body.subarray(0, body.length / 2), PIECE);
  freeze();
  yield new Uint8Array();
}

/** Sends the list's text, and resolves to the bytes of the message. */
export async function deliver(
  text: string,
  connection: Connection,
  faults: FaultTable,
  stream: Stream,
): Promise<number> {
  const garbage = faults.use('garbage', stream);
  const content = Buffer.from(garbage ?? text);
  const truncate = faults.use('truncate', stream) !== undefined;
  const body = truncate ? content.subarray(0, content.length / 2) : content;
  const length = Math.max(body.length, faults.use('giant', stream) ?? 0);
  const slow = faults.use('slow', stream);

  if (faults.use('halfFrame', stream) !== undefined) {
    await connection.send(halfMessage(body, connection.freeze));
  } else {
    await connection.send(message(body, length, slow?.chunkBytes ?? PIECE), slow);
  }
  return length;
}
