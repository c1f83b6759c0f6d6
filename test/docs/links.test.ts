/** Every relative link and anchor in the documentation works, and every page can be reached from docs/README.md. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, test } from 'node:test';

const ROOT = new URL('../../', import.meta.url);
const CONTENTS = 'docs/README.md';
/** Parts of generated pages, whose links are relative to the page that they become part of. */
const PARTS = new Set(['docs/metrics-intro.md', 'docs/budget-intro.md']);

const DOCS = readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
  .map((file) => `docs/${file}`)
  .filter((file) => file.endsWith('.md') && !PARTS.has(file))
  .sort();
const PAGES = ['README.md', 'METRICS.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...DOCS];

const read = (page: string): string => readFileSync(new URL(page, ROOT), 'utf8');
const withoutCode = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$|`[^`\n]+`/gm, '');

/** Markdown links, and the `href`, `src` and `srcset` of HTML. */
const linksIn = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)[^)]*\)|\b(?:href|src|srcset)="([^"\s]+)[^"]*"/g)]
    .map(([, link, html]) => link ?? html ?? '')
    .filter((link) => !/^[a-z]+:/.test(link));

/** The anchors that GitHub gives to the headings. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(/^#+ (.+)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

const fileOf = (page: string, link: string): string => {
  const [path = ''] = link.split('#');
  return path === '' ? page : posix.join(posix.dirname(page), decodeURIComponent(path));
};

/** Why a link does not work; undefined if it works. */
function linkError(page: string, link: string): string | undefined {
  const file = fileOf(page, link);
  if (file.startsWith('..') || !existsSync(new URL(file, ROOT))) return `${link}: no such file`;
  const [, anchor] = link.split('#');
  if (anchor !== undefined && !anchorsOf(read(file)).has(anchor)) return `${link}: no such heading`;
  return undefined;
}

for (const page of PAGES) {
  test(`${page}: every relative link and anchor works`, () => {
    const errors = linksIn(read(page)).flatMap((link) => linkError(page, link) ?? []);
    assert.deepEqual(errors, []);
  });
}

test('every page in docs: can be reached from docs/README.md', () => {
  const reached = new Set([CONTENTS]);
  for (const page of reached)
    for (const link of linksIn(read(page)))
      if (DOCS.includes(fileOf(page, link))) reached.add(fileOf(page, link));
  assert.deepEqual([...reached].sort(), DOCS);
});

describe('link check', () => {
  for (const [text, links] of [
    ['[a](b.md) and [c](d.md#e "title")', ['b.md', 'd.md#e']],
    ['<source srcset="dark.png"><img alt="" src="light.png">', ['dark.png', 'light.png']],
    ['[web](https://www.example.com) <mailto:a@b>', []],
    ['`[a](b)`\n\n```md\n[c](d)\n```\n', []],
  ] as const)
    test(`links in ${JSON.stringify(text)}: ${links.join(', ') || 'none'}`, () =>
      assert.deepEqual(linksIn(text), links));

  for (const [heading, anchor] of [
    ['Two words', 'two-words'],
    ["Longhorn's `chart`, 1.9 (or later)", 'longhorns-chart-19-or-later'],
    ['[Linked](a.md) text', 'linked-text'],
  ] as const)
    test(`anchor of ${JSON.stringify(heading)}: ${anchor}`, () =>
      assert.deepEqual([...anchorsOf(`## ${heading}\n`)], [anchor]));

  test('the same heading twice: two anchors', () =>
    assert.deepEqual([...anchorsOf('# A\n## A\n')], ['a', 'a-1']));

  for (const link of ['no-such-file.md', 'README.md#no-such-heading', '../outside.md'])
    test(`${link}: reported as broken`, () => assert.match(linkError('README.md', link) ?? '', /no such/));
});
