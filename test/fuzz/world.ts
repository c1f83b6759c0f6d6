/** A real store with all its readers, a control store that receives only the spared volumes, and the checks on both. */

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import type { Clock } from '../../src/clock.ts';
import type { NamedEvent } from '../../src/events.ts';
import type { Limits } from '../../src/limits.ts';
import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import type { Exposition } from '../../src/metrics/exposition.ts';
import { renderTable } from '../../src/metrics/render.ts';
import { SCHEDULE_TABLE } from '../../src/metrics/schedule.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';
import type { ManagerResponse } from '../../src/requests/client.ts';
import type { RequestEvent, RequestKind } from '../../src/requests/status.ts';
import type { State } from '../../src/state/state.ts';
import { createStore } from '../../src/store.ts';
import type { StreamEvent } from '../../src/stream/status.ts';
import { STORE_OPTIONS } from '../support/replay.ts';
import { createCounters } from './counters.ts';
import { checkDebugPages } from './debug.ts';
import { readExposition } from './exposition.ts';
import { isClearlyList, NOTHING_READ, type Reading, readMessage } from './model.ts';
import type { Tally } from './tally.ts';

const START = Date.parse('2026-11-22T06:00:00Z');
const KIND = {
  volumes: 'volume',
  backups: 'backup',
  nodes: 'node',
  backuptargets: 'backupTarget',
  recurringjobs: 'recurringJob',
} as const;

/** The facts of a stream's objects in the state, by name. */
const FACTS: { readonly [S in StreamName]: (state: State, name: string) => unknown } = {
  volumes: ({ volumes }, name) => volumes.get(name)?.facts,
  backups: ({ backups }, name) => backups.byName?.get(name)?.facts,
  nodes: ({ nodes }, name) => nodes?.get(name),
  backuptargets: ({ targets }, name) => targets?.get(name)?.facts,
  recurringjobs: ({ jobs }, name) => jobs?.get(name)?.facts,
};
const SIZE: { readonly [S in StreamName]: (state: State) => number } = {
  volumes: ({ volumes }) => volumes.size,
  backups: ({ backups }) => backups.byName?.size ?? 0,
  nodes: ({ nodes }) => nodes?.size ?? 0,
  backuptargets: ({ targets }) => targets?.size ?? 0,
  recurringjobs: ({ jobs }) => jobs?.size ?? 0,
};

/** Pairs already found equal, as most facts are the same objects as before. */
const equals = new WeakMap<object, object>();
function assertEqual(actual: unknown, expected: object, what: string): void {
  if (equals.get(expected) === actual && actual !== undefined) return;
  if (!isDeepStrictEqual(actual, expected)) assert.deepEqual(actual, expected, what);
  equals.set(expected, actual as object);
}

const UNBACKED = 'longhorn_volume_unbacked_bytes';
/** Families of a volume that also depend on backups and jobs, which the control store does not receive. */
const OF_OTHER_STREAMS = new Set([UNBACKED, ...SCHEDULE_TABLE.families.map(({ name }) => name)]);

export type World = ReturnType<typeof createWorld>;

export function createWorld(
  exposition: Exposition,
  node: string | undefined,
  spared: readonly string[],
  tally: Tally,
) {
  let monotonic = 4_242;
  let wall = START;
  const clock: Clock = { now: () => ({ monotonic, wall }), after: () => () => {} };
  const log = pino({ level: 'info' }, { write: (line: string) => checkLogLine(line, tally) });
  const histograms = {
    ...exposition.histograms,
    observe(event: NamedEvent) {
      tally.event(event.type);
      exposition.histograms.observe(event);
    },
  };
  const store = createStore({ ...STORE_OPTIONS, node }, { log, limits: NO_LIMITS, histograms }, clock);
  const control = createStore(
    { ...STORE_OPTIONS, node },
    { log: pino({ level: 'silent' }), limits: NO_LIMITS, histograms: NO_HISTOGRAMS },
    clock,
  );
  const readings = new Map<StreamName, Reading['objects']>();
  const checkCounters = createCounters();
  const deleted = new Set<string>();
  const stateOf = (): State => store.view().state;
  let state = stateOf();

  /** After a list: the state has the facts of the message, or those known before. */
  function checkKnown(stream: StreamName, { objects }: Reading, before: State): void {
    let expected = 0;
    for (const [name, { facts, confirmed }] of objects) {
      const earlier = FACTS[stream](before, name);
      // A volume that a GET did not find, and that no list has confirmed since.
      if (stream === 'volumes' && !confirmed && earlier === undefined) continue;
      expected++;
      const now = FACTS[stream](state, name);
      if (confirmed || stream !== 'volumes')
        assertEqual(now, facts, `facts of ${stream} ${JSON.stringify(name)}`);
      else assert.equal(now, earlier, `last known facts of ${JSON.stringify(name)}`);
    }
    assert.equal(SIZE[stream](state), expected, `number of known ${stream}`);
  }

  /** Sends the same message with only the spared volumes; the control store also receives lists of nodes, which decide ownership. */
  function sendToControl(stream: StreamName, bytes: Buffer, reading: Reading, requestedAt: number): void {
    if (stream !== 'volumes' && stream !== 'nodes') return;
    const data = reading.elementsFor(spared).join(',');
    const sparedOnly = `{"data":[${data}],"resourceType":"${KIND[stream]}","type":"collection"}`;
    const message = stream === 'nodes' ? bytes : Buffer.from(sparedOnly, 'latin1');
    assert.ok(control.message(stream, message, requestedAt), 'a list with only the spared volumes is a list');
  }

  const world = {
    now: () => monotonic,
    advance(ms: number) {
      monotonic += ms;
      wall += ms;
    },
    stepWall(ms: number) {
      wall += ms;
    },
    names: () => [...state.volumes.keys()],
    /** Names of backups that were listed as Deleting: they never count again. */
    deleted: deleted as ReadonlySet<string>,
    message(stream: StreamName, bytes: Buffer, late: number, checkIsList: boolean): boolean {
      const before = state;
      const requestedAt = monotonic - late;
      const isList = store.message(stream, bytes, requestedAt);
      state = stateOf();
      const expected = checkIsList ? isClearlyList(stream, bytes) : undefined;
      if (expected !== undefined) assert.equal(isList, expected, 'whether it is accepted as a list');
      if (!isList) {
        assert.equal(state, before, 'a message that is not a list changes nothing');
        tally.count('rejected');
        return false;
      }
      assert.equal(store.view().internalErrors, 0, 'no internal errors');
      const reading = readMessage(stream, bytes, readings.get(stream) ?? NOTHING_READ);
      assert.ok(reading, 'a list has brackets that match');
      assert.equal(store.view().statuses[stream].bad, reading.bad, 'number of bad objects');
      readings.set(stream, reading.objects);
      if (stream === 'backups') recordDeleted(reading, deleted);
      sendToControl(stream, bytes, reading, requestedAt);
      // A response requested before the known facts does not overwrite them.
      if (late === 0) checkKnown(stream, reading, before);
      tally.list(reading.bad, [...reading.objects.values()].filter(({ confirmed }) => confirmed).length);
      return true;
    },
    /** Returns whether it was valid; an invalid response changes nothing. */
    response(kind: RequestKind, name: string, response: ManagerResponse): boolean {
      const before = state;
      let accepted = true;
      try {
        store.response(kind, name, response);
      } catch (error) {
        accepted = false;
        assert.ok(error instanceof Error, 'what is thrown is an error');
      }
      state = stateOf();
      if (!accepted) assert.equal(state, before, 'an invalid response changes nothing');
      for (const [each, volume] of state.volumes) {
        const last = before.volumes.get(each);
        // A response with jobs updates the due times of all volumes.
        if (each !== name)
          assert.equal(
            kind === 'jobs' ? volume.facts : volume,
            kind === 'jobs' ? last?.facts : last,
            'a response concerns one volume',
          );
      }
      if (accepted && spared.includes(name)) control.response(kind, name, response);
      tally.count(accepted ? 'responses accepted' : 'responses rejected');
      return accepted;
    },
    event(stream: StreamName, event: StreamEvent) {
      store.streamEvent(stream, event);
      control.streamEvent(stream, event);
    },
    requestEvent(kind: RequestKind, event: RequestEvent) {
      store.requestEvent(kind, event);
      control.requestEvent(kind, event);
    },
    /** Renders the exposition and checks it, and the debug pages at the same time. */
    async render(heads?: string) {
      const view = store.view();
      const text = await exposition.render(view);
      const { now } = view;
      const read = readExposition(text, heads);
      checkCounters(read.lines, view.state.volumes);
      checkLabels(
        read.lines,
        view.served.volumes.map(({ volume }) => volume),
      );
      checkDebugPages(view, now);
      for (const period of Object.values(store.plan().periods))
        assert.ok(Number.isFinite(period), 'periods of the plan are finite');
      const { served } = control.view();
      const controlText =
        renderTable(VOLUME_TABLE, served.volumes, now) + renderTable(SNAPSHOT_TABLE, served.snapshots, now);
      for (const name of spared) {
        const label = `{volume="${name}",`;
        const linesOfVolume = (lines: readonly string[]) => lines.filter((line) => line.includes(label));
        const actual = read.lines
          .filter(({ family, labels }) => !labels.has('target') && !OF_OTHER_STREAMS.has(family))
          .map(({ text }) => text);
        const expected = controlText.split('\n').filter((line) => !line.startsWith(UNBACKED));
        assert.deepEqual(
          linesOfVolume(actual),
          linesOfVolume(expected),
          `${name} is served as if it were the only volume`,
        );
        tally.spared(linesOfVolume(actual).length);
      }
      return { text, ...read };
    },
  };
  for (const stream of STREAMS) world.event(stream, { type: 'opened' });
  return world;
}

const NO_HISTOGRAMS = { observe() {}, keepTargets() {} };

export const NO_LIMITS: Limits = { counts: new Map(), exceeded() {} };

function checkLogLine(line: string, tally: Tally): void {
  assert.equal(line.indexOf('\n'), line.length - 1, 'a log line is one line');
  tally.count('log lines');
}

function recordDeleted({ objects }: Reading, deleted: Set<string>): void {
  for (const [name, { facts }] of objects)
    if ('deleting' in facts && facts.deleting === true) deleted.add(name);
}

/** Every served volume has one info series, with exactly the names in its facts. */
function checkLabels(
  lines: readonly ReturnType<typeof readExposition>['lines'][number][],
  volumes: State['volumes'] extends ReadonlyMap<string, infer V> ? readonly V[] : never,
): void {
  const infos = new Map<string, ReadonlyMap<string, string>>();
  for (const { family, labels } of lines) {
    if (family === 'longhorn_volume_info') infos.set(labels.get('volume') ?? '', labels);
  }
  assert.equal(infos.size, volumes.length, 'one info series per served volume');
  for (const { facts } of volumes) {
    const labels = infos.get(facts.name);
    const { namespace, pvc, workload, accessMode } = facts;
    const shown = [
      labels?.get('namespace'),
      labels?.get('pvc'),
      labels?.get('workload'),
      labels?.get('access_mode'),
    ];
    assert.deepEqual(
      shown,
      [namespace, pvc, workload, accessMode],
      `labels of ${JSON.stringify(facts.name)}`,
    );
  }
}
