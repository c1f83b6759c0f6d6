/** What to do when an alert fires: the pages of docs/runbooks, so that they are at hand where nothing else is. */

import { RUNBOOKS } from '#debug-assets';
import { html, scrolling } from './html.ts';
import type { Content } from './layout.ts';
import { markdown, type Resolve } from './markdown.ts';

const TEXTS: ReadonlyMap<string, string> = new Map(Object.entries(RUNBOOKS));

const INDEX = '/debug/runbooks';

export const runbookPath = (alert: string): string => `${INDEX}/${alert}`;

/** Undefined when there is no such page. */
export function runbookContent(path: string): Content | undefined {
  if (path === INDEX) return INDEX_CONTENT;
  const alert = path.startsWith(`${INDEX}/`) ? path.slice(INDEX.length + 1) : '';
  const text = TEXTS.get(alert);
  return text === undefined ? undefined : contentOf(alert, text);
}

const contentOf = (alert: string, text: string): Content => ({
  title: alert,
  json: undefined,
  skip: { to: 'runbook', words: 'Skip to the runbook' },
  main: html`<article><h1 id="runbook" tabindex="-1">${alert}</h1>${markdown(text, served)}</article>`,
});

/** A runbook may name another one; the rest of the documentation is not served. */
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
  skip: { to: 'runbook', words: 'Skip to the runbooks' },
  main: html`<article><h1 id="runbook" tabindex="-1">Runbooks</h1>
<p>One for each alert: what it means, what it does to you, what to look at, and what to do. Critical: look now. Warning: look today. Info: look when you can.</p>
${scrolling(
  'Table of runbooks',
  html`<table><thead><tr><th scope="col">Alert</th><th scope="col">Severity</th></tr></thead>
<tbody>${[...TEXTS].map(row)}</tbody></table>`,
)}</article>`,
};
