/** Prometheus' own linter on our expositions: an empty cluster, the recorded ones, and a changing one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { live } from '../demo/life.ts';
import { createCluster, failReplica, seededRandom } from '../simulator/index.ts';
import { STREAMS } from '../src/longhorn/streams.ts';
import { until } from './support/clock.ts';
import { SPEED, startPod } from './support/pod.ts';
import { findings, hasTool } from './support/promtool.ts';
import { createReplay, recorded } from './support/replay.ts';
import { samples } from './support/series.ts';

test('invalid exposition: the linter reports it', (t) => {
  if (!hasTool(t, 'promtool')) return;
  assert.notDeepEqual(findings('# TYPE a_total gauge\na_total 1\n'), []);
  assert.notDeepEqual(findings('no exposition at all\n'), []);
});

for (const cluster of ['empty', 'cluster']) {
  for (const version of ['1.8.2', '1.9.2', '1.10.2', '1.11.3', '1.12.1']) {
    test(`${cluster} lists of Longhorn ${version}: no finding`, async (t) => {
      if (!hasTool(t, 'promtool')) return;
      const replay = createReplay('2026-11-22T06:00:00Z');
      for (const stream of STREAMS) {
        for (const message of recorded(version, `${cluster}-${stream}`)) replay.message(stream, message);
      }
      assert.deepEqual(findings(await replay.text()), []);
    });
  }
}

test('changing cluster: no finding in the whole exposition, and no series twice', async (t) => {
  if (!hasTool(t, 'promtool')) return;
  const cluster = createCluster({ volumes: 20, backups: 40 });
  const pod = await startPod(cluster, { node: 'node-1' });
  const life = live(cluster, {
    random: seededRandom(5),
    say: () => {},
    setTimer(callback, ms) {
      const timer = setTimeout(callback, ms / SPEED);
      return () => clearTimeout(timer);
    },
  });
  t.after(async () => {
    life.stop();
    await pod.stop();
  });
  // The series of a rebuild exist only while it runs.
  const [volume] = cluster.volumes.list();
  assert.ok(volume?.replicas[0]);
  failReplica(cluster, volume.name, volume.replicas[0].name);
  await until(async () => (await pod.scrape()).includes('longhorn_volume_rebuild_progress_ratio{'));
  for (let scrape = 0; scrape < 5; scrape++) {
    const text = await pod.scrape();
    assert.deepEqual(findings(text), []);
    assert.ok(samples(text).size > 500);
  }
});
