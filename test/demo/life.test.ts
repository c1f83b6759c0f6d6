/** The demo's events, played on a clock that jumps from timer to timer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { live } from '../../demo/life.ts';
import { createCluster, seededRandom } from '../../simulator/index.ts';

/** Plays this many seconds; each line comes with the second at which it was logged. */
const play = (seconds: number, seed = 1) => {
  let now = Date.parse('2026-11-22T06:00:00Z');
  const start = now;
  const end = now + seconds * 1000;
  const timers: { at: number; callback: () => void }[] = [];
  const lines: { second: number; line: string }[] = [];
  const nodes: string[] = [];
  const cluster = createCluster({ volumes: 12, nodes: 3, seed, now: () => now });
  const life = live(cluster, {
    random: seededRandom(seed),
    say: (line) => lines.push({ second: (now - start) / 1000, line }),
    setTimer: (callback, ms) => {
      const timer = { at: now + ms, callback };
      timers.push(timer);
      return () => timers.splice(timers.indexOf(timer), 1);
    },
    onNodeDown: (node) => nodes.push(`${node} down`),
    onNodeUp: (node) => nodes.push(`${node} up`),
  });
  for (;;) {
    timers.sort((a, b) => a.at - b.at);
    const next = timers[0];
    if (next === undefined || next.at > end) break;
    timers.shift();
    now = next.at;
    next.callback();
  }
  return { cluster, life, lines, nodes, timers };
};

test('first minute: a line at least every 8 s, and the first is about a failed replica', () => {
  const { lines } = play(60);
  assert.match(
    lines[0]?.line ?? '',
    /failed {2}-> {2}longhorn_volume_degraded\{volume="pvc-\d+"\} 1, longhorn_/,
  );
  const gaps = lines.slice(1).map(({ second }, index) => second - (lines[index]?.second ?? 0));
  assert.ok(Math.max(...gaps) <= 8, `the longest gap is ${Math.max(...gaps)} s`);
});

test('first four minutes: every kind of event happens', () => {
  const log = play(240)
    .lines.map(({ line }) => line)
    .join('\n');
  for (const event of [
    'rebuild of .* starts',
    'is rebuilt, the volume is healthy',
    'fails at 40 %',
    'backup .* is complete',
    'is stuck at 37 %',
    'backup .* failed',
    'is unavailable',
    'is back',
    'snapshot .* taken',
    'is being removed',
    'node-. dies',
    'detaching from',
    'attached on',
    'being created',
    ': deleted',
    'all replicas failed at once',
    'salvaged',
    'stuck attaching',
    'NFS share failed',
    'NFS share is running again',
    'failed before its snapshot was ready',
    'waits in the queue',
    'waited longer than it uploaded',
    'is added, but never runs',
    'a run of .* was missed',
    'the recurring job .* is deleted',
  ]) {
    assert.match(log, new RegExp(event));
  }
});

test('node goes down and comes back: onNodeDown, then onNodeUp', () => {
  const { nodes } = play(600);
  assert.ok(nodes.length >= 4);
  for (let index = 0; index < nodes.length; index += 2) {
    assert.equal(nodes[index + 1], nodes[index]?.replace('down', 'up'));
  }
});

test('two hours with several seeds: every volume is healthy in the end', () => {
  for (const seed of [1, 2, 3]) {
    const { cluster } = play(239 + 240 * 30, seed);
    const unhealthy = cluster.volumes.list().filter(({ robustness }) => robustness !== 'healthy');
    assert.deepEqual(
      unhealthy.map(({ name, state, robustness }) => `${name} ${state} ${robustness}`),
      [],
    );
    assert.equal(cluster.volumes.list().length, 12);
  }
});

test('same seed: same lines; another seed: other lines', () => {
  const lines = (seed: number) => play(120, seed).lines;
  assert.deepEqual(lines(5), lines(5));
  assert.notDeepEqual(lines(5), lines(6));
});

test('stop: cancels every timer', () => {
  const { life, timers } = play(30);
  assert.ok(timers.length > 0);
  life.stop();
  assert.equal(timers.length, 0);
});
