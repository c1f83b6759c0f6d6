// Puts one list on the wire, whole or spoilt by the faults that are on.
import type { Connection } from './connection.ts';
import type { FaultTable } from './faults.ts';
import { frameHeader, OPCODE } from './frames.ts';
import type { Stream } from './model.ts';

/** Longer messages leave the manager as one big fragment and an empty final one. */
const WRITE_BUFFER = 8192;
/** Small enough that a client which stops reading is noticed in the middle of a frame. */
const PIECE = 65_536;

function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** One text message of `length` bytes: the body, then blanks, which JSON allows after a document. */
function* message(body: Uint8Array, length: number, pieceSize: number): Generator<Uint8Array> {
  const whole = length <= WRITE_BUFFER;
  yield frameHeader(OPCODE.text, length, whole);
  yield* cut(body, pieceSize);
  const blanks = Buffer.alloc(PIECE, ' ');
  for (let missing = length - body.length; missing > 0; missing -= PIECE) {
    yield blanks.subarray(0, Math.min(missing, PIECE));
  }
  if (!whole) yield frameHeader(OPCODE.continuation, 0);
}

/** The first half of a message; after it the connection is frozen, so that this generator is never asked again. */
function* halfMessage(body: Uint8Array, freeze: () => void): Generator<Uint8Array> {
  yield frameHeader(OPCODE.text, body.length);
  yield* cut(body.subarray(0, body.length / 2), PIECE);
  freeze();
  yield new Uint8Array();
}

/** Sends the list's text, and resolves to the bytes of the message. */
export const deliver = async (
  text: string,
  connection: Connection,
  faults: FaultTable,
  stream: Stream,
): Promise<number> => {
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
};
