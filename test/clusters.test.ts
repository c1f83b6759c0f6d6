/** The recorded clusters of five Longhorn releases, from their bytes to the whole exposition: the same for all. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STREAMS } from '../src/longhorn/streams.ts';
import { matchesGolden } from './support/golden.ts';
import { createReplay, recorded } from './support/replay.ts';

const VERSIONS = ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1'];

for (const version of VERSIONS) {
  for (const cluster of ['cluster', 'empty', 'phases']) {
    test(`Longhorn ${version}, ${cluster} lists: the exposition is the golden one`, async () => {
      const replay = createReplay('2026-11-22T06:00:00Z');
      for (const stream of STREAMS) {
        const messages = recorded(version, `${cluster}-${stream}`);
        assert.equal(messages.length, 1);
        for (const message of messages) replay.message(stream, message);
      }
      matchesGolden(`${cluster}.prom`, await replay.text());
    });
  }
}
