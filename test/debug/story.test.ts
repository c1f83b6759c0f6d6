/** The timeline of one recorded volume: every event, in order, with its duration. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRow } from '../../src/debug/events.ts';
import { overview } from '../../src/debug/overview.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import type { StreamName } from '../../src/longhorn/streams.ts';
import { createReplay, recorded } from '../support/replay.ts';

/** When each message arrives, which is Longhorn's own time in the message where it has one. */
const ARRIVALS: readonly (readonly [time: string, ...messages: string[]])[] = [
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

function play(until: string, node?: string) {
  const replay = createReplay('2026-11-22T06:00:00Z', { node });
  const last = new Map<StreamName, Buffer>();
  for (const [time, ...messages] of ARRIVALS) {
    if (time > until) break;
    replay.at(time);
    for (const message of messages) {
      const [stream, index] = message.split(' ') as [StreamName, string];
      const bytes = recorded('1.12.1', `story-${stream}`)[Number(index)];
      assert.ok(bytes, message);
      replay.message(stream, bytes);
      last.set(stream, bytes);
    }
  }
  replay.at(until);
  // A silent stream is reopened, and then sends its list again.
  for (const [stream, bytes] of last) replay.message(stream, bytes);
  const view = replay.store.view();
  const { now } = view;
  return { view, page: volumePage('pvc-story', view, now)?.data, now };
}

/** One line per event: its fields and its duration. */
function lines(events: readonly EventRow[] | undefined): string {
  const found = (events ?? []).map(({ time, type, volume: _, seconds, ongoing, ...rest }) => {
    const duration = seconds === undefined ? [] : [`${seconds} s${ongoing ? ' and counting' : ''}`];
    return [new Date(time).toISOString().slice(11, 19), type, ...Object.values(rest), ...duration].join(' ');
  });
  return `\n${found.join('\n')}\n`;
}

/** Written by hand from the recorded story; ongoing durations are counted until 06:26. */
const TIMELINE = `
06:25:05 state_changed attached detached 55 s and counting
06:25:05 replica_failed pvc-story-r-d620cea2
06:25:05 replica_failed pvc-story-r-bb071087
06:25:05 replica_failed pvc-story-r-9f81f651
06:25:05 robustness_changed healthy faulted 55 s and counting
06:21:00 state_changed detached attached 245 s
06:20:00 state_changed detaching detached 60 s
06:20:00 state_changed attached detaching 0 s
06:16:00 backup_failed backup-2 default timeout failed to upload: timeout
06:15:05 backup_started backup-2 default 55 s
06:09:45 backup_completed backup-1 default incremental 0 176 s
06:06:45 backup_started backup-1 default 180 s
06:06:00 rebuild_ended pvc-story-r-9f81f651 succeeded 55 s
06:06:00 robustness_changed degraded healthy 840 s
06:05:05 rebuild_started pvc-story-r-9f81f651 55 s
06:05:05 rebuild_ended pvc-story-r-9f81f651 failed
06:05:05 rebuild_started pvc-story-r-9f81f651 0 s
06:05:05 replica_failed pvc-story-r-9f81f651
06:05:05 robustness_changed healthy degraded 55 s
06:03:30 rebuild_ended pvc-story-r-bb071087 succeeded 60 s
06:03:30 robustness_changed degraded healthy 95 s
06:02:30 rebuild_started pvc-story-r-bb071087 60 s
06:02:05 replica_failed pvc-story-r-bb071087
06:02:05 robustness_changed healthy degraded 85 s
06:00:30 state_changed attaching attached 1170 s
06:00:10 state_changed creating attaching 20 s
06:00:10 volume_appeared
`;

test('pvc-story: its whole timeline, newest first', () => {
  assert.equal(lines(play('06:26:00').page?.events), TIMELINE);
});

test('ongoing states and operations: marked as ongoing, with their duration so far', () => {
  const { page } = play('06:15:40');
  const ongoing = page?.events.filter((event) => event.ongoing);
  const expected = `
06:15:05 backup_started backup-2 default 35 s and counting
06:06:00 robustness_changed degraded healthy 580 s and counting
06:00:30 state_changed attaching attached 910 s and counting
`;
  assert.equal(lines(ongoing), expected);
  assert.equal(page?.volume.robustnessSince, Date.parse('2026-11-22T06:06:00Z'));
});

test('volume that never changes: only its appearance and its owner changes', () => {
  const { view, now } = play('06:26:00');
  const expected = `
06:21:00 owner_changed node-3 node-2 300 s and counting
06:20:00 owner_changed node-2 node-3 60 s
06:00:30 volume_appeared
`;
  assert.equal(lines(volumePage('pvc-quiet', view, now)?.data.events), expected);
});

test('deleted volume: no page, but its deletion is among the latest events', () => {
  const { view, page, now } = play('06:30:00');
  assert.equal(page, undefined);
  const [newest, ...others] = overview(view, now).events;
  assert.deepEqual(newest, {
    time: Date.parse('2026-11-22T06:30:00Z'),
    type: 'volume_gone',
    volume: 'pvc-story',
  });
  const ofStory = others.filter(({ volume }) => volume === 'pvc-story');
  assert.equal(ofStory.length, TIMELINE.trim().split('\n').length);
});

test('three exporters: the owner reports that it serves the volume, and the others name the owner', () => {
  const served = ['node-1', 'node-2', 'node-3'].map((node) => {
    const { volume, why } = play('06:19:59', node).page ?? assert.fail('no page');
    assert.equal(volume.owner, 'node-3');
    const reason = volume.servedHere
      ? 'This node, node-3, owns it: of all Ready nodes it scores highest for this name.'
      : 'Its owner is node-3: the exporter there serves it.';
    assert.equal(why, reason);
    return volume.servedHere;
  });
  assert.deepEqual(served, [false, false, true]);
});
