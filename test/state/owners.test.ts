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

describe('Hash', () => {
  const ASCII_NODES = ['node-1', 'node-2', 'node-3'];
  const UNICODE_NODES = ['köln', '東京', 'são-paulo', 'node-🚀', 'a'];
  const expected: [volume: string, asciiOwner: string, unicodeOwner: string][] = [
    ['pvc-aa01', 'node-1', 'köln'],
    ['pvc-aa02', 'node-3', 'node-🚀'],
    ['restored-without-claim', 'node-2', '東京'],
    ['pvc-7b0c1f0e-6a5d-4d6b-9f5a-2f6f0f8f4a11', 'node-1', '東京'],
    ['läufer', 'node-3', 'a'],
    ['卷-一', 'node-2', 'node-🚀'],
    ['🐮', 'node-1', 'node-🚀'],
    ['', 'node-3', 'são-paulo'],
  ];
  for (const [name, asciiOwner, unicodeOwner] of expected) {
    test(`volume '${name}': the same owner in every release`, () => {
      assert.deepEqual([owner(name, ASCII_NODES), owner(name, UNICODE_NODES)], [asciiOwner, unicodeOwner]);
    });
  }

  test('four names: the same hash in every release', () => {
    assert.deepEqual(
      hashesOf(['pvc-aa01', 'läufer', '🐮', '']).map(({ hash }) => hash),
      [793389805, 80338493, 3160118406, 2872998923],
    );
  });
});

describe('Owner of a volume', () => {
  test('no nodes: no owner', () => assert.equal(ownersOf([]).size, 0));

  test('one node: that node', () => {
    assert.deepEqual(new Set(ownersOf(named('only')).values()), new Set(['only']));
  });

  test('one of three nodes Ready: that node', () => {
    const owners = ownersOf([node('a', false), node('b'), node('c', false)]);
    assert.deepEqual(new Set(owners.values()), new Set(['b']));
  });

  test('no node Ready: the same owners as with all Ready', () => {
    const down = numbered(5).map(({ name }) => node(name, false));
    assert.deepEqual(ownersOf(down), ownersOf(numbered(5)));
  });

  test('two nodes with the same hash: the lexically smaller one', () => {
    const [one, other] = hashesOf(['costarring', 'liquid']);
    assert.equal(one?.hash, other?.hash);
    const owners = new Set(ownersOf(named('liquid', 'costarring')).values());
    assert.deepEqual(owners, new Set(['costarring']));
  });

  test('nodes in any order: the same owners', () => {
    const nodes = [...numbered(6), node('down', false)];
    const expected = ownersOf(nodes, VOLUMES.slice(0, 50));
    fc.assert(
      fc.property(fc.shuffledSubarray(nodes, { minLength: nodes.length }), (shuffled) => {
        assert.deepEqual(ownersOf(shuffled, VOLUMES.slice(0, 50)), expected);
      }),
    );
  });

  test('any previous lists: the same owners, so that all exporters agree', () => {
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

  test('volumes or nodes listed first: the same owners', () => {
    const volumes = VOLUMES.slice(0, 20).map((name) => volume({ name }));
    const steps = [
      { at: 0, volumes },
      { at: 1, nodes: numbered(3) },
    ];
    assert.deepEqual(play(steps).state.owners, play([...steps].reverse()).state.owners);
  });

  test('same candidates: not computed again', () => {
    const { owners: first } = assignOwners(NO_OWNERS, nodesOf(numbered(3)), VOLUMES);
    assert.equal(assignOwners(first, nodesOf(numbered(3)), VOLUMES).owners.candidates, first.candidates);
  });
});

describe('Node leaves', () => {
  const before = ownersOf(numbered(10));
  const ways: [way: string, nodes: NodeFacts[]][] = [
    ['removed from the list', numbered(10).filter(({ name }) => name !== 'worker-4')],
    ['not Ready', numbered(10).map(({ name }) => node(name, name !== 'worker-4'))],
  ];
  for (const [way, nodes] of ways) {
    test(`${way}: only its volumes move`, () => {
      const after = ownersOf(nodes);
      for (const [name, owner] of before) {
        if (owner === 'worker-4') assert.notEqual(after.get(name), 'worker-4');
        else assert.equal(after.get(name), owner);
      }
    });
  }

  test('removed from the list and back: its volumes return to it', () => {
    const { owners: without } = assignOwners(NO_OWNERS, nodesOf(numbered(10).slice(1)), VOLUMES);
    assert.deepEqual(assignOwners(without, nodesOf(numbered(10)), VOLUMES).owners.byName, before);
  });

  test('removed from the list: its volumes are spread over all other nodes', () => {
    const after = ownersOf(numbered(10).filter(({ name }) => name !== 'worker-4'));
    const newOwners = VOLUMES.filter((name) => before.get(name) === 'worker-4').map((name) =>
      after.get(name),
    );
    assert.equal(new Set(newOwners).size, 9);
  });
});

describe('Distribution of 2000 volumes', () => {
  // A uniform random assignment stays within these limits, with a margin of more than five standard deviations.
  const limits: [nodes: number, least: number, most: number][] = [
    [3, 560, 775],
    [10, 133, 268],
    [300, 0, 21],
  ];
  for (const [count, least, most] of limits) {
    test(`${count} nodes: ${least} to ${most} volumes each`, (t) => {
      const shares = new Map(numbered(count).map(({ name }) => [name, 0]));
      for (const owner of ownersOf(numbered(count)).values()) shares.set(owner, (shares.get(owner) ?? 0) + 1);
      const sorted = [...shares.values()].sort((a, b) => a - b);
      const [lowest = -1, highest = -1] = [sorted[0], sorted.at(-1)];
      t.diagnostic(`${VOLUMES.length} volumes over ${count} nodes: ${lowest} to ${highest} each`);
      assert.equal(shares.size, count);
      assert.ok(lowest >= least && highest <= most, `${lowest} to ${highest}`);
    });
  }

  test('320 nodes: the time is reported', (t) => {
    const nodes = nodesOf(numbered(320));
    const start = performance.now();
    const { byName } = assignOwners(NO_OWNERS, nodes, VOLUMES).owners;
    t.diagnostic(`2000 volumes over 320 nodes: ${(performance.now() - start).toFixed(1)} ms`);
    assert.equal(byName.size, VOLUMES.length);
  });
});

describe('Candidates', () => {
  const table: [title: string, nodes: NodeFacts[], candidates: string[]][] = [
    ['some nodes Ready: those, sorted', [node('c'), node('a'), node('b', false)], ['a', 'c']],
    ['no node Ready: all nodes, sorted', [node('c', false), node('a', false)], ['a', 'c']],
    ['no nodes: none', [], []],
  ];
  for (const [title, nodes, candidates] of table) {
    test(title, () => assert.deepEqual(candidatesOf(nodesOf(nodes)), candidates));
  }

  test('before the first list: none', () => assert.deepEqual(candidatesOf(undefined), []));
});
