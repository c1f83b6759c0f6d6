/** The events of states, owners, backups and snapshots: none for unchanged values, and none from a first list. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NamedEvent } from '../../src/events.ts';
import type { SnapshotFacts } from '../../src/longhorn/snapshot.ts';
import { foldSnapshots } from '../../src/state/snapshots.ts';
import { lives } from '../state/arbitraries.ts';
import {
  at,
  backup,
  failed,
  node,
  running,
  type Step,
  snapshot,
  snapshotsByName,
  volume,
  wall,
} from '../support/facts.ts';
import { live } from './life.ts';

/** The events that feed neither counters nor histograms. */
const QUIET: ReadonlySet<string> = new Set([
  'state_changed',
  'owner_changed',
  'backup_started',
  'backup_gone',
  'snapshots_created',
  'snapshots_deleted',
]);

const changesOf = (events: readonly NamedEvent[]): NamedEvent[] =>
  events.filter(({ type }) => QUIET.has(type));

/** What each step changed. */
const changes = (...steps: readonly Step[]) => live(steps).events.map(changesOf);

/** What the last step changed. */
const lastChanges = (...steps: readonly Step[]) => changes(...steps).at(-1);

const THERE: Step = { at: 0, volumes: [volume()], backups: [], nodes: [node('n1'), node('n2')] };

describe('Changes', () => {
  test('the same lists again: no event', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const end = life.at(-1);
        assert.ok(end, 'a life has a step');
        assert.deepEqual(lastChanges(...life, { ...end, at: end.at + 10 }), []);
      }),
    );
  });

  test('first lists: no event', () => {
    fc.assert(
      fc.property(lives(), ([first]) => {
        assert.ok(first, 'a life has a step');
        assert.deepEqual(changes(first), [[]]);
      }),
    );
  });

  test('every change belongs to an existing volume', () => {
    fc.assert(
      fc.property(lives(), (life) => {
        const { state, events } = live(life);
        for (const change of changesOf(events.at(-1) ?? []))
          assert.ok(state.volumes.has(change.volume), change.type);
      }),
    );
  });

  const STATES: readonly (readonly [what: string, from: string | undefined, to: string | undefined])[] = [
    ['attached', 'attaching', 'attached'],
    ['detached', 'attached', 'detached'],
  ];
  for (const [what, from, to] of STATES) {
    test(`the state changes: ${what}`, () => {
      const found = lastChanges(
        { at: 0, volumes: [volume({ state: from })] },
        { at: 1, volumes: [volume({ state: to })] },
      );
      assert.deepEqual(found, [{ type: 'state_changed', volume: 'pvc-1', from, to }]);
    });
  }

  const SILENT: readonly (readonly [what: string, before: Step, after: Step])[] = [
    [
      'a state that was not known',
      { at: 0, volumes: [volume({ state: undefined })] },
      { at: 1, volumes: [volume()] },
    ],
    [
      'a state that is no longer known',
      { at: 0, volumes: [volume()] },
      { at: 1, volumes: [volume({ state: undefined })] },
    ],
    [
      'another volume of the same name',
      { at: 0, volumes: [volume({ state: 'detached', created: wall(-10) })] },
      { at: 1, volumes: [volume({ state: 'attached', created: wall(1) })] },
    ],
    ['a volume that is new', { at: 0, volumes: [] }, { at: 1, volumes: [volume()] }],
    ['a volume that is gone', { at: 0, volumes: [volume()] }, { at: 1, volumes: [] }],
    ['a backup that is read from the target', THERE, { at: 1, backups: [backup('b1')] }],
    [
      'a backup of a volume that is not there',
      THERE,
      { at: 1, backups: [running('b1', { volume: 'gone' })] },
    ],
    [
      'a backup that ends',
      { ...THERE, backups: [running('b1')] },
      { at: 1, backups: [backup('b1'), failed('b2')] },
    ],
    ['the first list of nodes', { at: 0, volumes: [volume()] }, { at: 1, nodes: [node('n1')] }],
    [
      'a node that owns nothing goes',
      { at: 0, volumes: [], nodes: [node('n1'), node('n2')] },
      { at: 1, nodes: [node('n1')] },
    ],
  ];
  for (const [what, before, after] of SILENT) {
    test(`no change: ${what}`, () => assert.deepEqual(lastChanges(before, after), []));
  }

  test('the owner changes, once for each volume that moves', () => {
    const names = Array.from({ length: 40 }, (_, i) => `pvc-${i}`);
    const { state, events } = live([
      { at: 0, volumes: names.map((name) => volume({ name })), nodes: [node('n1'), node('n2')] },
      { at: 1, nodes: [node('n1', false), node('n2')] },
      { at: 2, nodes: [node('n1'), node('n2')] },
    ]);
    const owned = names.filter((name) => state.owners.byName.get(name) === 'n1');
    assert.ok(owned.length > 0 && owned.length < names.length, `${owned.length} of ${names.length}`);
    const moves = (from: string, to: string) =>
      owned.map((name) => ({ type: 'owner_changed', volume: name, from, to }));
    assert.deepEqual(events.map(changesOf), [[], moves('n1', 'n2'), moves('n2', 'n1')]);
  });

  test('a backup starts, once, and again after it has failed', () => {
    const found = changes(
      THERE,
      { at: 1, backups: [running('b1')] },
      { at: 2, backups: [running('b1', { progress: 0.5 })] },
      { at: 3, backups: [failed('b1')] },
      { at: 4, backups: [running('b1')] },
    );
    const started = [{ type: 'backup_started', volume: 'pvc-1', backup: 'b1', target: 'default' }];
    assert.deepEqual(found, [[], started, [], [], started]);
  });

  test('a backup of a standby volume belongs to another cluster: no event', () => {
    const before = { ...THERE, volumes: [volume({ standby: true })] };
    assert.deepEqual(lastChanges(before, { at: 1, backups: [running('b1')] }), []);
  });

  describe('of snapshots', () => {
    const OLD = [snapshot('s1'), snapshot('s2'), snapshot('s3', { kind: 'system' })];
    /** The events of a sequence of responses. */
    function between(...answers: readonly (readonly SnapshotFacts[])[]) {
      let history = live([THERE]).state.volumes.get('pvc-1')?.snapshots;
      const found = answers.map((answer, i) => {
        assert.ok(history, 'the volume is there');
        const folded = foldSnapshots(history, snapshotsByName(answer), at(i + 1).monotonic);
        history = folded.history;
        return folded.events;
      });
      return found.at(-1);
    }
    const change = (type: string, kind: string, count: number) => ({ type, kind, count });

    test('the first response: no event', () => assert.deepEqual(between(OLD), []));
    test('the same response: no event', () => assert.deepEqual(between(OLD, OLD), []));
    test('some created, some deleted: events by kind', () => {
      const next = [snapshot('s2'), snapshot('s4'), snapshot('s5'), snapshot('s6', { kind: 'system' })];
      assert.deepEqual(between(OLD, next), [
        change('snapshots_created', 'user', 2),
        change('snapshots_deleted', 'user', 1),
        change('snapshots_created', 'system', 1),
        change('snapshots_deleted', 'system', 1),
      ]);
    });
    test('one that is marked removed is deleted, once', () => {
      const marked = OLD.map((each) => (each.name === 's1' ? { ...each, removing: true } : each));
      assert.deepEqual(between(OLD, marked), [change('snapshots_deleted', 'user', 1)]);
      assert.deepEqual(between(OLD, marked, OLD.slice(1)), []);
    });
  });
});
