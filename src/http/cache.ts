/** Renders and compresses the metrics once for all scrapes at about the same time, so that neither CPU nor memory grows with their number. */

import type { Clock } from '../clock.ts';
import { LIMITS } from '../limits.ts';

/** Reuse the rendered metrics for 9x the time that it took to render and compress them, at most 10 s. */
const REUSE = 9;
const MAX_REUSE_MS = 10_000;

/** While slow readers hold this many renderings, everybody else gets the newest, up to the age at which readers are cut off. */
const MAX_HELD = 2;
const MAX_AGE_MS = LIMITS.send_seconds.most * 1000;

interface Rendering {
  readonly body: Buffer;
  /** Monotonic milliseconds. */
  readonly renderedAt: number;
  /** To render and, once somebody asked for that, to compress. */
  tookMs: number;
  /** Since somebody asked for it; undefined inside when it failed. */
  compressed?: Promise<Buffer | undefined>;
  readers: number;
}

/** A rendering that must be released once it is sent. */
export interface HeldRendering {
  readonly body: Buffer;
  /** The body compressed; undefined when that failed, which counts as an internal error. */
  compressed(): Promise<Buffer | undefined>;
  release(): void;
}

export interface CacheDependencies {
  readonly render: () => Promise<Buffer>;
  readonly compress: (body: Buffer) => Promise<Buffer>;
  readonly clock: Clock;
  readonly internalError: (error: unknown) => void;
}

export function createCache({
  render,
  compress,
  clock,
  internalError,
}: CacheDependencies): () => Promise<HeldRendering> {
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

  async function compressed(rendering: Rendering): Promise<Buffer | undefined> {
    const startedAt = clock.now().monotonic;
    try {
      return await compress(rendering.body);
    } catch (error) {
      internalError(error);
      return undefined;
    } finally {
      rendering.tookMs += clock.now().monotonic - startedAt;
    }
  }

  async function current(): Promise<Rendering> {
    if (newest !== undefined && isReusable(newest)) return newest;
    inProgress ??= startRendering().finally(() => {
      inProgress = undefined;
    });
    newest = await inProgress;
    return newest;
  }

  return async () => {
    const rendering = await current();
    if (rendering.readers++ === 0) held++;
    return {
      body: rendering.body,
      compressed() {
        rendering.compressed ??= compressed(rendering);
        return rendering.compressed;
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
