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

const wreck = (more: Partial<VolumeFacts> = {}) =>
  volume({
    robustness: 'faulted',
    replicas: [replica('r1', 'failed', { failedAt: wall(-50) }), replica('r2', 'rebuilding')],
    ...more,
  });

describe('The first sight of a volume', () => {
  test('counts nothing, whatever state it is in', () => {
    assert.deepEqual(counted([{ at: 0, volumes: [wreck()] }]), []);
  });

  test('counts nothing, even after the first list', () => {
    const steps = [
      { at: 0, volumes: [] },
      { at: 10, volumes: [wreck()] },
    ];
    assert.deepEqual(counted(steps), []);
  });

  test('is an event only after the first list', () => {
    const { events } = play([
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [volume(), volume({ name: 'pvc-2' })] },
    ]);
    assert.deepEqual(events, [{ type: 'volume_appeared', volume: 'pvc-2' }]);
  });
});

describe('A volume that is absent from a message', () => {
  test('is withdrawn at once', () => {
    const { state, events } = play([
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [] },
    ]);
    assert.equal(state.volumes.size, 0);
    assert.deepEqual(events, [{ type: 'volume_gone', volume: 'pvc-1' }]);
  });

  test('starts at 0 when it is back', () => {
    const steps = [
      { at: 0, volumes: [volume()] },
      { at: 10, volumes: [wreck()] },
      { at: 20, volumes: [] },
      { at: 30, volumes: [volume()] },
    ];
    assert.deepEqual(counted(steps), []);
  });

  test('does not touch the others', () => {
    const other = volume({ name: 'pvc-2' });
    const { state } = play([
      { at: 0, volumes: [volume(), other] },
      { at: 10, volumes: [volume()] },
    ]);
    assert.deepEqual([...state.volumes.keys()], ['pvc-1']);
  });
});

describe('Identity', () => {
  /** The changes counted for a volume that becomes degraded with the second of these creation times. */
  const changes = (...created: (number | undefined)[]) =>
    volumeMetric(
      volumeLife(...created.map((time, i) => [i * 10, { created: time, ...(i > 0 && DEGRADED) }] as const)),
    )(CHANGES);
  const OLD = wall(-100);
  const NEW = wall(5);

  const table: [behaviour: string, created: (number | undefined)[], changes: number][] = [
    ['stays while created is the same', [OLD, OLD, OLD], 1],
    ['ends with another created', [OLD, OLD, NEW], 0],
    ['ends with an earlier created too', [NEW, NEW, OLD], 0],
    ['stays when created cannot be read', [OLD, OLD, undefined], 1],
    ['stays when created could not be read for once', [OLD, OLD, undefined, OLD], 1],
    ['stays when created becomes readable', [undefined, undefined, OLD], 1],
    ['ends with another created also when it could not be read in between', [OLD, OLD, undefined, NEW], 0],
  ];
  for (const [behaviour, created, expected] of table) {
    test(behaviour, () => assert.equal(changes(...created), expected));
  }

  test('ends with another created: all counters start at 0', () => {
    assert.deepEqual(
      counted([
        { at: 0, volumes: [volume()] },
        { at: 10, volumes: [wreck()] },
        { at: 20, volumes: [wreck({ created: wall(15) })] },
      ]),
      [],
    );
  });

  test('the new volume counts what happens to it', () => {
    const played = volumeLife([0, {}], [10, { created: wall(5) }], [20, { created: wall(5), ...DEGRADED }]);
    assert.equal(volumeMetric(played)(CHANGES), 1);
  });

  test('does not depend on the namespace: the series move with their values', () => {
    const { state } = volumeLife([0, {}], [10, DEGRADED], [20, { ...DEGRADED, namespace: 'other' }]);
    const moved = state.volumes.get('pvc-1');
    assert.ok(moved);
    assert.deepEqual(VOLUME_TABLE.identify({ volume: moved, zones: new Map() }), ['pvc-1', 'other']);
    assert.equal(moved.health.changes, 1);
  });
});

describe('A volume that a message shows as a bad object', () => {
  const badly = (second: number, more: Partial<VolumeFacts> = {}): Step => ({
    at: second,
    volumes: [volume(more)],
    confirmed: false,
  });

  test('stays the same object', () => {
    const before = play([{ at: 0, volumes: [volume()] }]).state;
    const { state } = play([badly(10)], before);
    assert.equal(state.volumes.get('pvc-1'), before.volumes.get('pvc-1'));
  });

  test('keeps the time of its last confirmation', () => {
    const { state } = play([{ at: 0, volumes: [volume()] }, badly(10), badly(20)]);
    assert.equal(state.confirmedAt?.get('pvc-1'), at(0).monotonic);
  });

  test('adds nothing to its time in trouble', () => {
    const degraded = volume(DEGRADED);
    const { state } = play([{ at: 0, volumes: [degraded] }, badly(10, DEGRADED), badly(20, DEGRADED)]);
    assert.equal(state.volumes.get('pvc-1')?.health.degradedMs, 0);
  });

  test('adds at most the longest gap when it is readable again', () => {
    const degraded = volume(DEGRADED);
    const bad = Array.from({ length: 50 }, (_, i) => badly(i * 10 + 10, DEGRADED));
    const { state } = play([{ at: 0, volumes: [degraded] }, ...bad, { at: 600, volumes: [degraded] }]);
    assert.equal(state.volumes.get('pvc-1')?.health.degradedMs, LONGEST_GAP);
  });
});

describe('The engine’s node', () => {
  type Life = readonly (readonly [state: string, ...engineNodes: string[]])[];
  const table: [behaviour: string, life: Life, node: string][] = [
    ['is that of the controller', [['attached', 'node-1']], 'node-1'],
    ['is empty without one', [['attaching']], ''],
    ['is empty when detached, even if a controller lingers', [['detached', 'node-1']], ''],
    ['is still shown while it detaches', [['detaching', 'node-1']], 'node-1'],
    [
      'stays the old one while both run',
      [
        ['attached', 'node-2'],
        ['attached', 'node-1', 'node-2'],
      ],
      'node-2',
    ],
    [
      'is the new one once the old one is gone',
      [
        ['attached', 'node-2'],
        ['attached', 'node-1', 'node-2'],
        ['attached', 'node-1'],
      ],
      'node-1',
    ],
    [
      'is forgotten in a detach',
      [['attached', 'node-2'], ['detached'], ['attached', 'node-1', 'node-2']],
      'node-1',
    ],
    ['is one of the two when both ran at the first sight', [['attached', 'node-1', 'node-2']], 'node-1'],
  ];
  const engineNode = (life: Life) =>
    volumeLife(
      ...life.map(([state, ...engineNodes], i) => {
        const controllers = engineNodes.map((node) => controller(node));
        return [i * 10, { state, controllers }] as const;
      }),
    );

  for (const [behaviour, life, node] of table) {
    test(behaviour, () => assert.equal(engineNode(life).state.volumes.get('pvc-1')?.engineNode, node));
  }

  test('has an event when it moves, not when it attaches or detaches', () => {
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
