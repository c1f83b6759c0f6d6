/** Renders the runbooks as HTML. Supports only the Markdown that they use; anything else stays text. */

import { type Html, html, type Part, scrolling } from './html.ts';

/** Maps a link to a path served here; undefined for a target that is not served, such as another page of the documentation. */
export type Resolve = (target: string) => string | undefined;

const BLOCK =
  /^```\w*\n(?<code>[\s\S]*?)^```$|^#{2,3} (?<heading>.+)$|(?<items>(?:^- .+\n?)+)|(?<rows>(?:^\|.+\|\n?)+)|^<!--[\s\S]*?-->$|(?<paragraph>(?:^(?!```|#|- |\||<!--).+\n?)+)/gm;

const INLINE =
  /`(?<code>[^`]+)`|\[(?<label>[^\]]+)\]\((?<target>[^)]+)\)|\*\*(?<strong>[^*]+)\*\*|\*(?<emphasis>[^*]+)\*/g;

/** Everything below the title; the page has its own. */
export const markdown = (text: string, resolve: Resolve): Html =>
  html`${[...text.matchAll(BLOCK)].map(({ groups = {} }) => block(groups, resolve))}`;

function block(
  { code, heading, items, rows, paragraph }: Readonly<Record<string, string | undefined>>,
  resolve: Resolve,
): Part {
  if (code !== undefined) return html`<pre><code>${code.trimEnd()}</code></pre>`;
  if (heading !== undefined) return html`<h2>${inline(heading, resolve)}</h2>`;
  if (items !== undefined) {
    return html`<ul>${linesOf(items).map((item) => html`<li>${inline(item.slice('- '.length), resolve)}</li>`)}</ul>`;
  }
  if (rows !== undefined) return table(linesOf(rows), resolve);
  return paragraph !== undefined && html`<p>${inline(paragraph.trimEnd(), resolve)}</p>`;
}

/** The second line is the separator below the head. */
function table([head = '', , ...rows]: readonly string[], resolve: Resolve): Html {
  const cells = (line: string): Html[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => inline(cell.trim(), resolve));
  const row = (line: string): Html => html`<tr>${cells(line).map((cell) => html`<td>${cell}</td>`)}</tr>`;
  return scrolling(
    'Table',
    html`<table><thead><tr>${cells(head).map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody></table>`,
  );
}

function inline(text: string, resolve: Resolve): Html {
  let done = 0;
  const parts: Part[] = [];
  for (const { 0: whole, index, groups = {} } of text.matchAll(INLINE)) {
    parts.push(text.slice(done, index), span(groups, resolve));
    done = index + whole.length;
  }
  return html`${parts}${text.slice(done)}`;
}

function span(
  { code, label, target = '', strong, emphasis }: Readonly<Record<string, string | undefined>>,
  resolve: Resolve,
): Part {
  if (code !== undefined) return html`<code>${code}</code>`;
  if (strong !== undefined) return html`<b>${strong}</b>`;
  if (emphasis !== undefined) return html`<em>${emphasis}</em>`;
  const path = resolve(target);
  return path === undefined ? label : html`<a href="${path}">${label}</a>`;
}

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
