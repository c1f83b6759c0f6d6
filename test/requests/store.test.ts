/** How the store processes responses about single volumes, at times that the test chooses. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createReplay, type Replay } from '../support/replay.ts';
import { samples } from '../support/series.ts';

const START = '2026-11-22T06:00:00Z';

const volumeText = (name: string, created = '2026-10-23 06:00:00 +0000 UTC') =>
  JSON.stringify({ type: 'volume', name, created, state: 'attached', robustness: 'healthy' });

const listOf = (resourceType: string, ...elements: string[]) =>
  Buffer.from(`{"data":[${elements.join(',')}],"resourceType":"${resourceType}","type":"collection"}`);

const nodes = (...names: string[]) =>
  listOf('node', ...names.map((name) => JSON.stringify({ name, conditions: { Ready: { status: 'True' } } })));

function sweep(replay: Replay, volume: string, requestedAt: number, ...names: string[]): void {
  const snapshots = names.map((name) => JSON.stringify({ name, userCreated: true, size: 1 }));
  const body = listOf('snapshotCR', ...snapshots);
  replay.store.response('sweep', volume, { status: 200, body, requestedAt, tookMs: 1 });
}

const now = (replay: Replay): number => replay.store.view().now.monotonic;

async function snapshotsOf(replay: Replay, volume = 'pvc-1') {
  const found = samples(await replay.text());
  const sample = (name: string) =>
    found.get(`longhorn_volume_${name}{volume="${volume}",namespace="",kind="user"}`);
  return [sample('snapshots_created_total'), sample('snapshots_deleted_total'), sample('snapshots')];
}

/** A store that knows pvc-1 and its snapshots a and b. */
function storeWithSnapshots(options: Parameters<typeof createReplay>[1] = {}): Replay {
  const replay = createReplay(START, options);
  replay.message('nodes', nodes('node-1'));
  replay.message('volumes', listOf('volume', volumeText('pvc-1')));
  sweep(replay, 'pvc-1', now(replay), 'a', 'b');
  return replay;
}

describe('snapshots that were not refreshed', () => {
  for (const [duration, options, served, withdrawn] of [
    ['for STALE_AFTER', { staleAfter: 300_000, sweepInterval: 60_000 }, '06:05:00', '06:05:01'],
    ['for three sweeps', { staleAfter: 300_000, sweepInterval: 3_600_000 }, '09:00:00', '09:00:01'],
  ] as const) {
    test(`${duration}: withdrawn then, not earlier; the volume is still served`, async () => {
      const replay = storeWithSnapshots(options);
      for (const [time, expected] of [
        [served, [0, 0, 2]],
        [withdrawn, [undefined, undefined, undefined]],
      ] as const) {
        replay.at(time);
        replay.message('volumes', listOf('volume', volumeText('pvc-1')));
        assert.deepEqual(await snapshotsOf(replay), expected, time);
      }
      assert.equal(
        samples(await replay.text()).get('longhorn_volume_healthy{volume="pvc-1",namespace=""}'),
        1,
      );
      sweep(replay, 'pvc-1', now(replay), 'a');
      assert.deepEqual(await snapshotsOf(replay), [0, 1, 1], 'the counters continue');
    });
  }
});

describe('response about snapshots', () => {
  test('unknown volume: nothing changes', async () => {
    const replay = storeWithSnapshots();
    const before = replay.store.view().state;
    sweep(replay, 'pvc-2', now(replay), 'x');
    assert.equal(replay.store.view().state, before);
  });

  test('deleted volume: nothing changes', async () => {
    const replay = storeWithSnapshots();
    replay.at('06:00:10');
    replay.message('volumes', listOf('volume'));
    sweep(replay, 'pvc-1', now(replay), 'a');
    assert.equal(replay.store.view().state.volumes.size, 0);
  });

  test('volume that another node owns now: nothing changes', async () => {
    const replay = storeWithSnapshots({ node: 'node-1' });
    assert.deepEqual(await snapshotsOf(replay), [0, 0, 2]);
    replay.at('06:00:10');
    replay.message('nodes', nodes('node-2'));
    sweep(replay, 'pvc-1', now(replay), 'a', 'b', 'c');
    replay.message('nodes', nodes('node-1'));
    assert.deepEqual(await snapshotsOf(replay), [undefined, undefined, undefined]);
    sweep(replay, 'pvc-1', now(replay), 'x');
    assert.deepEqual(await snapshotsOf(replay), [0, 0, 1]);
  });

  test('requested before the volume was recreated: not a baseline for the new volume', async () => {
    const replay = storeWithSnapshots();
    const before = now(replay);
    replay.at('06:00:10');
    const list = listOf('volume', volumeText('pvc-1', '2026-11-22 06:00:05 +0000 UTC'));
    replay.message('volumes', list);
    sweep(replay, 'pvc-1', before, 'a', 'b');
    replay.at('06:05:00');
    sweep(replay, 'pvc-1', now(replay), 'new');
    const [created, deleted] = await snapshotsOf(replay);
    assert.deepEqual([created, deleted], [0, 0], 'the old snapshots belong to the old volume');
  });

  test('rejected response: nothing changes', async () => {
    const replay = storeWithSnapshots();
    const before = replay.store.view().state;
    const body = Buffer.from('{"type":"error"}');
    assert.throws(() =>
      replay.store.response('sweep', 'pvc-1', { status: 500, body, requestedAt: 0, tookMs: 1 }),
    );
    assert.equal(replay.store.view().state, before);
  });
});

describe('response to a GET', () => {
  const get = (replay: Replay, status: number, body: string) =>
    replay.store.response('refresh', 'pvc-1', {
      status,
      body: Buffer.from(body),
      requestedAt: now(replay),
      tookMs: 1,
    });
  const healthy = async (replay: Replay) =>
    samples(await replay.text()).get('longhorn_volume_healthy{volume="pvc-1",namespace=""}');

  test('volume, then 404: its new state served, then nothing of it', async () => {
    const replay = storeWithSnapshots();
    replay.at('06:00:10');
    get(replay, 200, volumeText('pvc-1').replace('healthy', 'degraded'));
    assert.equal(await healthy(replay), 0);
    replay.at('06:00:20');
    get(replay, 404, '');
    assert.equal(await healthy(replay), undefined);
    assert.deepEqual(replay.store.owned(), []);
    assert.deepEqual(await snapshotsOf(replay), [undefined, undefined, undefined]);
  });

  test('volume: counts for the age of the oldest volume', async () => {
    const replay = storeWithSnapshots();
    replay.at('06:00:10');
    get(replay, 200, volumeText('pvc-1'));
    const oldest = samples(await replay.text()).get('longhorn_exporter_oldest_volume_timestamp_seconds');
    assert.equal(oldest, Date.parse('2026-11-22T06:00:10Z') / 1000);
  });

  test('rejected response: nothing changes', async () => {
    const replay = storeWithSnapshots();
    for (const [status, body] of [
      [500, ''],
      [200, '{}'],
      [200, volumeText('pvc-2')],
    ] as const)
      assert.throws(() => get(replay, status, body));
    assert.equal(await healthy(replay), 1);
  });
});
