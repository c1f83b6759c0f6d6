/** The JSON has exactly the fields that docs/debugging.md documents, with the documented types. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Time } from '../../src/clock.ts';
import { OPT_IN_PROBLEMS } from '../../src/debug/backup-problems.ts';
import { PROBLEMS } from '../../src/debug/problems.ts';
import { debugResponse } from '../../src/debug/routes.ts';
import type { NamedEvent } from '../../src/events.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { foldSnapshots, NO_SNAPSHOT_HISTORY } from '../../src/state/snapshots.ts';
import type { View } from '../../src/store.ts';
import { ERROR_REASONS } from '../../src/stream/policy.ts';
import { NEW_STREAM, type StreamEvent } from '../../src/stream/status.ts';
import { EMPTY_TIMELINE, recordStreamEvent } from '../../src/timeline.ts';
import {
  at,
  backup,
  controller,
  failed,
  node,
  replica,
  running,
  snapshot,
  snapshotsByName,
  target,
  volume,
} from '../support/facts.ts';
import { eventTypes, fields, rows } from './documented.ts';
import { NOTHING, recordedCluster, VERSIONS, viewOf } from './views.ts';

type Json = Readonly<Record<string, unknown>>;

/** The objects found in the JSON, by the section that documents them. */
const found = new Map<string, Json[]>();
const collect = (title: string, objects: unknown): void => {
  for (const each of [objects].flat()) found.set(title, [...(found.get(title) ?? []), each as Json]);
};

const list = (value: unknown): Json[] => value as Json[];

function collectVolume(volume: Json): void {
  collect('Volume', volume);
  collect('Replica', volume.replicas);
  collect('Backups', volume.backups ?? []);
  collect('Operations', volume.operations);
  if (volume.schedule !== undefined) collect('Schedule', volume.schedule);
  if (volume.snapshots !== undefined) collect('Snapshots', volume.snapshots);
}

function collectAll(view: View, now: Time): void {
  const getJson = (path: string): Json => {
    const response = debugResponse(
      { path, query: new URLSearchParams(), accept: 'application/json' },
      view,
      now,
    );
    return JSON.parse(`${response?.body}`);
  };
  const overview = getJson('/debug.json');
  collect('Overview', overview);
  collect('Stream', overview.streams);
  collect('Requests', Object.values(overview.requests as Json));
  collect('Event', overview.events);
  collect('Backup target', overview.targets ?? []);
  for (const node of list(overview.nodeList ?? [])) {
    collect('Node', node);
    const page = getJson(`/debug/nodes/${node.name}.json`);
    collect('Node page', page);
    collect('Node', page.node);
    collect('Effects', page.volumes);
    collect('Metric', page.metrics);
  }
  for (const volume of list(overview.volumes)) {
    collectVolume(volume);
    const page = getJson(`/debug/volumes/${volume.name}.json`);
    collect('Volume page', page);
    collectVolume(page.volume as Json);
    collect('Metric', page.metrics);
    collect('Event', page.events);
  }
  for (const events of Object.values(getJson('/debug/streams.json'))) collect('Stream event', events);
}

/** One of each: the compiler reports a missing type. */
const EVENTS: { readonly [T in NamedEvent['type']]: NamedEvent & { readonly type: T } } = {
  volume_appeared: { type: 'volume_appeared', volume: 'pvc-1' },
  volume_gone: { type: 'volume_gone', volume: 'pvc-1' },
  robustness_changed: { type: 'robustness_changed', volume: 'pvc-1', from: 'healthy', to: 'degraded' },
  state_changed: { type: 'state_changed', volume: 'pvc-1', from: 'attached', to: 'detached' },
  engine_moved: { type: 'engine_moved', volume: 'pvc-1', from: 'n1', to: 'n2' },
  owner_changed: { type: 'owner_changed', volume: 'pvc-1', from: 'n1', to: 'n2' },
  operation_started: { type: 'operation_started', volume: 'pvc-1', operation: 'expand' },
  operation_ended: { type: 'operation_ended', volume: 'pvc-1', operation: 'expand' },
  operation_failed: { type: 'operation_failed', volume: 'pvc-1', operation: 'expand', error: 'why' },
  share_down: { type: 'share_down', volume: 'pvc-1' },
  share_up: { type: 'share_up', volume: 'pvc-1' },
  replica_failed: { type: 'replica_failed', volume: 'pvc-1', replica: 'r1' },
  rebuild_started: { type: 'rebuild_started', volume: 'pvc-1', replica: 'r1' },
  rebuild_ended: { type: 'rebuild_ended', volume: 'pvc-1', replica: 'r1', result: 'succeeded', seconds: 1 },
  backup_started: { type: 'backup_started', volume: 'pvc-1', backup: 'b1', target: 'default' },
  backup_completed: {
    type: 'backup_completed',
    volume: 'pvc-1',
    backup: 'b1',
    target: 'default',
    mode: 'full',
    seconds: 1,
    queueSeconds: 0.5,
  },
  backup_failed: {
    type: 'backup_failed',
    volume: 'pvc-1',
    backup: 'b1',
    target: 'default',
    reason: 'timeout',
    error: 'RequestTimeout',
  },
  backup_gone: { type: 'backup_gone', volume: 'pvc-1', backup: 'b1', target: 'default' },
  snapshots_created: { type: 'snapshots_created', volume: 'pvc-1', kind: 'user', count: 1 },
  snapshots_deleted: { type: 'snapshots_deleted', volume: 'pvc-1', kind: 'user', count: 1 },
};

const TARGETS = [
  target('default', { available: false, reason: 'timeout' }),
  target('away', { scheme: undefined, available: undefined }),
];

const NO_BACKUP_JOB = { interval: undefined, due: undefined };

const STREAM_EVENTS: readonly StreamEvent[] = [
  { type: 'opened' },
  { type: 'measured', listMs: 1, costMs: 1, resized: false },
  { type: 'bad_message', bytes: 1 },
  { type: 'resync' },
  ...ERROR_REASONS.map((reason) => ({ type: 'failed', reason, detail: 'why' }) as const),
];

before(() => {
  collectAll(NOTHING, at(0));
  collectAll(viewOf([{ at: 0, volumes: [volume()] }]).view, at(0));
  for (const version of VERSIONS) {
    for (const node of [undefined, 'node-1']) {
      const view = recordedCluster(version, node).store.view();
      collectAll(view, view.now);
    }
  }
  const bare = volume({
    name: 'bare',
    state: undefined,
    robustness: undefined,
    restoring: undefined,
    replicasDesired: undefined,
    scheduled: undefined,
    snapshotLimit: undefined,
  });
  const rebuilding = [replica('r1', 'rebuilding', { progress: 0.5 })];
  const busy = volume({
    name: 'busy',
    restoring: true,
    restore: { running: true, progress: 0.5, error: '' },
    purge: { running: false, progress: undefined, error: 'why' },
  });
  const standby = volume({
    name: 'standby',
    standby: true,
    controllers: [controller('node-1', { lastRestoredBackup: 'b4' })],
    restore: { running: false, progress: undefined, error: 'RequestTimeout' },
  });
  const { view, now } = viewOf(
    [
      {
        at: 0,
        volumes: [volume(), bare, busy, standby],
        backups: [failed('b1')],
        nodes: [node('n1', true, 'a')],
        backuptargets: TARGETS,
      },
      {
        at: 1,
        volumes: [volume({ robustness: 'degraded', replicas: rebuilding }), bare, busy, standby],
        backups: [
          backup('b1'),
          running('b2'),
          backup('b4', { volume: 'standby' }),
          failed('b3', { target: 'away', error: 'RequestTimeout' }),
        ],
      },
    ],
    { node: 'n1', limits: new Map([['volumes', 1]]) },
  );
  const history = foldSnapshots(NO_SNAPSHOT_HISTORY, snapshotsByName([snapshot('s')]), now.monotonic).history;
  const volumes = new Map(
    [...view.state.volumes].map(([name, each]) => {
      const times = name === 'pvc-1' ? { interval: 60_000, due: now.wall } : NO_BACKUP_JOB;
      const schedule = { from: [], jobs: new Map(), ...times };
      const jobLabels = { labels: { jobs: [], groups: [] }, requestedAt: now.monotonic };
      return [name, { ...each, snapshots: history, schedule, jobLabels }] as const;
    }),
  );
  const latest = Object.values(EVENTS).map((event) => ({ ...event, at: now.monotonic }));
  const round = { ...view.requests.sweep, roundEndedAt: now.monotonic, roundMs: 1 };
  collectAll(
    {
      ...view,
      state: { ...view.state, volumes },
      requests: { ...view.requests, sweep: round },
      timeline: {
        ...STREAM_EVENTS.reduce(
          (timeline, event) => recordStreamEvent(timeline, 'volumes', event, now.monotonic),
          EMPTY_TIMELINE,
        ),
        latest,
        byVolume: new Map([['pvc-1', latest]]),
      },
      statuses: {
        ...view.statuses,
        volumes: {
          ...NEW_STREAM,
          condition: 'too_large',
          lastListAt: now.monotonic,
          lastFoldAt: now.monotonic,
          listMs: 1,
        },
      },
    },
    now,
  );
});

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  time: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

const TITLES = [
  'Overview',
  'Stream',
  'Requests',
  'Volume',
  'Replica',
  'Operations',
  'Schedule',
  'Snapshots',
  'Backups',
  'Volume page',
  'Node',
  'Node page',
  'Effects',
  'Backup target',
  'Metric',
  'Event',
  'Stream event',
];

describe('docs/debugging.md', () => {
  for (const title of TITLES) {
    test(`${title}: has exactly the documented fields`, () => {
      const documented = fields(title);
      const eventFields = new Set(title === 'Event' ? [...eventTypes().values()].flat() : []);
      const objects = found.get(title) ?? [];
      assert.ok(objects.length > 1, `only ${objects.length} objects`);
      const names = new Set(
        objects.flatMap((object) => Object.keys(object)).filter((name) => !eventFields.has(name)),
      );
      assert.deepEqual([...names].sort(), [...documented.keys()].sort());
      for (const [name, { type, always }] of documented) {
        const withField = objects.filter((object) => name in object);
        if (always) assert.equal(withField.length, objects.length, `${name} is in every object`);
        else assert.ok(withField.length < objects.length, `${name} is missing in some objects`);
        const hasType = TYPES[type] ?? assert.fail(`no type ${type}`);
        for (const object of withField)
          assert.ok(hasType(object[name]), `${name} is a ${type}: ${object[name]}`);
      }
    });
  }

  test('event types: all are documented, with their own fields', () => {
    const documented = eventTypes();
    assert.deepEqual([...documented.keys()].sort(), Object.keys(EVENTS).sort());
    const common = new Set(['type', 'volume', 'seconds']);
    for (const [type, event] of Object.entries(EVENTS)) {
      const ownFields = Object.keys(event).filter((name) => !common.has(name));
      assert.deepEqual(documented.get(type), ownFields, type);
    }
  });

  test('fields with a fixed set of values: every value is documented', () => {
    const documentedValues = (title: string, field: string): string[] => {
      const row = rows(title).find(([name]) => name === `\`${field}\``) ?? assert.fail(field);
      return [...(row.at(-1) ?? '').matchAll(/`([a-z_]+)`/g)].map(([, value = '']) => value);
    };
    const values = (title: string, field: string): string[] => [
      ...new Set(
        (found.get(title) ?? []).map((object) => object[field]).filter((value) => typeof value === 'string'),
      ),
    ];
    assert.deepEqual(documentedValues('Stream', 'stream'), [...STREAMS]);
    assert.deepEqual(documentedValues('Stream', 'errors'), [...ERROR_REASONS]);
    assert.deepEqual(documentedValues('Stream event', 'event'), [
      'connected',
      'first_list',
      'resync',
      ...ERROR_REASONS,
    ]);
    for (const [title, field] of [
      ['Overview', 'serves'],
      ['Replica', 'status'],
      ['Stream event', 'event'],
      ['Volume', 'state'],
      ['Operations', 'operation'],
      ['Node', 'verdict'],
    ] as const) {
      for (const value of values(title, field))
        assert.ok(documentedValues(title, field).includes(value), `${field} ${value}`);
    }
    const [expected, documented] = [
      [...PROBLEMS, ...OPT_IN_PROBLEMS].map(({ name, alert }) => [name, alert]),
      rows('What you see').map(([name = '', , alert]) => [name.slice(1, -1), alert]),
    ];
    assert.deepEqual(documented, expected, 'the problems, worst first');
  });
});
