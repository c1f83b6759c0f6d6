/** The frame around every debug page: head, navigation, and the status of Longhorn. */

import { at } from './format.ts';
import { type Html, html, render } from './html.ts';
import { type StreamRow, statusBlock } from './streams.ts';

/** What every page shows in addition to its content. */
export interface PageContext {
  /** Unix milliseconds. */
  readonly time: number;
  readonly version: string;
  /** The node of this exporter; undefined if it serves all volumes. */
  readonly node: string | undefined;
  readonly streams: readonly StreamRow[];
}

export interface Content {
  readonly title: string;
  /** The path of the same data as JSON. */
  readonly json: string | undefined;
  /** The target of the skip link: the part most readers come for. */
  readonly skip: { readonly to: string; readonly text: string };
  readonly main: Html;
}

const PAGES = [
  ['/debug', 'Overview'],
  ['/debug/streams', 'Streams'],
  ['/debug/runbooks', 'Runbooks'],
] as const;

export function page(
  { time, version, node, streams }: PageContext,
  { title, json, skip, main }: Content,
): string {
  return render(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Longhorn debug</title>
<link rel="icon" href="/debug/icon.svg">
<link rel="stylesheet" href="/debug/style.css">
<script type="module" src="/debug/page.js"></script>
</head>
<body>
<a class="skip" href="#${skip.to}">${skip.text}</a>
<header><p id="old" hidden></p><nav aria-label="Pages">${PAGES.map(([path, name]) => html`<a href="${path}">${name}</a>`)}<a href="/metrics">Metrics</a>${json !== undefined && html`<a href="${json}">JSON</a>`}</nav>
<p>${node === undefined ? 'serves all volumes' : html`on <b>${node}</b>`} · longhorn-exporter ${version} · as of ${at(time, time)} UTC<noscript>; reload for newer</noscript></p></header>
${statusBlock(streams)}
<main>${main}</main>
</body>
</html>
`);
}
