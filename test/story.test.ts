/** The recorded history of one volume: which series each message changes, and which it must not. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamName } from '../src/longhorn/streams.ts';
import { matchesGolden } from './support/golden.ts';
import { createReplay, recorded } from './support/replay.ts';

/** The messages in order, at the times that Longhorn's own times in them require. */
const MESSAGES: readonly (readonly [time: string, ...messages: string[]])[] = [
  ['06:00:00', 'volumes 0', 'nodes 0', 'backuptargets 0', 'backups 0'],
  ['06:00:10', 'volumes 1', 'volumes 2', 'volumes 3'],
  ['06:00:30', 'volumes 4', 'volumes 5'],
  ['06:02:05', 'volumes 6'],
  ['06:02:30', 'volumes 7', 'volumes 8', 'volumes 9', 'volumes 10'],
  ['06:03:30', 'volumes 11', 'volumes 12'],
  ['06:05:05', 'volumes 13', 'volumes 14', 'volumes 15', 'volumes 16'],
  ['06:06:00', 'volumes 17'],
  ['06:06:45', 'volumes 18', 'backups 1', 'backups 2', 'volumes 19', 'backups 3'],
  ['06:08:00', 'volumes 20', 'backups 4', 'volumes 21', 'backups 5'],
  ['06:09:45', 'volumes 22', 'volumes 23', 'backups 6'],
  ['06:15:05', 'volumes 24', 'backups 7'],
  ['06:16:00', 'backuptargets 1', 'volumes 25', 'backups 8'],
  ['06:17:00', 'backuptargets 2', 'volumes 26', 'backups 9'],
  ['06:20:00', 'nodes 1', 'volumes 27', 'volumes 28', 'volumes 29'],
  ['06:21:00', 'volumes 30', 'nodes 2'],
  ['06:25:05', 'volumes 31', 'volumes 32'],
  ['06:30:00', 'volumes 33'],
];

/**
 * Each counter of `pvc-story` that increases, and the message that increases it, written by hand.
 * A resync is the list that a silent stream receives when it is opened again.
 */
const INCREASES = `
06:02:05 volumes 6: robustness_changes_total, replica_failures_total
before 06:02:30 resync: degraded_seconds_total
06:02:30 volumes 7: degraded_seconds_total
before 06:03:30 resync: degraded_seconds_total
06:03:30 volumes 11: degraded_seconds_total, robustness_changes_total, rebuilds_total succeeded
06:05:05 volumes 13: robustness_changes_total, replica_failures_total
06:05:05 volumes 15: rebuilds_total failed
before 06:06:00 resync: degraded_seconds_total
06:06:00 volumes 17: degraded_seconds_total, robustness_changes_total, rebuilds_total succeeded
06:09:45 backups 6: completions_total
06:16:00 backups 8: failures_total
06:25:05 volumes 31: robustness_changes_total, replica_failures_total
before 06:30:00 resync: faulted_seconds_total
`;

async function play(afterEach: (message: string, lines: readonly string[]) => void): Promise<void> {
  const replay = createReplay('2026-11-22T06:00:00Z');
  const last = new Map<StreamName, Buffer>();
  const received = async (message: string) => {
    const lines = (await replay.text()).split('\n');
    afterEach(
      message,
      lines.filter((line) => line !== '' && !line.startsWith('#')),
    );
  };
  for (const [time, ...messages] of MESSAGES) {
    // A stream is silent while nothing changes; then a resync brings the same list again.
    replay.at(time, -8_000);
    for (const [stream, bytes] of last) replay.message(stream, bytes);
    await received(`before ${time} resync`);
    replay.at(time);
    for (const message of messages) {
      const [stream, index] = message.split(' ') as [StreamName, string];
      const bytes = recorded('1.12.1', `story-${stream}`)[Number(index)];
      assert.ok(bytes, message);
      replay.message(stream, bytes);
      last.set(stream, bytes);
      await received(`${time} ${message}`);
    }
  }
}

test('each message of the story changes the series in the golden file, and no other', async () => {
  let before: readonly string[] = [];
  let diff = '';
  await play((message, lines) => {
    const isOurs = (line: string) => !line.startsWith('longhorn_exporter_');
    const removed = before
      .filter((line) => isOurs(line) && !lines.includes(line))
      .map((line) => `- ${line}\n`);
    const added = lines.filter((line) => isOurs(line) && !before.includes(line)).map((line) => `+ ${line}\n`);
    diff += `== ${message}\n${removed.join('')}${added.join('')}`;
    before = lines;
  });
  matchesGolden('story.diff', diff);
});

test('each counter of the volume increases at the listed messages, and at no other', async () => {
  const last = new Map<string, number>();
  let increases = '\n';
  await play((message, lines) => {
    const increased: string[] = [];
    for (const line of lines) {
      const [, name, labels, value] =
        /^longhorn_(?:volume|backup)_(\w+_total)\{volume="pvc-story",(.*)\} (.*)$/.exec(line) ?? [];
      if (name === undefined) continue;
      const label = /(?:result)="(\w+)"/.exec(labels ?? '')?.[1];
      const key = label === undefined ? name : `${name} ${label}`;
      if (Number(value) > (last.get(key) ?? 0)) increased.push(key);
      last.set(key, Number(value));
    }
    if (increased.length > 0) increases += `${message}: ${increased.join(', ')}\n`;
  });
  assert.equal(increases, INCREASES);
});
