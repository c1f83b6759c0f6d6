import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Answer, Client } from '../../src/requests/client.ts';
import type { RequestEvent, RequestKind } from '../../src/requests/status.ts';
import { visitVolumes } from '../../src/requests/visits.ts';
import { manualClock } from '../support/clock.ts';

const ANSWER: Answer = { status: 200, body: Buffer.from('{}'), askedAt: 7, tookMs: 3 };

/** Visits these volumes once each, five seconds apart, asking a client that answers as the test says. */
async function visit(
  kind: RequestKind,
  volumes: readonly string[],
  ask: (how: string, volume: string) => Promise<Answer>,
  take: (volume: string) => void = () => {},
) {
  const clock = manualClock();
  const stopping = new AbortController();
  const asked: string[] = [];
  const events: RequestEvent[] = [];
  const client: Client = {
    getVolume: (name) => record('GET', name),
    listSnapshots: (name) => record('snapshots', name),
    listRecurringJobs: (name) => record('jobs', name),
    close() {},
  };
  function record(how: string, name: string): Promise<Answer> {
    asked.push(`${how} ${name}`);
    return ask(how, name);
  }
  const listener = {
    names: () => volumes,
    interval: () => volumes.length * 5_000,
    answer: (_: string, name: string) => take(name),
    event(_: string, event: RequestEvent) {
      if (event.type !== 'round') events.push(event);
    },
  };
  const ended = visitVolumes(kind, client, listener, clock, stopping.signal);
  for (let i = 0; i < volumes.length; i++) {
    await turn();
    if (i < volumes.length - 1) clock.advance(5_000);
  }
  return { asked, events, stopping, ended, clock };
}

async function stopped<T extends { stopping: AbortController; ended: Promise<void> }>(run: T): Promise<T> {
  run.stopping.abort();
  await run.ended;
  return run;
}

describe('A round', () => {
  for (const [kind, how] of [
    ['sweep', 'snapshots'],
    ['jobs', 'jobs'],
    ['refresh', 'GET'],
  ] as const) {
    test(`of the kind ${kind} asks for ${how} of each volume, and tells what each cost`, async () => {
      const { asked, events } = await stopped(await visit(kind, ['a', 'b'], async () => ANSWER));
      assert.deepEqual(asked, [`${how} a`, `${how} b`]);
      assert.deepEqual(events, [
        { type: 'answered', tookMs: 3 },
        { type: 'answered', tookMs: 3 },
      ]);
    });
  }

  test('goes on after a request that failed, and does not ask again before the next round', async () => {
    const run = await visit('sweep', ['a', 'b', 'c'], async (_, name) => {
      if (name === 'b') throw new Error('no answer within 10000 ms');
      return ANSWER;
    });
    const { asked, events } = await stopped(run);
    assert.deepEqual(asked, ['snapshots a', 'snapshots b', 'snapshots c']);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['answered', 'failed', 'answered'],
    );
  });

  test('counts an answer that cannot be understood as a failure, once', async () => {
    const run = await visit(
      'refresh',
      ['a'],
      async () => ANSWER,
      () => {
        throw new Error('not that volume');
      },
    );
    const { events } = await stopped(run);
    assert.deepEqual(events, [{ type: 'failed', detail: 'not that volume', tookMs: 0, limit: undefined }]);
  });

  test('tells no failure of a request that ended because we are stopping', async () => {
    let fail = (_: Error): void => {};
    const run = await visit(
      'sweep',
      ['a'],
      () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
    );
    run.stopping.abort();
    fail(new Error('socket hang up'));
    await run.ended;
    assert.deepEqual(run.events, []);
    assert.deepEqual(run.clock.timers, []);
  });
});
