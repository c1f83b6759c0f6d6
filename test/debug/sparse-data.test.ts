/** With little or no data, no page fails and none invents a value. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { jsonText } from '../../src/debug/json.ts';
import { overview } from '../../src/debug/overview.ts';
import { debugResponse } from '../../src/debug/routes.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import type { View } from '../../src/store.ts';
import { lives } from '../state/arbitraries.ts';
import { at, node, volume } from '../support/facts.ts';
import { createReplay, recorded } from '../support/replay.ts';
import { NOTHING, recordedCluster, viewOf } from './views.ts';

const NOW = at(0);

const respond = (path: string, view: View, now = NOW) =>
  debugResponse({ path, query: new URLSearchParams(), accept: 'application/json' }, view, now);
const json = (path: string, view: View, now = NOW) => JSON.parse(`${respond(path, view, now)?.body}`);

/** RFC 3339 in UTC with milliseconds. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const LOOKS_LIKE_A_TIME = /\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d/;
const TIMES = [
  'time',
  'lastMessage',
  'lastRoundEnded',
  'robustnessSince',
  'troubledSince',
  'lastSuccess',
  'started',
  'confirmed',
  'asOf',
  'asked',
  'since',
  'due',
  'restoredUntil',
];

/** Every leaf of a JSON value, with the name of its field. */
function* leaves(value: unknown, field = ''): Generator<readonly [field: string, value: unknown]> {
  if (Array.isArray(value)) for (const each of value) yield* leaves(each, field);
  else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value)) yield* leaves(each, name);
  else yield [field, value];
}

function checkValues(data: unknown): void {
  for (const [field, value] of leaves(data)) {
    // JSON also writes null for NaN and infinity.
    assert.notEqual(value, null, `${field} is null`);
    if (TIMES.includes(field)) assert.match(`${value}`, TIME, field);
    else if (field !== 'help')
      assert.doesNotMatch(`${value}`, LOOKS_LIKE_A_TIME, `${field} has a time but is not a time field`);
  }
}

describe('nothing received yet', () => {
  test('overview: reports that nothing was received, and invents no value', () => {
    const shown = json('/debug', NOTHING);
    checkValues(shown);
    const { up, volumes, events, volumesInCluster, volumesServedHere, serves } = shown;
    assert.deepEqual(
      { up, volumes, events, volumesInCluster, volumesServedHere, serves },
      { up: false, volumes: [], events: [], volumesInCluster: 0, volumesServedHere: 0, serves: 'all' },
    );
    for (const unknown of ['node', 'nodes']) assert.ok(!(unknown in shown), unknown);
    for (const stream of shown.streams) {
      assert.deepEqual([stream.live, stream.stale, stream.condition], [false, true, 'starting']);
      for (const unknown of ['lastMessage', 'ageSeconds', 'listSeconds'])
        assert.ok(!(unknown in stream), unknown);
    }
    for (const unknown of ['lastRoundEnded', 'lastRoundSeconds'])
      assert.ok(!(unknown in shown.requests.sweep), unknown);
    assert.deepEqual(json('/debug/streams', NOTHING), {
      volumes: [],
      backups: [],
      nodes: [],
      backuptargets: [],
      recurringjobs: [],
    });
  });

  const NO_PAGES = [
    '/debug/nodes/node-1',
    '/debug/nodes/node-1.json',
    '/debug/nodes',
    '/debug/nodes/%',
    '/debug/volumes/pvc-1',
    '/debug/volumes/',
    '/debug/volumes',
    '/debug/volumes/a/b',
    '/debug/volumes/%',
    '/debug/volumes/%ff',
    '/debug/volumes/..',
    '/debug/',
    '/debug.html',
    '/debug.json.json',
    '/debug/stream',
    '/debugger',
    '/debug/volumes/__proto__',
    '/debug/__proto__',
  ];
  for (const path of NO_PAGES)
    test(`${path}: no page`, () => assert.equal(respond(path, NOTHING), undefined));
});

describe('little known', () => {
  const NAMES = ['x.json', 'x.json.json', '<b>&"', 'a b', 'ü', '__proto__', 'constructor', '%', '..'];
  for (const name of NAMES) {
    test(`volume named ${name}: has its page`, () => {
      const { view, now } = viewOf([{ at: 0, volumes: [volume({ name })] }]);
      for (const path of [encodeURIComponent(name), `${encodeURIComponent(name)}.json`]) {
        const page = json(`/debug/volumes/${path}`, view, now);
        assert.equal(page.volume.name, name);
        assert.equal(page.metrics[0].labels.volume, name);
      }
    });
  }

  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    test(`volume with ${word} in every text field: is shown on its page and the overview`, () => {
      const texts = { name: word, state: word, robustness: word, namespace: word, pvc: word, workload: word };
      const { view, now } = viewOf([{ at: 0, volumes: [volume(texts)] }]);
      for (const path of ['/debug', `/debug/volumes/${word}`]) {
        const query = new URLSearchParams({ sort: word });
        const response = debugResponse({ path, query, accept: 'text/html' }, view, now);
        assert.equal(response?.status, 200);
        assert.ok(String(response?.body).includes(`<span class="badge idle">${word}</span>`), path);
      }
    });
  }

  test('volumes x and x.json: separate pages', () => {
    const { view, now } = viewOf([{ at: 0, volumes: [volume({ name: 'x' }), volume({ name: 'x.json' })] }]);
    for (const [path, name] of [
      ['x', 'x'],
      ['x.json', 'x.json'],
      ['x.json.json', 'x.json'],
    ]) {
      assert.equal(json(`/debug/volumes/${path}`, view, now).volume.name, name, path);
    }
  });

  test('volume of which only the name is known: its page leaves out the other fields', () => {
    const bare = {
      created: undefined,
      namespace: '',
      pvc: '',
      workload: '',
      state: undefined,
      robustness: undefined,
      scheduled: undefined,
      restoring: undefined,
      backupTarget: '',
      controllers: [],
      replicasDesired: undefined,
      snapshotLimit: undefined,
      replicas: undefined,
    };
    const { view, now } = viewOf([{ at: 0, volumes: [volume(bare)] }]);
    const { volume: row, metrics } = json('/debug/volumes/pvc-1', view, now);
    checkValues(row);
    for (const unknown of [
      'state',
      'robustness',
      'robustnessSince',
      'restoring',
      'replicasDesired',
      'snapshots',
      'backups',
      'troubledSince',
      'owner',
    ]) {
      assert.ok(!(unknown in row), unknown);
    }
    assert.deepEqual([row.replicas, row.problems], [[], []]);
    assert.ok(metrics.length > 0, 'no metrics, though its counters are known to be 0');
  });

  const REASONS: readonly (readonly [
    what: string,
    more: Partial<View>,
    steps: Parameters<typeof viewOf>[0],
    reason: RegExp,
  ])[] = [
    ['EXPORT=all', {}, [], /^This exporter serves every volume \(EXPORT=all\)\.$/],
    ['stale list of volumes', { served: NOTHING.served }, [], /the last list of volumes is too old/],
    ['no list of nodes yet', { node: 'n1', served: NOTHING.served }, [], /has not received any nodes/],
    [
      'empty list of nodes',
      { node: 'n1', served: NOTHING.served },
      [{ at: 1, nodes: [] }],
      /^It has no owner: Longhorn lists no nodes\.$/,
    ],
    [
      'node of this exporter not listed',
      { node: 'n9', served: NOTHING.served },
      [{ at: 1, nodes: [node('n1')] }],
      /^Its owner is n1: .* n9, is not listed\.$/,
    ],
    [
      'owned by another node',
      { node: 'n2', served: NOTHING.served },
      [{ at: 1, nodes: [node('n1'), node('n2', false)] }],
      /^Its owner is n1: the exporter there serves it\.$/,
    ],
    [
      'owned by this node, and served',
      { node: 'n1' },
      [{ at: 1, nodes: [node('n1')] }],
      /^This node, n1, owns it: of all Ready nodes/,
    ],
    [
      'owned by this node, but withdrawn',
      { node: 'n1', served: NOTHING.served },
      [{ at: 1, nodes: [node('n1')] }],
      /owns it, but its series are withdrawn/,
    ],
  ];
  for (const [what, more, steps, reason] of REASONS) {
    test(`${what}: the page gives the reason ${reason}`, () => {
      const { view, now } = viewOf([{ at: 0, volumes: [volume()] }, ...steps], more);
      assert.match(volumePage('pvc-1', view, now)?.data.why ?? '', reason);
    });
  }

  test('any cluster: no null, and times only in time fields', () => {
    fc.assert(
      fc.property(lives(), fc.constantFrom(undefined, 'node-1', 'nowhere'), (life, node) => {
        const { view, now } = viewOf(life, { node });
        checkValues(json('/debug', view, now));
        for (const name of view.state.volumes.keys()) checkValues(json(`/debug/volumes/${name}`, view, now));
        for (const name of view.state.nodes?.keys() ?? [])
          checkValues(json(`/debug/nodes/${name}`, view, now));
      }),
    );
  });

  test('one or two streams received, in any order: pages work', () => {
    for (const first of STREAMS) {
      for (const second of STREAMS) {
        const replay = createReplay('2026-11-22T06:00:00Z', { node: 'node-1' });
        for (const stream of [first, second]) {
          for (const message of recorded('1.12.1', `cluster-${stream}`)) replay.message(stream, message);
          const view = replay.store.view();
          const { now } = view;
          checkValues(json('/debug', view, now));
          for (const name of view.state.volumes.keys())
            checkValues(json(`/debug/volumes/${name}`, view, now));
        }
      }
    }
  });

  test('system clock is set: displayed times move, durations do not', () => {
    const replay = recordedCluster('1.12.1');
    const shown = () => {
      const view = replay.store.view();
      const { now } = view;
      return overview(view, now);
    };
    const before = shown();
    replay.stepWall(3_600_000);
    const after = shown();
    assert.equal(after.time - before.time, 3_600_000);
    assert.deepEqual(
      after.streams.map(({ ageSeconds }) => ageSeconds),
      before.streams.map(({ ageSeconds }) => ageSeconds),
    );
    checkValues(JSON.parse(jsonText(after)));
  });
});
