/** Runs the tests of all folders that `npm test` does not name: starting Node.js for each file takes longer than most of them. */

import { readdirSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };
import { importTests } from './support/import-tests.ts';

const TEST = new URL('./', import.meta.url);
const named = packageJson.scripts.test;

for (const entry of readdirSync(TEST, { withFileTypes: true })) {
  if (!entry.isDirectory() || named.includes(` test/${entry.name}/`)) continue;
  await importTests(new URL(`${entry.name}/`, TEST));
}
