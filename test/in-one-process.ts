/** Runs the tests of all folders that `npm test` does not name: starting Node.js for each file takes longer than most of them. */

import { readdirSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };

const TEST = new URL('./', import.meta.url);
const named = packageJson.scripts.test;

for (const entry of readdirSync(TEST, { withFileTypes: true })) {
  if (!entry.isDirectory() || named.includes(` test/${entry.name}/`)) continue;
  const folder = new URL(`${entry.name}/`, TEST);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.ts')))
    await import(new URL(file, folder).href);
}
