/** Events about states, owners, backups and snapshots: none for unchanged values, and none from a first list. */

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
const CHANGES: ReadonlySet<string> = new Set([
  'state_changed',
  'owner_changed',
  'backup_started',
  'backup_gone',
  'snapshots_created',
  'snapshots_deleted',
]);

const changesOf = (events: readonly NamedEvent[]): NamedEvent[] =>
  events.filter(({ type }) => CHANGES.has(type));

/** The changes of each step. */
const changes = (...steps: readonly Step[]) => live(steps).events.map(changesOf);

/** The changes of the last step. */
const lastChanges = (...steps: readonly Step[]) => changes(...steps).at(-1);

const BEFORE: Step = { at: 0, volumes: [volume()], backups: [], nodes: [node('n1'), node('n2')] };

describe('changes', () => {
  test('the same lists again: no event', () => {
    fc.assert(
      fc.property(lives(), (history) => {
        const end = history.at(-1);
        assert.ok(end, 'a history has a step');
        assert.deepEqual(lastChanges(...history, { ...end, at: end.at + 10 }), []);
      }),
    );
  });

  test('first lists: no event', () => {
    fc.assert(
      fc.property(lives(), ([first]) => {
        assert.ok(first, 'a history has a step');
        assert.deepEqual(changes(first), [[]]);
      }),
    );
  });

  test('any history: every change belongs to an existing volume', () => {
    fc.assert(
      fc.property(lives(), (history) => {
        const { state, events } = live(history);
        for (const change of changesOf(events.at(-1) ?? []))
          assert.ok(state.volumes.has(change.volume), change.type);
      }),
    );
  });

  const STATES: readonly (readonly [from: string | undefined, to: string | undefined])[] = [
    ['attaching', 'attached'],
    ['attached', 'detached'],
  ];
  for (const [from, to] of STATES) {
    test(`state changes to ${to}: one event`, () => {
      const found = lastChanges(
        { at: 0, volumes: [volume({ state: from })] },
        { at: 1, volumes: [volume({ state: to })] },
      );
      assert.deepEqual(found, [{ type: 'state_changed', volume: 'pvc-1', from, to }]);
    });
  }

  const UNREPORTED: readonly (readonly [what: string, before: Step, after: Step])[] = [
    [
      'state unknown before',
      { at: 0, volumes: [volume({ state: undefined })] },
      { at: 1, volumes: [volume()] },
    ],
    [
      'state no longer known',
      { at: 0, volumes: [volume()] },
      { at: 1, volumes: [volume({ state: undefined })] },
    ],
    [
      'volume recreated with the same name',
      { at: 0, volumes: [volume({ state: 'detached', created: wall(-10) })] },
      { at: 1, volumes: [volume({ state: 'attached', created: wall(1) })] },
    ],
    ['new volume', { at: 0, volumes: [] }, { at: 1, volumes: [volume()] }],
    ['deleted volume', { at: 0, volumes: [volume()] }, { at: 1, volumes: [] }],
    ['completed backup found on the target', BEFORE, { at: 1, backups: [backup('b1')] }],
    [
      'backup of a volume that does not exist',
      BEFORE,
      { at: 1, backups: [running('b1', { volume: 'gone' })] },
    ],
    [
      'backup that ends',
      { ...BEFORE, backups: [running('b1')] },
      { at: 1, backups: [backup('b1'), failed('b2')] },
    ],
    ['first list of nodes', { at: 0, volumes: [volume()] }, { at: 1, nodes: [node('n1')] }],
    [
      'node without volumes removed',
      { at: 0, volumes: [], nodes: [node('n1'), node('n2')] },
      { at: 1, nodes: [node('n1')] },
    ],
  ];
  for (const [what, before, after] of UNREPORTED) {
    test(`${what}: no event`, () => assert.deepEqual(lastChanges(before, after), []));
  }

  test('node becomes unavailable and available again: one event per volume that changes its owner', () => {
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

  test('backup starts, fails and starts again: one event per start', () => {
    const found = changes(
      BEFORE,
      { at: 1, backups: [running('b1')] },
      { at: 2, backups: [running('b1', { progress: 0.5 })] },
      { at: 3, backups: [failed('b1')] },
      { at: 4, backups: [running('b1')] },
    );
    const started = [{ type: 'backup_started', volume: 'pvc-1', backup: 'b1', target: 'default' }];
    assert.deepEqual(found, [[], started, [], [], started]);
  });

  test('backup of a standby volume, which another cluster makes: no event', () => {
    const before = { ...BEFORE, volumes: [volume({ standby: true })] };
    assert.deepEqual(lastChanges(before, { at: 1, backups: [running('b1')] }), []);
  });

  describe('changes of snapshots', () => {
    const OLD = [snapshot('s1'), snapshot('s2'), snapshot('s3', { kind: 'system' })];
    /** The events of the last of these responses. */
    function lastEvents(...responses: readonly (readonly SnapshotFacts[])[]) {
      let history = live([BEFORE]).state.volumes.get('pvc-1')?.snapshots;
      const found = responses.map((response, i) => {
        assert.ok(history, 'the volume exists');
        const folded = foldSnapshots(history, snapshotsByName(response), at(i + 1).monotonic);
        history = folded.history;
        return folded.events;
      });
      return found.at(-1);
    }
    const change = (type: string, kind: string, count: number) => ({ type, kind, count });

    test('first response: no event', () => assert.deepEqual(lastEvents(OLD), []));
    test('same response again: no event', () => assert.deepEqual(lastEvents(OLD, OLD), []));
    test('some created, some deleted: events for each kind', () => {
      const next = [snapshot('s2'), snapshot('s4'), snapshot('s5'), snapshot('s6', { kind: 'system' })];
      assert.deepEqual(lastEvents(OLD, next), [
        change('snapshots_created', 'user', 2),
        change('snapshots_deleted', 'user', 1),
        change('snapshots_created', 'system', 1),
        change('snapshots_deleted', 'system', 1),
      ]);
    });
    test('snapshot marked as removed, then gone: deleted once', () => {
      const marked = OLD.map((each) => (each.name === 's1' ? { ...each, removing: true } : each));
      assert.deepEqual(lastEvents(OLD, marked), [change('snapshots_deleted', 'user', 1)]);
      assert.deepEqual(lastEvents(OLD, marked, OLD.slice(1)), []);
    });
  });
});
