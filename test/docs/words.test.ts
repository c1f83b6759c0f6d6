/** The word lint finds each listed word, and no others. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWords, WORDS } from '../../docs/words.ts';

for (const [word, instead] of Object.entries(WORDS)) {
  const [first = ''] = word.split('|');
  test(`${first}: found, also capitalized or in an identifier`, () => {
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
