/** The cells of the volume table, mainly where little is known or several texts could apply. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { overview } from '../../src/debug/overview.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import { parseQuery, volumeSection } from '../../src/debug/volume-table.ts';
import { foldSnapshots, NO_SNAPSHOT_HISTORY } from '../../src/state/snapshots.ts';
import type { View } from '../../src/store.ts';
import {
  at,
  backup,
  failed,
  node,
  replica,
  running,
  type Step,
  snapshot,
  snapshotsByName,
  volume,
  wall,
} from '../support/facts.ts';
import { NOTHING, viewOf } from './views.ts';

const COLUMNS = ['name', 'health', 'replicas', 'workload', 'state', 'snapshots', 'backup', 'owner'] as const;

/** The texts of each row's cells, in the order of the table. */
function cells(view: View, now = at(0), query = ''): Readonly<Record<(typeof COLUMNS)[number], string>>[] {
  const markup = render(volumeSection(overview(view, now), parseQuery(new URLSearchParams(query))));
  const rows = markup.slice(markup.indexOf('<tbody')).match(/<tr .*?<\/tr>/gs) ?? [];
  return rows.map((row) => {
    const texts = [...row.matchAll(/<t[dh][ >].*?<\/t[dh]>/gs)].map(([cell]) =>
      cell
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    );
    return Object.fromEntries(COLUMNS.map((column, i) => [column, texts[i] ?? ''])) as ReturnType<
      typeof cells
    >[number];
  });
}

const cellsAfter = (steps: readonly Step[], more: Partial<View> = {}) => {
  const { view, now } = viewOf(steps, more);
  return cells(view, now);
};

describe('cell of the last backup', () => {
  test('no list of backups yet: not known, and no series', () => {
    const { view, now } = viewOf([{ at: 0, volumes: [volume()] }]);
    assert.equal(cells(view, now)[0]?.backup, 'not known');
    assert.equal(overview(view, now).volumes[0]?.backups, undefined);
    const names = volumePage('pvc-1', view, now)?.data.metrics.map(({ name }) => name) ?? [];
    assert.deepEqual(
      names.filter((name) => name.includes('backup')),
      [],
    );
  });

  const CASES: Readonly<Record<string, readonly [backups: Step['backups'], cell: RegExp]>> = {
    'no backup: never': [[], /^never$/],
    'several targets: the newest backup': [
      [
        backup('old', { target: 'away', created: wall(-86_400 * 200) }),
        backup('new', { created: wall(-3_600 * 3), snapshotCreated: wall(-3_600 * 4) }),
      ],
      /^3 h ago took/,
    ],
    'last backup failed, two targets: the failure names its target': [
      [backup('good', { created: wall(-3_600 * 3) }), failed('bad', { target: 'away' })],
      /^3 h ago last one failed on away$/,
    ],
    'last backup failed, one target: the failure names no target': [
      [failed('bad')],
      /^never completed last one failed$/,
    ],
    'backup running: progress, then duration': [
      [running('b1', { progress: 0.29 })],
      /^never completed 29 %, running for /,
    ],
  };
  for (const [what, [backups = [], expected]] of Object.entries(CASES)) {
    test(what, () =>
      assert.match(cellsAfter([{ at: 0, volumes: [volume()], backups }])[0]?.backup ?? '', expected),
    );
  }

  test('sort by backup: never first, then oldest first, by the newest backup on any target', () => {
    const named = (name: string, more = {}) => volume({ name, ...more });
    const { view, now } = viewOf([
      {
        at: 0,
        volumes: [
          named('month'),
          named('moved', { backupTarget: 'new' }),
          named('none', { backupTarget: '' }),
          named('never'),
        ],
        backups: [
          backup('b1', { volume: 'month', created: wall(-86_400 * 30) }),
          backup('b2', { volume: 'moved', created: wall(-3_600) }),
        ],
      },
    ]);
    const sorted = cells(view, now, 'sort=backup').map(({ name }) => name);
    assert.deepEqual(sorted.slice(0, 2).sort(), ['never', 'none']);
    assert.deepEqual(sorted.slice(2), ['month', 'moved']);
  });
});

describe('duration in the cell of health', () => {
  const degraded = volume({ robustness: 'degraded', replicas: [replica('r1', 'failed')] });
  const faulted = volume({ robustness: 'faulted', replicas: [replica('r1', 'failed')] });
  const detached = volume({ robustness: 'unknown', state: 'detached' });
  const CASES: Readonly<
    Record<string, readonly [steps: readonly (readonly [number, typeof detached])[], cell: string]>
  > = {
    'degraded, then faulted: duration since it became faulted': [
      [
        [0, volume()],
        [60, degraded],
        [3_360, faulted],
        [3_660, faulted],
      ],
      'faulted for 5 min',
    ],
    'degraded: duration since it became degraded': [
      [
        [0, volume()],
        [60, degraded],
        [1_500, degraded],
      ],
      'degraded for 24 min',
    ],
    'healthy, detached and attached again: duration since the last attach': [
      [
        [0, degraded],
        [60, volume()],
        [600, detached],
        [86_400, volume()],
        [86_520, volume()],
      ],
      'healthy for 2 min',
    ],
    'healthy from the first list on: no duration': [[[0, volume()]], 'healthy'],
  };
  for (const [what, [steps, expected]] of Object.entries(CASES)) {
    test(what, () => {
      const found = cellsAfter(steps.map(([second, facts]) => ({ at: second, volumes: [facts] })));
      assert.equal(found[0]?.health, expected);
    });
  }

  test('stale list: duration until that list, with its age', () => {
    const { view } = viewOf([
      { at: 0, volumes: [volume()] },
      { at: 60, volumes: [degraded] },
      { at: 180, volumes: [degraded] },
    ]);
    assert.equal(cells(view, at(180 + 720))[0]?.health, 'degraded for 2 min as of 12 min ago');
  });
});

describe('cell of the owner', () => {
  const steps: Step[] = [{ at: 0, volumes: [volume()], nodes: [node('n1'), node('n2')] }];
  const owner = viewOf(steps).view.state.owners.byName.get('pvc-1') ?? '';
  const other = owner === 'n1' ? 'n2' : 'n1';
  test('owned by another node: the name of that node', () =>
    assert.equal(cellsAfter(steps, { node: other, served: NOTHING.served })[0]?.owner, owner));
  test('owned by this node: here', () => assert.equal(cellsAfter(steps, { node: owner })[0]?.owner, 'here'));
  test('owned here, but withdrawn: not served (stale)', () => {
    assert.equal(cellsAfter(steps, { node: owner, served: NOTHING.served })[0]?.owner, 'not served (stale)');
    assert.equal(
      cellsAfter(steps, { node: undefined, served: NOTHING.served })[0]?.owner,
      'not served (stale)',
    );
  });
  test('no list of nodes yet: not known', () => {
    const found = cellsAfter([{ at: 0, volumes: [volume()] }], { node: 'n1', served: NOTHING.served });
    assert.equal(found[0]?.owner, 'not known');
  });
});

test('snapshots from an old sweep: shown with their age, and cause no problem', () => {
  const { view, now } = viewOf([{ at: 0, volumes: [volume({ snapshotLimit: 2 })] }]);
  const history = foldSnapshots(
    NO_SNAPSHOT_HISTORY,
    snapshotsByName([snapshot('s1'), snapshot('s2')]),
    now.monotonic,
  ).history;
  const volumes = new Map(
    [...view.state.volumes].map(([name, each]) => [name, { ...each, snapshots: history }]),
  );
  const swept = { ...view, state: { ...view.state, volumes } };
  assert.equal(cells(swept, now)[0]?.snapshots, '2 of 2');
  assert.deepEqual(overview(swept, now).volumes[0]?.problems, ['snapshots near the limit']);
  const later = at(1_200);
  assert.equal(cells(swept, later)[0]?.snapshots, '2 of 2 as of 20 min ago');
  assert.deepEqual(overview(swept, later).volumes[0]?.problems, []);
});
