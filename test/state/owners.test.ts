import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { NodeFacts } from '../../src/longhorn/node.ts';
import { assignOwners, candidatesOf, hashesOf, ownerOf } from '../../src/state/owners.ts';
import { NO_OWNERS } from '../../src/state/state.ts';
import { node, play, volume } from '../support/facts.ts';

const nodesOf = (nodes: readonly NodeFacts[]) => new Map(nodes.map((each) => [each.name, each]));
const named = (...names: string[]) => names.map((name) => node(name));
const numbered = (count: number) => named(...Array.from({ length: count }, (_, i) => `worker-${i + 1}`));
const VOLUMES = Array.from(
  { length: 2000 },
  (_, i) => `pvc-${i.toString(16).padStart(4, '0')}-6a5d-4d6b-9f5a`,
);

const ownersOf = (nodes: readonly NodeFacts[], volumes: readonly string[] = VOLUMES) =>
  assignOwners(NO_OWNERS, nodesOf(nodes), volumes).owners.byName;

const owner = (name: string, nodes: readonly string[]) => ownerOf(name, hashesOf([...nodes].sort()));

describe('The hash', () => {
  const THREE = ['node-1', 'node-2', 'node-3'];
  const FAR = ['köln', '東京', 'são-paulo', 'node-🚀', 'a'];
  const pins: [volume: string, ofThree: string, ofFar: string][] = [
    ['pvc-aa01', 'node-1', 'köln'],
    ['pvc-aa02', 'node-3', 'node-🚀'],
    ['restored-without-claim', 'node-2', '東京'],
    ['pvc-7b0c1f0e-6a5d-4d6b-9f5a-2f6f0f8f4a11', 'node-1', '東京'],
    ['läufer', 'node-3', 'a'],
    ['卷-一', 'node-2', 'node-🚀'],
    ['🐮', 'node-1', 'node-🚀'],
    ['', 'node-3', 'são-paulo'],
  ];
  for (const [name, ofThree, ofFar] of pins) {
    test(`is the same in every release for '${name}'`, () => {
      assert.deepEqual([owner(name, THREE), owner(name, FAR)], [ofThree, ofFar]);
    });
  }

  test('of a node is the same in every release', () => {
    assert.deepEqual(
      hashesOf(['pvc-aa01', 'läufer', '🐮', '']).map(({ hash }) => hash),
      [793389805, 80338493, 3160118406, 2872998923],
    );
  });
});

describe('The owner', () => {
  test('does not exist without nodes', () => assert.equal(ownersOf([]).size, 0));

  test('is the only node', () => {
    assert.deepEqual(new Set(ownersOf(named('only')).values()), new Set(['only']));
  });

  test('is a Ready node while there is one', () => {
    const owners = ownersOf([node('a', false), node('b'), node('c', false)]);
    assert.deepEqual(new Set(owners.values()), new Set(['b']));
  });

  test('is any listed node when none is Ready', () => {
    const down = numbered(5).map(({ name }) => node(name, false));
    assert.deepEqual(ownersOf(down), ownersOf(numbered(5)));
  });

  test('is the lexically smallest of nodes with the same hash', () => {
    const [one, other] = hashesOf(['costarring', 'liquid']);
    assert.equal(one?.hash, other?.hash);
    const owners = new Set(ownersOf(named('liquid', 'costarring')).values());
    assert.deepEqual(owners, new Set(['costarring']));
  });

  test('does not depend on the order of the nodes', () => {
    const nodes = [...numbered(6), node('down', false)];
    const expected = ownersOf(nodes, VOLUMES.slice(0, 50));
    fc.assert(
      fc.property(fc.shuffledSubarray(nodes, { minLength: nodes.length }), (shuffled) => {
        assert.deepEqual(ownersOf(shuffled, VOLUMES.slice(0, 50)), expected);
      }),
    );
  });

  test('is the same whatever was known before, so that all exporters agree', () => {
    const nodes = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), ready: fc.boolean(), zone: fc.constant('') }),
      {
        selector: ({ name }) => name,
      },
    );
    fc.assert(
      fc.property(fc.array(nodes, { minLength: 1 }), fc.subarray(VOLUMES.slice(0, 20)), (lists, volumes) => {
        let owners = NO_OWNERS;
        for (const list of lists) ({ owners } = assignOwners(owners, nodesOf(list), VOLUMES.slice(5, 15)));
        const last = nodesOf(lists.at(-1) ?? []);
        ({ owners } = assignOwners(owners, last, volumes));
        assert.deepEqual(owners, assignOwners(NO_OWNERS, last, volumes).owners);
      }),
    );
  });

  test('does not depend on which stream arrived first', () => {
    const volumes = VOLUMES.slice(0, 20).map((name) => volume({ name }));
    const steps = [
      { at: 0, volumes },
      { at: 1, nodes: numbered(3) },
    ];
    assert.deepEqual(play(steps).state.owners, play([...steps].reverse()).state.owners);
  });

  test('is not recomputed for candidates that have not changed', () => {
    const { owners: first } = assignOwners(NO_OWNERS, nodesOf(numbered(3)), VOLUMES);
    assert.equal(assignOwners(first, nodesOf(numbered(3)), VOLUMES).owners.candidates, first.candidates);
  });
});

describe('When a node leaves', () => {
  const before = ownersOf(numbered(10));
  const ways: [way: string, nodes: NodeFacts[]][] = [
    ['the list', numbered(10).filter(({ name }) => name !== 'worker-4')],
    ['the Ready ones', numbered(10).map(({ name }) => node(name, name !== 'worker-4'))],
  ];
  for (const [way, nodes] of ways) {
    test(`${way}, only its volumes move`, () => {
      const after = ownersOf(nodes);
      for (const [name, owner] of before) {
        if (owner === 'worker-4') assert.notEqual(after.get(name), 'worker-4');
        else assert.equal(after.get(name), owner);
      }
    });
  }

  test('and comes back, its volumes come back', () => {
    const { owners: without } = assignOwners(NO_OWNERS, nodesOf(numbered(10).slice(1)), VOLUMES);
    assert.deepEqual(assignOwners(without, nodesOf(numbered(10)), VOLUMES).owners.byName, before);
  });

  test('its volumes are spread over all the others', () => {
    const after = ownersOf(numbered(10).filter(({ name }) => name !== 'worker-4'));
    const heirs = VOLUMES.filter((name) => before.get(name) === 'worker-4').map((name) => after.get(name));
    assert.equal(new Set(heirs).size, 9);
  });
});

describe('Volumes are spread', () => {
  // The limits of a fair draw, with a margin of more than five standard deviations.
  const bounds: [nodes: number, least: number, most: number][] = [
    [3, 560, 775],
    [10, 133, 268],
    [300, 0, 21],
  ];
  for (const [count, least, most] of bounds) {
    test(`evenly over ${count} nodes`, (t) => {
      const shares = new Map(numbered(count).map(({ name }) => [name, 0]));
      for (const owner of ownersOf(numbered(count)).values()) shares.set(owner, (shares.get(owner) ?? 0) + 1);
      const sorted = [...shares.values()].sort((a, b) => a - b);
      const [lowest = -1, highest = -1] = [sorted[0], sorted.at(-1)];
      t.diagnostic(`${VOLUMES.length} volumes over ${count} nodes: ${lowest} to ${highest} each`);
      assert.equal(shares.size, count);
      assert.ok(lowest >= least && highest <= most, `${lowest} to ${highest}`);
    });
  }

  test('in a time that is reported', (t) => {
    const nodes = nodesOf(numbered(320));
    const start = performance.now();
    const { byName } = assignOwners(NO_OWNERS, nodes, VOLUMES).owners;
    t.diagnostic(`2000 volumes over 320 nodes: ${(performance.now() - start).toFixed(1)} ms`);
    assert.equal(byName.size, VOLUMES.length);
  });
});

describe('Candidates', () => {
  const table: [behaviour: string, nodes: NodeFacts[], candidates: string[]][] = [
    ['are the Ready nodes, sorted', [node('c'), node('a'), node('b', false)], ['a', 'c']],
    ['are all nodes when none is Ready', [node('c', false), node('a', false)], ['a', 'c']],
    ['are none without nodes', [], []],
  ];
  for (const [behaviour, nodes, candidates] of table) {
    test(behaviour, () => assert.deepEqual(candidatesOf(nodesOf(nodes)), candidates));
  }

  test('are none before the first list', () => assert.deepEqual(candidatesOf(undefined), []));
});
