/** Answers what is asked for under `/debug`: JSON for a tool, pages for a browser. */

import type { Time } from '../clock.ts';
import type { Answer, DebugRequest } from '../http/routes.ts';
import { STREAMS } from '../longhorn/streams.ts';
import type { View } from '../view.ts';
import { streamEvents } from './events.ts';
import { overview } from './overview.ts';
import { volumePage } from './volume-page.ts';

/** Undefined when there is no such page, or no such volume. */
export function debugAnswer({ path }: DebugRequest, view: View, now: Time): Answer | undefined {
  // A volume may be called `x.json`: its page is what that name says first.
  const data = dataOf(path, view, now) ?? dataOf(path.replace(/\.json$/, ''), view, now);
  return data === undefined ? undefined : json(data);
}

/** What a path shows, as plain data. */
function dataOf(path: string, view: View, now: Time): unknown {
  if (path === '/debug') return overview(view, now);
  if (path === '/debug/streams') {
    return Object.fromEntries(
      STREAMS.map((stream) => [stream, streamEvents(view.streamEvents[stream], now)]),
    );
  }
  const name = /^\/debug\/volumes\/([^/]+)$/.exec(path)?.[1];
  return name === undefined ? undefined : volumePage(decoded(name), view, now);
}

/** A name that is no valid encoding is none of a volume. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return '';
  }
}

const json = (data: unknown): Answer => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(data, null, 2)}\n`,
});
