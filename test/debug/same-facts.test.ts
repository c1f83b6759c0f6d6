/** A volume's page shows the same numbers as a scrape at the same time. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { overview } from '../../src/debug/overview.ts';
import { volumePage } from '../../src/debug/volume-page.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { REPLICA_STATUSES } from '../../src/state/state.ts';
import { type Replay, recorded } from '../support/replay.ts';
import { samples } from '../support/series.ts';
import { recordedCluster, sweepOne, VERSIONS } from './views.ts';

const NODES = ['node-1', 'node-2', 'node-3'];

/** The series on the volume's page, as in the exposition: all, or those marked as served. */
function onPage(name: string, replay: Replay, which: 'all' | 'served' = 'all'): Map<string, number> {
  const view = replay.store.view();
  const { now } = view;
  const { metrics } = volumePage(name, view, now)?.data ?? assert.fail(`no page for ${name}`);
  const selected = metrics.filter(({ served }) => which === 'all' || served);
  const series = selected.map(({ name, labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return [`${name}{${pairs.join(',')}}`, value] as const;
  });
  const found = new Map(series);
  assert.equal(found.size, series.length, 'a series is there twice');
  return found;
}

const sorted = (found: ReadonlyMap<string, number>): [string, number][] => [...found].sort();

/** The series of the volume that a scrape serves. */
const served = async (name: string, replay: Replay): Promise<Map<string, number>> =>
  new Map([...samples(await replay.text())].filter(([series]) => series.includes(`volume="${name}"`)));

for (const version of VERSIONS) {
  describe(`Longhorn ${version}`, () => {
    test('page of a volume: has exactly the scraped series if served here, and otherwise none is scraped', async () => {
      let series = 0;
      for (const node of [undefined, ...NODES]) {
        const replay = recordedCluster(version, node);
        const view = replay.store.view();
        const { now } = view;
        for (const { name, servedHere } of overview(view, now).volumes) {
          const scraped = await served(name, replay);
          const page = onPage(name, replay);
          if (servedHere) assert.deepEqual(sorted(page), sorted(scraped), name);
          else assert.deepEqual(sorted(scraped), [], `${name} is not served here`);
          series += scraped.size;
        }
      }
      assert.ok(series > 300, `${series} series were compared`);
    });

    test('any stream or the sweep stale: the page marks exactly the scraped series as served', async () => {
      let withdrawn = 0;
      for (const node of [undefined, ...NODES]) {
        for (const silent of [...STREAMS, 'sweep', 'nothing'] as const) {
          const replay = recordedCluster(version, node);
          replay.at('06:20:00');
          for (const stream of STREAMS) {
            if (stream === silent) continue;
            for (const message of recorded(version, `cluster-${stream}`)) replay.message(stream, message);
          }
          if (silent !== 'sweep') sweepOne(replay, version);
          const view = replay.store.view();
          const { now } = view;
          for (const { name } of overview(view, now).volumes) {
            const scraped = await served(name, replay);
            assert.deepEqual(
              sorted(onPage(name, replay, 'served')),
              sorted(scraped),
              `${name} on ${node}, ${silent} silent`,
            );
            if (node === undefined) withdrawn += onPage(name, replay).size - scraped.size;
          }
        }
      }
      assert.ok(withdrawn > 100, `${withdrawn} series were withdrawn`);
    });

    test('volume served by another exporter: the same series on its page, except for snapshots', () => {
      const all = recordedCluster(version);
      const names = overview(all.store.view(), all.store.view().now).volumes.map(({ name }) => name);
      for (const node of NODES) {
        const replay = recordedCluster(version, node);
        for (const name of names) {
          const comparable = (found: ReadonlyMap<string, number>) =>
            sorted(found).filter(
              ([series]) =>
                !/^longhorn_volume_(snapshot(s|_bytes|_(old|new)est|_pending)|unbacked)/.test(series),
            );
          assert.deepEqual(
            comparable(onPage(name, replay)),
            comparable(onPage(name, all)),
            `${name} on ${node}`,
          );
        }
      }
    });

    test('rows of the overview: have the same values as the metrics', async () => {
      const replay = recordedCluster(version);
      const found = samples(await replay.text());
      const view = replay.store.view();
      const { now } = view;
      const { volumes } = overview(view, now);
      assert.ok(volumes.length >= 10, `${volumes.length} volumes`);
      for (const row of volumes) {
        const metric = (family: string, ...more: readonly (readonly [string, string])[]) => {
          const labels = [['volume', row.name], ['namespace', row.namespace], ...more];
          return found.get(`${family}{${labels.map(([label, value]) => `${label}="${value}"`).join(',')}}`);
        };
        for (const status of REPLICA_STATUSES) {
          const count = row.replicas.filter((replica) => replica.status === status).length;
          assert.equal(
            metric('longhorn_volume_replicas_status', ['status', status]),
            count,
            `${row.name} ${status}`,
          );
        }
        assert.equal(metric('longhorn_volume_replicas_desired'), row.replicasDesired);
        assert.equal(
          metric('longhorn_volume_scheduled'),
          row.scheduled === undefined ? undefined : Number(row.scheduled),
        );
        const since = metric('longhorn_volume_degraded_since_timestamp_seconds');
        if (since !== undefined) assert.equal((row.troubledSince ?? Number.NaN) / 1000, since, row.name);
        assert.equal(metric('longhorn_volume_snapshots', ['kind', 'user']), row.snapshots?.user);
        assert.equal(metric('longhorn_volume_snapshots', ['kind', 'system']), row.snapshots?.system);
        assert.equal(metric('longhorn_volume_snapshots_removing'), row.snapshots?.removing);
        assert.equal(metric('longhorn_volume_snapshots_with_error'), row.snapshots?.withError);
        for (const backup of row.backups ?? []) {
          const target = ['target', backup.target] as const;
          const state = (name: string) => metric('longhorn_volume_backups', target, ['state', name]) ?? 0;
          assert.deepEqual(
            [state('completed'), state('failed'), state('in_progress')],
            [backup.completed, backup.failed, backup.inProgress],
            `${row.name} on ${backup.target}`,
          );
          assert.equal(metric('longhorn_backup_last_latency_seconds', target), backup.lastLatencySeconds);
          assert.equal(metric('longhorn_backup_progress_ratio', target), backup.progress);
          const times = [
            ['longhorn_backup_last_success_timestamp_seconds', backup.lastSuccess],
            ['longhorn_backup_started_timestamp_seconds', backup.started],
          ] as const;
          for (const [family, time] of times) {
            assert.equal(metric(family, target), time === undefined ? undefined : time / 1000, family);
          }
          const failed = metric('longhorn_backup_last_failed', target);
          assert.equal(failed, backup.lastFailed === undefined ? undefined : Number(backup.lastFailed));
        }
      }
    });
  });
}
