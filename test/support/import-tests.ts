/** Runs the test files of a folder in this process. */

import { readdirSync } from 'node:fs';

export async function importTests(folder: URL): Promise<void> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.test.ts')))
    await import(new URL(file, folder).href);
}
