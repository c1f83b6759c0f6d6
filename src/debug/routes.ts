/** Handles requests under `/debug`: JSON for tools, pages for browsers. */

import { ICON, SCRIPT, STYLE } from '#debug-assets';
import type { Time } from '../clock.ts';
import type { DebugRequest, Response } from '../http/routes.ts';
import { STREAMS } from '../longhorn/streams.ts';
import type { View } from '../store.ts';
import { nodePath, volumePath } from './html.ts';
import { jsonText } from './json.ts';
import { type Content, page } from './layout.ts';
import { nodeContent, nodePage } from './nodes.ts';
import { latestEvents, overview, overviewContent, overviewTitle } from './overview.ts';
import { runbookContent } from './runbooks.ts';
import { eventsByStream, streamRow, streamsPage } from './streams.ts';
import { unknownVolume, volumeContent, volumePage } from './volume-page.ts';
import { parseQuery } from './volume-table.ts';

/** The content of a path: as plain data, and as a page rendered from it. */
interface Shown {
  readonly data: unknown;
  readonly content: (query: URLSearchParams) => Content;
}

/** Undefined if there is no such page, volume or node. */
export function debugResponse(
  { path, query, accept }: DebugRequest,
  view: View,
  now: Time,
): Response | undefined {
  const asset = ASSETS.get(path);
  if (asset !== undefined) return asset;
  const runbook = runbookContent(path);
  if (runbook !== undefined) return htmlPage(200, runbook, view, now);
  const wantsJson = accept.includes('application/json') && !accept.includes('text/html');
  // A volume may be called `x.json`, so the full name is tried first.
  const shown = shownAt(path, view, now);
  if (shown !== undefined) {
    return wantsJson ? json(shown.data) : htmlPage(200, shown.content(query), view, now);
  }
  if (path.endsWith('.json')) {
    const named = shownAt(path.slice(0, -'.json'.length), view, now);
    return named && json(named.data);
  }
  const name = nameIn(path, 'volumes');
  if (name === undefined || wantsJson) return undefined;
  const content: Content = {
    title: `No volume ${name}`,
    json: undefined,
    skip: { to: 'last', text: 'Skip to its last events' },
    main: unknownVolume(name, latestEvents(view, now), now.wall),
  };
  return htmlPage(404, content, view, now);
}

function shownAt(path: string, view: View, now: Time): Shown | undefined {
  if (path === '/debug') {
    const data = overview(view, now);
    return {
      data,
      content: (query) => ({
        title: overviewTitle(data),
        json: '/debug.json',
        skip: { to: 'volumes', text: 'Skip to the volumes' },
        main: overviewContent(data, parseQuery(query)),
      }),
    };
  }
  if (path === '/debug/streams') {
    const data = eventsByStream(view, now);
    return {
      data,
      content: () => ({
        title: 'Streams',
        json: '/debug/streams.json',
        skip: { to: 'volumes', text: 'Skip to the events' },
        main: streamsPage(data, streamRows(view, now), now.wall),
      }),
    };
  }
  return volumeAt(path, view, now) ?? nodeAt(path, view, now);
}

function volumeAt(path: string, view: View, now: Time): Shown | undefined {
  const name = nameIn(path, 'volumes');
  const shown = name === undefined ? undefined : volumePage(name, view, now);
  if (name === undefined || shown === undefined) return undefined;
  return {
    data: shown.data,
    content: () => ({
      title: name,
      json: `${volumePath(name)}.json`,
      skip: { to: 'timeline', text: 'Skip to the timeline' },
      main: volumeContent(shown.data, shown.intervals),
    }),
  };
}

function nodeAt(path: string, view: View, now: Time): Shown | undefined {
  const name = nameIn(path, 'nodes');
  const data = name === undefined ? undefined : nodePage(name, view, now);
  if (name === undefined || data === undefined) return undefined;
  return {
    data,
    content: () => ({
      title: `${name}: ${data.node.sentence}`,
      json: `${nodePath(name)}.json`,
      skip: { to: 'effects', text: 'Skip to the volumes' },
      main: nodeContent(data),
    }),
  };
}

/** Undefined for another kind of path, and for a name that is not a valid encoding. */
function nameIn(path: string, kind: 'volumes' | 'nodes'): string | undefined {
  try {
    const name = new RegExp(`^/debug/${kind}/([^/]+)$`).exec(path)?.[1];
    return name === undefined ? undefined : decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

const streamRows = (view: View, now: Time) => STREAMS.map((stream) => streamRow(stream, view, now));

const json = (data: unknown): Response => ({
  status: 200,
  contentType: 'application/json; charset=utf-8',
  body: jsonText(data),
  headers: { vary: 'accept' },
});

/** Only our own files may be loaded, run or connected to, so that a volume's name can never become more than text. */
const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const htmlPage = (status: number, content: Content, view: View, now: Time): Response => ({
  status,
  contentType: 'text/html; charset=utf-8',
  body: page(
    { time: now.wall, version: view.version, node: view.node, streams: streamRows(view, now) },
    content,
  ),
  headers: { vary: 'accept', 'content-security-policy': POLICY },
});

const ASSETS: ReadonlyMap<string, Response> = new Map(
  [
    ['/debug/style.css', 'text/css', STYLE],
    ['/debug/page.js', 'text/javascript', SCRIPT],
    ['/debug/icon.svg', 'image/svg+xml', ICON],
  ].map(([path = '', type = '', body = '']) => [
    path,
    { status: 200, contentType: `${type}; charset=utf-8`, body },
  ]),
);
