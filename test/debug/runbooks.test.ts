/** Runbooks as pages: complete, linked to each other, and linked from problems. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { bundledRunbooks } from '../../docs/generate.ts';
import { render } from '../../src/debug/html.ts';
import { markdown } from '../../src/debug/markdown.ts';
import { PROBLEMS } from '../../src/debug/problems.ts';
import { debugResponse } from '../../src/debug/routes.ts';
import { ALERTS } from '../alerts/rules.ts';
import { at } from '../support/facts.ts';
import { NOTHING } from './views.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const pageAt = (path: string) =>
  debugResponse({ path, query: new URLSearchParams(), accept: 'text/html' }, NOTHING, at(0));
const mainOf = (path: string): string =>
  /<main>([\s\S]*)<\/main>/.exec(String(pageAt(path)?.body))?.[1] ?? assert.fail(`no page ${path}`);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** The visible text, ignoring white space. */
const visibleText = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replace(/&([^;]+);/g, (_, name) => ENTITIES[name] ?? '')
    .replace(/\s+/g, '');

/** The text of the Markdown without its markup; code is kept as it is, without white space. */
const markdownText = (text: string): string =>
  text
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/(^```[\s\S]*?^```$|`[^`]+`)/m)
    .map((part) =>
      part.startsWith('`')
        ? part.replace(/^```\w*\n|\n?`+$|^`/g, '')
        : part
            .replace(/^\|[-|]+\|$/gm, '')
            .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
            .replace(/^(#{1,3}|-) |[|*]/gm, ''),
    )
    .join('')
    .replace(/\s+/g, '');

describe('Markdown', () => {
  const resolve = (target: string) => (target === 'A.md' ? '/a' : undefined);
  const CASES: readonly (readonly [markdown: string, html: string])[] = [
    ['# Title\n', ''],
    ['## Words & more\n', '<h2>Words &amp; more</h2>'],
    ['one\ntwo\n\nthree\n', '<p>one\ntwo</p><p>three</p>'],
    ['- one\n- `two`\n', '<ul><li>one</li><li><code>two</code></li></ul>'],
    ['```sh\na <b>\n\n- c\n```\n', '<pre><code>a &lt;b&gt;\n\n- c</code></pre>'],
    ['[here](A.md), [there](B.md)\n', '<p><a href="/a">here</a>, there</p>'],
    ['**bold**, *em* and `a*b*c`\n', '<p><b>bold</b>, <em>em</em> and <code>a*b*c</code></p>'],
    ['<!-- not for readers -->\n\nwords\n', '<p>words</p>'],
    ['<script>\n', '<p>&lt;script&gt;</p>'],
  ];
  for (const [text, html] of CASES) {
    test(`${JSON.stringify(text)}: ${html || 'empty'}`, () =>
      assert.equal(render(markdown(text, resolve)), html));
  }

  test('table: rendered with a header row and rows', () => {
    const html = render(markdown('| a | b |\n|---|---|\n| 1 | 2 |\n', resolve));
    assert.match(
      html,
      /<th scope="col">a<\/th><th scope="col">b<\/th><\/tr><\/thead>\s<tbody><tr><td>1<\/td><td>2<\/td><\/tr>/,
    );
  });
});

for (const { alert, labels } of ALERTS) {
  const path = `/debug/runbooks/${alert}`;

  test(`${path}: shows the whole text of its file`, () => {
    const text = read(`docs/runbooks/${alert}.md`);
    assert.equal(visibleText(mainOf(path)), markdownText(text));
    assert.equal(pageAt(path)?.contentType, 'text/html; charset=utf-8');
    // Our renderer does not support this markup.
    const prose = text.replace(/^```[\s\S]*?^```$|`[^`]+`|<!--[\s\S]*?-->/gm, 'x');
    assert.doesNotMatch(prose, /^( |\d+\. |[*+>] |#{4})|__|~~|!\[|<\w|https?:/m);
  });

  test(`${path}: listed on the index page, and its links work`, () => {
    assert.match(
      mainOf('/debug/runbooks'),
      new RegExp(`<a href="${path}">${alert}</a></th>\\s<td>${labels.severity}</td>`),
    );
    for (const [, link = ''] of mainOf(path).matchAll(/href="([^"]+)"/g))
      assert.equal(pageAt(link)?.status, 200, link);
  });
}

test('unknown runbook: no page', () => {
  for (const name of ['', 'README', 'constructor', '__proto__', 'LonghornVolumeFaulted.json', '../alerts'])
    assert.equal(pageAt(`/debug/runbooks/${name}`), undefined, name);
});

test('problems on the debug pages: each has a runbook', () => {
  for (const { name, alert } of PROBLEMS) assert.equal(pageAt(`/debug/runbooks/${alert}`)?.status, 200, name);
});

test('bundle: has the runbooks of docs/', () => {
  assert.equal(read('src/debug/runbooks-bundled.ts'), bundledRunbooks(), 'run: npm run docs');
});
