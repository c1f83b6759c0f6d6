/** Renders the metrics once for all who ask at about the same time, so that neither CPU nor memory grows with them. */

import type { Clock } from '../clock.ts';
import { LIMITS } from '../limits.ts';

/** The page, and the duty to say when it is no longer held. */
export interface HeldPage {
  readonly body: Buffer;
  release(): void;
}

interface Page {
  readonly body: Buffer;
  /** Monotonic milliseconds. */
  readonly renderedAt: number;
  readonly tookMs: number;
  holders: number;
}

/** Rendering takes at most a tenth of the time: a page is given out again for nine times as long as it took, but not for ever where we were stopped meanwhile. */
const REUSE = 9;
const LONGEST_REUSE_MS = 10_000;

/** While slow readers hold so many pages, all others get the newest of them, unless it is too old. */
const MOST_HELD = 2;
const OLDEST_MS = LIMITS.send_seconds.most * 1000;

/** Returns what takes the page of this moment, or of a moment ago. */
export function createPages(render: () => Promise<Buffer>, clock: Clock): () => Promise<HeldPage> {
  let newest: Page | undefined;
  let rendering: Promise<Page> | undefined;
  let held = 0;

  async function renderPage(): Promise<Page> {
    const renderedAt = clock.now().monotonic;
    const body = await render();
    return { body, renderedAt, tookMs: clock.now().monotonic - renderedAt, holders: 0 };
  }

  function isGoodEnough({ renderedAt, tookMs, holders }: Page): boolean {
    const age = clock.now().monotonic - renderedAt;
    return (
      age < tookMs + Math.min(REUSE * tookMs, LONGEST_REUSE_MS) ||
      (held >= MOST_HELD && holders > 0 && age < OLDEST_MS)
    );
  }

  async function current(): Promise<Page> {
    if (newest !== undefined && isGoodEnough(newest)) return newest;
    rendering ??= renderPage().finally(() => {
      rendering = undefined;
    });
    newest = await rendering;
    return newest;
  }

  return async () => {
    const page = await current();
    if (page.holders++ === 0) held++;
    return {
      body: page.body,
      release() {
        if (--page.holders > 0) return;
        held--;
        // What nobody reads is not kept: the next scrape renders what is true then, unless it comes at once.
        if (newest === page && !isGoodEnough(page)) newest = undefined;
      },
    };
  };
}
