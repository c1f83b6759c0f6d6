/** `npm run lint`: finds archaic words in code and prose. */

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Each word with what to write instead, which the message repeats. */
export const WORDS: Readonly<Record<string, string>> = {
  alas: 'leave it out',
  amongst: 'among',
  anew: 'again',
  aught: 'anything',
  'dear|dearer|dearest': 'expensive',
  hereby: 'leave it out',
  'herein|therein|wherein': 'in this, in which',
  hitherto: 'so far',
  lest: 'so that ... not',
  'mend|mends|mended|mending': 'fix',
  nigh: 'near',
  'naught|nought': 'nothing, zero',
  'reckon|reckons|reckoned|reckoning': 'compute, expect',
  'shall|shalt': 'must, will, should',
  'thence|whence|hence': 'from there, so',
  'thereof|whereof|hereof': 'of it',
  'thereupon|whereupon': 'then',
  whilst: 'while',
};

const ROOT = new URL('..', import.meta.url).pathname;
const EXTENSIONS = new Set(['.ts', '.js', '.css', '.md', '.yaml', '.sh', '.html', '']);
/** Recorded data, files that are not ours, and the files that list the words. */
const EXCLUDED =
  /^(node_modules|dist|\.git|LICENSE|test\/(fixtures|golden)|docs\/words\.ts|test\/docs\/words\.test\.ts)$|\/node_modules$/;

export interface Finding {
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

/** Identifiers count too: `mendReplica` and `MEND_TIME` are found in `mend`. */
export function findWords(text: string): Finding[] {
  const found: Finding[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.replace(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ');
    for (const [word, instead] of Object.entries(WORDS)) {
      const match = new RegExp(`\\b(${word})\\b`, 'i').exec(words);
      if (match) found.push({ line: index + 1, word: match[0], instead });
    }
  }
  return found;
}

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (EXCLUDED.test(path)) continue;
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile() && EXTENSIONS.has(extname(entry.name))) yield path;
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  for (const path of files('')) {
    for (const { line, word, instead } of findWords(readFileSync(join(ROOT, path), 'utf8'))) {
      process.exitCode = 1;
      process.stderr.write(`${path}:${line}: "${word}": write "${instead}"\n`);
    }
  }
}
