// WebSocket at the level of bytes: the handshake, outgoing frames and incoming ones, so that faults can break each.
import { createHash } from 'node:crypto';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The answer to an upgrade: no subprotocol, no compression, as longhorn-manager's. */
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

/** The header of a frame from the server, which never masks. */
export const frameHeader = (opcode: number, length: number, final = true): Buffer => {
  const first = (final ? 0x80 : 0) | opcode;
  if (length < 126) return Buffer.from([first, length]);
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
};

export const frame = (opcode: number, payload: Uint8Array = new Uint8Array()): Buffer =>
  Buffer.concat([frameHeader(opcode, payload.length), payload]);

/** Cuts the bytes of a client into frames. Clients of the streams send control frames only, so payloads are short. */
export const createFrameReader = (
  onFrame: (opcode: number, payload: Buffer) => void,
): ((bytes: Buffer) => void) => {
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
};

/** The first frame of a client's bytes, unmasked; undefined while it is incomplete. */
const parseFrame = (bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined => {
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
};
