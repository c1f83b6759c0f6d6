/** Renders and compresses the metrics once for all scrapes at about the same time, so CPU and memory do not grow with the number of scrapes. */

import type { Clock } from '../clock.ts';
import { LIMITS } from '../limits.ts';

/** Reuse the rendered metrics for 9x their render time, at most 10 s. */
const REUSE = 9;
const MAX_REUSE_MS = 10_000;

/** While slow readers hold this many renderings, all others get the newest one, up to the age at which readers are cut off. */
const MAX_HELD = 2;
const MAX_AGE_MS = LIMITS.send_seconds.most * 1000;

interface Rendering {
  readonly body: Buffer;
  /** Monotonic milliseconds. */
  readonly renderedAt: number;
  readonly tookMs: number;
  readers: number;
  /** Set once a reader requests it. */
  gzipped?: Promise<Buffer | undefined>;
}

/** A rendering that must be released after it was sent. */
export interface HeldRendering {
  readonly body: Buffer;
  /** The compressed body; undefined if it should be sent uncompressed. Never rejects. */
  gzipped(): Promise<Buffer | undefined>;
  release(): void;
}

interface Work {
  render(): Promise<Buffer>;
  /** Undefined if compression is not worthwhile. */
  compress(body: Buffer): Promise<Buffer | undefined>;
  /** Compression failed. */
  internalError(error: unknown): void;
}

export function createCache(
  { render, compress, internalError }: Work,
  clock: Clock,
): () => Promise<HeldRendering> {
  let newest: Rendering | undefined;
  let inProgress: Promise<Rendering> | undefined;
  let held = 0;

  async function startRendering(): Promise<Rendering> {
    const renderedAt = clock.now().monotonic;
    const body = await render();
    return { body, renderedAt, tookMs: clock.now().monotonic - renderedAt, readers: 0 };
  }

  function isReusable({ renderedAt, tookMs, readers }: Rendering): boolean {
    const age = clock.now().monotonic - renderedAt;
    if (age < tookMs + Math.min(REUSE * tookMs, MAX_REUSE_MS)) return true;
    return held >= MAX_HELD && readers > 0 && age < MAX_AGE_MS;
  }

  async function current(): Promise<Rendering> {
    if (newest !== undefined && isReusable(newest)) return newest;
    // Readers hold their own references, so only one rendering is kept while the next one is made.
    newest = undefined;
    inProgress ??= startRendering().finally(() => {
      inProgress = undefined;
    });
    newest = await inProgress;
    return newest;
  }

  async function gzip({ body }: Rendering): Promise<Buffer | undefined> {
    try {
      return await compress(body);
    } catch (error) {
      internalError(error);
      return undefined;
    }
  }

  return async () => {
    const rendering = await current();
    if (rendering.readers++ === 0) held++;
    return {
      body: rendering.body,
      gzipped() {
        rendering.gzipped ??= gzip(rendering);
        return rendering.gzipped;
      },
      release() {
        if (--rendering.readers > 0) return;
        held--;
        // Free the memory between scrapes.
        if (newest === rendering && !isReusable(rendering)) newest = undefined;
      },
    };
  };
}
