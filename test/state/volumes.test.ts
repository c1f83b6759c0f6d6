import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import {
  at,
  controller,
  LONGEST_GAP,
  play,
  replica,
  type Step,
  volume,
  volumeLife,
  volumeMetric,
  wall,
} from '../support/facts.ts';

const CHANGES = 'longhorn_volume_robustness_changes_total';
const DEGRADED = { robustness: 'degraded' };

/** The counters of pvc-1 that are not 0. */
function counted(steps: readonly Step[]) {
  const metric = volumeMetric(play(steps));
  return VOLUME_TABLE.families
    .filter(({ type }) => type === 'counter')
    .flatMap(({ name }) =>
      name === 'longhorn_volume_rebuilds_total'
        ? ['succeeded', 'failed', 'interrupted'].map((result) => [name, metric(name, result)] as const)
        : [[name, metric(name)] as const],
    )
    .filter(([, value]) => value !== 0)
    .map(([name]) => name);
}

const faulted = (more: Partial<VolumeFacts> = {}) =>
  volume({
    robustness: 'faulted',
    replicas: [replica('r1', 'failed', { failedAt: wall(-50) }), replica('r2', 'rebuilding')],
    ...more,
  });

describe('First sight of a volume', () => {
  test('faulted in the first list: nothing counted', () => {
    assert.deepEqual(counted([{ at: 0, volumes: [faulted()] }]), []);
  });

  test('faulted, added after the first list: nothing counted', () => {
    const steps = [
      { at: 0, volumes: [] },
      { at: 10, volumes: [faulted()] },
    ];
    assert.deepEqual(counted(steps), []);
  });

  test('volume_appeared event only after the first list', () => {
    const { events } = play([
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [volume(), volume({ name: 'pvc-2' })] },
    ]);
    assert.deepEqual(events, [{ type: 'volume_appeared', volume: 'pvc-2' }]);
  });
});

describe('Volume absent from a list', () => {
  test('withdrawn at once, with a volume_gone event', () => {
    const { state, events } = play([
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [] },
    ]);
    assert.equal(state.volumes.size, 0);
    assert.deepEqual(events, [{ type: 'volume_gone', volume: 'pvc-1' }]);
  });

  test('back in a later list: counters start at 0', () => {
    const steps = [
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [faulted()] },
      { at: 20, volumes: [] },
      { at: 30, volumes: [volume()] },
    ];
    assert.deepEqual(counted(steps), []);
  });

  test('other volumes stay', () => {
    const other = volume({ name: 'pvc-2' });
    const { state } = play([
      { at: 0, volumes: [volume(), other] },
      { at: 10, volumes: [volume()] },
    ]);
    assert.deepEqual([...state.volumes.keys()], ['pvc-1']);
  });
});

describe('Identity of a volume', () => {
  /** The robustness changes counted over one message per creation time; the volume is degraded from the second on. */
  const changes = (...created: (number | undefined)[]) =>
    volumeMetric(
      volumeLife(...created.map((time, i) => [i * 10, { created: time, ...(i > 0 && DEGRADED) }] as const)),
    )(CHANGES);
  const OLD = wall(-100);
  const NEW = wall(5);

  const table: [title: string, created: (number | undefined)[], changes: number][] = [
    ['same created: same volume', [OLD, OLD, OLD], 1],
    ['another created: new volume', [OLD, OLD, NEW], 0],
    ['earlier created: new volume', [NEW, NEW, OLD], 0],
    ['created unreadable: same volume', [OLD, OLD, undefined], 1],
    ['created unreadable once: same volume', [OLD, OLD, undefined, OLD], 1],
    ['created becomes readable: same volume', [undefined, undefined, OLD], 1],
    ['created unreadable, then another: new volume', [OLD, OLD, undefined, NEW], 0],
  ];
  for (const [title, created, expected] of table) {
    test(title, () => assert.equal(changes(...created), expected));
  }

  test('another created: all counters start at 0', () => {
    assert.deepEqual(
      counted([
        { at: 0, volumes: [volume()] },
        { at: 10, volumes: [faulted()] },
        { at: 20, volumes: [faulted({ created: wall(15) })] },
      ]),
      [],
    );
  });

  test('new volume of the same name: its own changes are counted', () => {
    const played = volumeLife([0, {}], [10, { created: wall(5) }], [20, { created: wall(5), ...DEGRADED }]);
    assert.equal(volumeMetric(played)(CHANGES), 1);
  });

  test('another namespace: same volume, its counters continue under the new label', () => {
    const { state } = volumeLife([0, {}], [10, DEGRADED], [20, { ...DEGRADED, namespace: 'other' }]);
    const moved = state.volumes.get('pvc-1');
    assert.ok(moved);
    assert.deepEqual(VOLUME_TABLE.identify({ volume: moved, zones: new Map() }), ['pvc-1', 'other']);
    assert.equal(moved.health.changes, 1);
  });
});

describe('Volume as an invalid object in a list', () => {
  const invalid = (second: number, more: Partial<VolumeFacts> = {}): Step => ({
    at: second,
    volumes: [volume(more)],
    confirmed: false,
  });

  test('one invalid object: the state stays the same object', () => {
    const before = play([{ at: 0, volumes: [volume()] }]).state;
    const { state } = play([invalid(10)], before);
    assert.equal(state.volumes.get('pvc-1'), before.volumes.get('pvc-1'));
  });

  test('two invalid objects: the time of the last confirmation stays', () => {
    const { state } = play([{ at: 0, volumes: [volume()] }, invalid(10), invalid(20)]);
    assert.equal(state.confirmedAt?.get('pvc-1'), at(0).monotonic);
  });

  test('degraded before: no time is added', () => {
    const degraded = volume(DEGRADED);
    const { state } = play([{ at: 0, volumes: [degraded] }, invalid(10, DEGRADED), invalid(20, DEGRADED)]);
    assert.equal(state.volumes.get('pvc-1')?.health.degradedMs, 0);
  });

  test('degraded before and after 50 invalid objects: at most the longest gap is added', () => {
    const degraded = volume(DEGRADED);
    const invalidSteps = Array.from({ length: 50 }, (_, i) => invalid(i * 10 + 10, DEGRADED));
    const { state } = play([
      { at: 0, volumes: [degraded] },
      ...invalidSteps,
      { at: 600, volumes: [degraded] },
    ]);
    assert.equal(state.volumes.get('pvc-1')?.health.degradedMs, LONGEST_GAP);
  });
});

describe('Engine’s node', () => {
  type Life = readonly (readonly [state: string, ...engineNodes: string[]])[];
  const table: [title: string, life: Life, node: string][] = [
    ['attached: the node of the controller', [['attached', 'node-1']], 'node-1'],
    ['attaching, no controller: empty', [['attaching']], ''],
    ['detached, a controller remains: empty', [['detached', 'node-1']], ''],
    ['detaching: still the node of the controller', [['detaching', 'node-1']], 'node-1'],
    [
      'migration, both engines run: the old node',
      [
        ['attached', 'node-2'],
        ['attached', 'node-1', 'node-2'],
      ],
      'node-2',
    ],
    [
      'migration, the old engine is gone: the new node',
      [
        ['attached', 'node-2'],
        ['attached', 'node-1', 'node-2'],
        ['attached', 'node-1'],
      ],
      'node-1',
    ],
    [
      'detached, then two engines: not the node before the detach',
      [['attached', 'node-2'], ['detached'], ['attached', 'node-1', 'node-2']],
      'node-1',
    ],
    ['two engines at first sight: the node of the first', [['attached', 'node-1', 'node-2']], 'node-1'],
  ];
  const engineNode = (life: Life) =>
    volumeLife(
      ...life.map(([state, ...engineNodes], i) => {
        const controllers = engineNodes.map((node) => controller(node));
        return [i * 10, { state, controllers }] as const;
      }),
    );

  for (const [title, life, node] of table) {
    test(title, () => assert.equal(engineNode(life).state.volumes.get('pvc-1')?.engineNode, node));
  }

  test('migration: one engine_moved event, none for attach or detach', () => {
    const life: Life = [
      ['attached', 'a'],
      ['attached', 'a', 'b'],
      ['attached', 'b'],
      ['detached'],
      ['attached', 'c'],
    ];
    const moves = engineNode(life).events.filter(({ type }) => type === 'engine_moved');
    assert.deepEqual(moves, [{ type: 'engine_moved', from: 'a', to: 'b', volume: 'pvc-1' }]);
  });
});
