/** Runs the tests of all folders that `npm test` does not run file by file: starting Node.js for each takes longer than most of them. */

import { readdirSync } from 'node:fs';
import packageJson from '../package.json' with { type: 'json' };

const FOLDER = new URL('./', import.meta.url);
const separately = packageJson.scripts.test.split(' ');

for (const { name: folder } of readdirSync(FOLDER, { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  if (separately.includes(`test/${folder}/*.test.ts`)) continue;
  for (const file of readdirSync(new URL(folder, FOLDER)))
    if (file.endsWith('.test.ts') && !separately.includes(`test/${folder}/${file}`))
      await import(new URL(`${folder}/${file}`, FOLDER).href);
}
