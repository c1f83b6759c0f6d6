/** Every expectation of each story in this folder holds. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readStory } from '../../story/file.ts';
import { readRules } from '../../story/rules.ts';
import { verdictsOf } from '../../story/run.ts';
import { hasTool } from '../support/promtool.ts';

const FOLDER = new URL('.', import.meta.url);
const OPT_IN = new URL('../../manifests/rules-never-backed-up.yaml', import.meta.url);
const jsonIn = (folder: string) =>
  readdirSync(new URL(folder, FOLDER))
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}${name}`);

const STORIES = [
  ...jsonIn('./').map((file) => ({ file, rules: readRules() })),
  ...jsonIn('./opt-in/').map((file) => ({ file, rules: readRules(OPT_IN.pathname) })),
];

// While promtool evaluates one story, the next one is replayed.
describe('stories', { concurrency: 3 }, () => {
  for (const { file, rules } of STORIES) {
    test(`${file}: every expectation holds`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const story = readStory(readFileSync(new URL(file, FOLDER), 'utf8'));
      assert.notEqual(story.about, '');
      const verdicts = await verdictsOf(story, rules);
      assert.notEqual(verdicts.length, 0, 'the story has expectations');
      const failed = verdicts.filter(({ reason }) => reason !== undefined);
      assert.deepEqual(
        failed.map(({ at, expected, reason }) => `${at}: ${expected}: ${reason}`),
        [],
      );
    });
  }
});
