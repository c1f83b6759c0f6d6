/** The recorded lists of five Longhorn releases: all give the same exposition. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { STREAMS } from '../src/longhorn/streams.ts';
import { matchesGolden } from './support/golden.ts';
import { createReplay, recorded } from './support/replay.ts';

const VERSIONS = ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1'];

/** Recorded responses about single volumes: their file prefix and the kind of request. */
const ACTIONS = [
  ['snapshotCRList', 'sweep'],
  ['recurringJobList', 'jobs'],
] as const;

function responses(version: string, action: string): (readonly [volume: string, body: Buffer])[] {
  const folder = new URL(`fixtures/${version}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${action}-`))
    .map((file) => [file.slice(action.length + 1, -'.json'.length), readFileSync(new URL(file, folder))]);
}

for (const version of VERSIONS) {
  for (const cluster of ['cluster', 'empty', 'phases']) {
    test(`Longhorn ${version}, ${cluster} lists: the exposition matches the golden file`, async () => {
      const replay = createReplay('2026-11-22T06:00:00Z');
      for (const stream of STREAMS) {
        const messages = recorded(version, `${cluster}-${stream}`);
        assert.equal(messages.length, 1);
        for (const message of messages) replay.message(stream, message);
      }
      for (const [action, kind] of ACTIONS)
        for (const [volume, body] of responses(version, action))
          if (replay.store.owned().includes(volume)) replay.response(kind, volume, body);
      matchesGolden(`${cluster}.prom`, await replay.text());
    });
  }
}
