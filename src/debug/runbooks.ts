/** Serves the runbooks of docs/runbooks, so that they are available even when the documentation is not reachable. */

import { RUNBOOKS } from '#debug-assets';
import { html, scrolling } from './html.ts';
import type { Content } from './layout.ts';
import { markdown, type Resolve } from './markdown.ts';

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(RUNBOOKS));

const INDEX = '/debug/runbooks';

export const runbookPath = (alert: string): string => `${INDEX}/${alert}`;

/** Undefined if there is no such page. */
export function runbookContent(path: string): Content | undefined {
  if (path === INDEX) return INDEX_CONTENT;
  const alert = path.startsWith(`${INDEX}/`) ? path.slice(INDEX.length + 1) : '';
  const text = TEXTS.get(alert);
  return text === undefined ? undefined : contentOf(alert, text);
}

const contentOf = (alert: string, text: string): Content => ({
  title: alert,
  json: undefined,
  skip: { to: 'runbook', text: 'Skip to the runbook' },
  main: html`<article><h1 id="runbook" tabindex="-1">${alert}</h1>${markdown(text, served)}</article>`,
});

/** A runbook may link to another one; the rest of the documentation is not served. */
const served: Resolve = (target) => {
  const [, alert = ''] = /^(\w+)\.md$/.exec(target) ?? [];
  return TEXTS.has(alert) ? runbookPath(alert) : undefined;
};

const row = ([alert, text]: readonly [
  string,
  string,
]) => html`<tr><th scope="row"><a href="${runbookPath(alert)}">${alert}</a></th>
<td>${/^Severity: (\w+)/m.exec(text)?.[1]}</td></tr>`;

const INDEX_CONTENT: Content = {
  title: 'Runbooks',
  json: undefined,
  skip: { to: 'runbook', text: 'Skip to the runbooks' },
  main: html`<article><h1 id="runbook" tabindex="-1">Runbooks</h1>
<p>One per alert: what it means, its impact, how to diagnose it, and what to do. Critical: look now. Warning: look today. Info: look when you can.</p>
${scrolling(
  'Table of runbooks',
  html`<table><thead><tr><th scope="col">Alert</th><th scope="col">Severity</th></tr></thead>
<tbody>${[...TEXTS].map(row)}</tbody></table>`,
)}</article>`,
};
