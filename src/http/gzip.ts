/** Compression of the metrics: which clients accept it, which bodies are worth compressing, and the compression itself, off the event loop. */

import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** A smaller response fits into one or two packets; compressing it would save nothing and cost a trip through the thread pool. */
const MIN_BYTES = 1024;

/** Larger than zlib's default of 16 KiB, because the event loop has to handle every chunk. */
const CHUNK_BYTES = 64 * 1024;

const gzipInThread = promisify<Buffer, { level: number; chunkSize: number }, Buffer>(gzip);

/** Runs in Node.js' thread pool. Level 1, because higher levels take several times as long to save a little more. Undefined: too small. */
export async function compress(body: Buffer): Promise<Buffer | undefined> {
  if (body.length < MIN_BYTES) return undefined;
  return gzipInThread(body, { level: constants.Z_BEST_SPEED, chunkSize: CHUNK_BYTES });
}

/** Whether an Accept-Encoding header names gzip and does not prefer an uncompressed response. `*` alone gets an uncompressed one. */
export function acceptsGzip(acceptEncoding: string): boolean {
  const weights = new Map(acceptEncoding.split(',').map(parseCoding));
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}

/** `gzip;q=0.5`; an invalid weight counts as 0. */
function parseCoding(coding: string): [name: string, weight: number] {
  const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  if (weight === undefined) return [name, 1];
  return [name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
}
