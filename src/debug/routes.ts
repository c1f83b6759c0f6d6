/** Answers what is asked for under `/debug`: JSON for a tool, pages for a browser. */

import type { Time } from '../clock.ts';
import type { Response as Answer, DebugRequest } from '../http/routes.ts';
import { STREAMS, type StreamName } from '../longhorn/streams.ts';
import type { View } from '../store.ts';
import { prefersJson } from './accept.ts';
import { eventRow, streamEvents } from './events.ts';
import { wishOf } from './html/arrange.ts';
import { type Content, type Frame, page } from './html/layout.ts';
import { overviewPage } from './html/overview.ts';
import { SCRIPT } from './html/script.ts';
import { type EventsByStream, streamsPage } from './html/streams.ts';
import { ICON, STYLE } from './html/style.ts';
import { unknownVolume, volumeContent } from './html/volume.ts';
import { overview } from './overview.ts';
import { streamRow } from './stream-row.ts';
import { volumePage } from './volume-page.ts';

/** What a path shows: as plain data, and as a page made of the same. */
interface Shown {
  readonly data: unknown;
  readonly content: (query: URLSearchParams) => Content;
}

/** Undefined when there is no such page, or no such volume. */
export function debugAnswer(
  { path, query, accept }: DebugRequest,
  view: View,
  now: Time,
): Answer | undefined {
  const asset = ASSETS.get(path);
  if (asset !== undefined) return asset;
  // A volume may be called `x.json`: its page is what that name says first.
  const shown = shownAt(path, view, now);
  if (shown !== undefined) {
    return prefersJson(accept) ? json(shown.data) : htmlPage(200, shown.content(query), view, now);
  }
  const named = path.endsWith('.json') ? shownAt(path.slice(0, -'.json'.length), view, now) : undefined;
  if (named !== undefined) return json(named.data);
  const name = volumeIn(path);
  if (name === undefined || path.endsWith('.json') || prefersJson(accept)) return undefined;
  const events = view.timeline.latest.map((event) => eventRow(event, now)).reverse();
  return htmlPage(404, unknownVolume(name, events, new Date(now.wall).toISOString()), view, now);
}

function shownAt(path: string, view: View, now: Time): Shown | undefined {
  if (path === '/debug') {
    const data = overview(view, now);
    return { data, content: (query) => overviewPage(data, wishOf(query)) };
  }
  if (path === '/debug/streams') {
    const eventsOf = (stream: StreamName) => streamEvents(view.timeline.byStream.get(stream) ?? [], now);
    const data: EventsByStream = {
      volumes: eventsOf('volumes'),
      backups: eventsOf('backups'),
      nodes: eventsOf('nodes'),
      backuptargets: eventsOf('backuptargets'),
      recurringjobs: eventsOf('recurringjobs'),
    };
    return { data, content: () => streamsPage(data, frameOf(view, now)) };
  }
  const name = volumeIn(path);
  const data = name === undefined ? undefined : volumePage(name, view, now);
  return data && { data, content: () => volumeContent(data) };
}

/** A name that is no valid encoding is none of a volume. */
function volumeIn(path: string): string | undefined {
  try {
    const name = /^\/debug\/volumes\/([^/]+)$/.exec(path)?.[1];
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

const frameOf = (view: View, now: Time): Frame => ({
  time: new Date(now.wall).toISOString(),
  version: view.version,
  node: view.node,
  streams: STREAMS.map((stream) => streamRow(stream, view, now)),
});

const json = (data: unknown): Answer => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: `${JSON.stringify(data, null, 2)}\n`,
  headers: { vary: 'accept' },
});

/** Nothing but what we serve ourselves may run, be loaded or be asked: a volume's name cannot become more than text. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const htmlPage = (status: number, content: Content, view: View, now: Time): Answer => ({
  status,
  contentType: 'text/html; charset=utf-8',
  body: page(frameOf(view, now), content),
  headers: { vary: 'accept', 'content-security-policy': POLICY },
});

const ASSETS: ReadonlyMap<string, Answer> = new Map(
  [
    ['/debug/style.css', 'text/css', STYLE],
    ['/debug/page.js', 'text/javascript', SCRIPT],
    ['/debug/icon.svg', 'image/svg+xml', ICON],
  ].map(([path = '', type = '', body = '']) => [
    path,
    { status: 200, contentType: `${type}; charset=utf-8`, body },
  ]),
);
