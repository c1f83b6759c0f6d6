/** Runs the tests of this folder in one process, so that they share one browser. */

import { readdirSync } from 'node:fs';

const FOLDER = new URL('./', import.meta.url);
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.test.ts')))
  await import(new URL(file, FOLDER).href);
