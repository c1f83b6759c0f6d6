/** The lint of words finds what it should, and nothing else. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWords, WORDS } from '../../docs/words.ts';

for (const [word, instead] of Object.entries(WORDS)) {
  const [first = ''] = word.split('|');
  test(`${first}: found, also as a capital and within a name`, () => {
    for (const text of [
      first,
      `${first[0]?.toUpperCase()}${first.slice(1)} it`,
      `a_${first}_b`,
      `${first}It`,
    ])
      assert.deepEqual(
        findWords(`good\n${text}`).map((finding) => [finding.line, finding.instead]),
        [[2, instead]],
        text,
      );
  });
}

for (const text of ['recommend the amendment', 'shallow', 'endearing', 'whilstling', 'henceforth'])
  test(`${text}: not found`, () => assert.deepEqual(findWords(text), []));
