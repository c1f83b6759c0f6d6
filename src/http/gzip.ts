/** Compression of the metrics: who asked for it, what is worth it, and how it is done beside the event loop. */

import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** A smaller response fits into one packet or two; compressing it would save nothing and take a turn through a thread. */
const LEAST_BYTES = 1024;

/** In larger pieces than zlib's 16 KiB, because the event loop has to take in each. */
const PIECE_BYTES = 64 * 1024;

const gzipInThread = promisify<Buffer, { level: number; chunkSize: number }, Buffer>(gzip);

/** Level 1: higher ones take several times as long to save a little more. Runs in Node.js' thread pool. Undefined: too small. */
export async function compress(body: Buffer): Promise<Buffer | undefined> {
  if (body.length < LEAST_BYTES) return undefined;
  return gzipInThread(body, { level: constants.Z_BEST_SPEED, chunkSize: PIECE_BYTES });
}

/** Whether an Accept-Encoding header names gzip, and does not prefer the plain form. `*` alone gets the plain form. */
export function acceptsGzip(acceptEncoding: string): boolean {
  const weights = new Map(acceptEncoding.split(',').map(weighed));
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}

/** `gzip;q=0.5`; a weight that cannot be read counts as 0. */
function weighed(coding: string): [name: string, weight: number] {
  const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  if (weight === undefined) return [name, 1];
  return [name, /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0];
}
