/** gzip of a response: who accepts it, and the compression. */

import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);

/** In libuv's thread pool, off the event loop. Level 1: higher levels cost several times the CPU for a few percent. */
export const gzipFast = (body: Buffer): Promise<Buffer> => compress(body, { level: constants.Z_BEST_SPEED });

/** Whether the header Accept-Encoding prefers gzip to the text as it is. */
export function prefersGzip(acceptEncoding: string): boolean {
  const weights = new Map(
    acceptEncoding.split(',').map((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  const gzip = weights.get('gzip') ?? 0;
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0);
}
