/** The recording rules for federation, run by promtool on two clusters and two exporters that serve the same volume. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifest } from '../support/prometheus.ts';
import { hasTool } from '../support/promtool.ts';

/** Constant series; `where` is `cluster/instance/volume`, with an empty volume if the family has none. */
const SERIES: readonly [family: string, where: string, value: number][] = [
  ['longhorn_volume_healthy', 'a/1/db', 1],
  ['longhorn_volume_healthy', 'a/2/db', 0],
  ['longhorn_volume_healthy', 'a/1/log', 0],
  ['longhorn_volume_healthy', 'b/1/db', 1],
  ['longhorn_volume_degraded', 'a/1/db', 0],
  ['longhorn_volume_degraded', 'a/2/db', 1],
  ['longhorn_volume_degraded', 'a/1/log', 1],
  ['longhorn_volume_faulted', 'a/1/log', 0],
  ['longhorn_volume_unknown', 'b/1/db', 1],
  ['longhorn_backup_last_failed', 'a/1/db', 1],
  ['longhorn_backup_last_failed', 'a/2/db', 1],
  ['longhorn_volume_unbacked_bytes', 'a/1/db', 100],
  ['longhorn_volume_unbacked_bytes', 'a/2/db', 120],
  ['longhorn_volume_unbacked_bytes', 'a/1/log', 30],
  ['longhorn_backup_target_available', 'a/1/', 1],
  ['longhorn_backup_target_available', 'a/2/', 0],
  ['longhorn_up', 'a/1/', 1],
  ['longhorn_up', 'a/2/', 0],
  ['longhorn_up', 'b/1/', 1],
];

/** What each rule records, by cluster. */
const RECORDED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'cluster:longhorn_volumes:count': { a: 2, b: 1 },
  'cluster:longhorn_volume_degraded:sum': { a: 2 },
  'cluster:longhorn_volume_faulted:sum': { a: 0 },
  'cluster:longhorn_volume_unknown:sum': { b: 1 },
  'cluster:longhorn_backup_last_failed:sum': { a: 1 },
  'cluster:longhorn_volume_unbacked_bytes:sum': { a: 150 },
  'cluster:longhorn_backup_target_available:min': { a: 1 },
  'cluster:longhorn_up:min': { a: 0, b: 1 },
};

test('two exporters disagree about a volume: every rule counts it once', (t) => {
  if (!hasTool(t, 'promtool')) return;
  const folder = mkdtempSync(join(tmpdir(), 'federation-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'test.yaml');
  const input_series = SERIES.map(([family, where, value]) => {
    const [cluster, instance, volume] = where.split('/');
    const target = family.includes('target') ? ', target="default"' : '';
    const labels = `cluster="${cluster}", instance="${instance}"${volume ? `, volume="${volume}"` : ''}${target}`;
    return { series: `${family}{${labels}}`, values: `${value}x5` };
  });
  const promql_expr_test = Object.entries(RECORDED).map(([expr, byCluster]) => ({
    expr,
    eval_time: '3m',
    exp_samples: Object.entries(byCluster).map(([cluster, value]) => ({
      labels: `${expr}{cluster="${cluster}"}`,
      value,
    })),
  }));
  const tests = [{ interval: '1m', input_series, promql_expr_test }];
  writeFileSync(file, JSON.stringify({ rule_files: [manifest('rules-federation.yaml')], tests }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
