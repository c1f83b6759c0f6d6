/** Runs the tests of this folder in one process, so that they share one browser. */

import { importTests } from '../support/import-tests.ts';

await importTests(new URL('./', import.meta.url));
