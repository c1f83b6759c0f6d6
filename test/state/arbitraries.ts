/** Arbitrary histories of a cluster, drawn from few names and values so that they collide. */

import fc from 'fast-check';
import type { BackupFacts } from '../../src/longhorn/backup.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { effectiveRobustness } from '../../src/state/health.ts';
import { REPLICA_STATUSES } from '../../src/state/state.ts';
import { backup, controller, node, replica, type Step, target, volume, wall } from '../support/facts.ts';

const seconds = fc.integer({ min: -500, max: 500 });
const times = fc.option(seconds.map(wall), { nil: undefined });
const ratio = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined });

const replicas = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('r1', 'r2', 'r3'), fc.constantFrom(...REPLICA_STATUSES), times, ratio)
    .map(([name, status, failedAt, progress]) =>
      replica(name, status, {
        failedAt: status === 'failed' ? failedAt : undefined,
        progress: status === 'rebuilding' ? progress : undefined,
      }),
    ),
  { selector: ({ name }) => name },
);

interface Limits {
  /** Maximum engines per volume. With two, the state remembers which node had the first. */
  readonly engines: number;
  /** Whether backups may be in state Deleting, which the state remembers. */
  readonly deleting: boolean;
  /** Whether an engine may wait for its first poll, during which the previous robustness is shown. */
  readonly waiting: boolean;
}

const volumes = ({ engines, waiting }: Limits): fc.Arbitrary<VolumeFacts> =>
  fc
    .record({
      name: fc.constantFrom('a', 'b', 'c'),
      created: fc.constantFrom(undefined, wall(-1000), wall(-2000)),
      namespace: fc.constantFrom('', 'shop'),
      state: fc.constantFrom(undefined, 'attaching', 'attached', 'detaching', 'detached'),
      robustness: fc.constantFrom(undefined, '', 'healthy', 'degraded', 'faulted', 'unknown'),
      standby: fc.boolean(),
      backupTarget: fc.constantFrom('', 'default'),
      controllers: fc
        .subarray(['node-1', 'node-2'], { maxLength: engines })
        .chain((nodes) =>
          fc.tuple(...nodes.map((node) => fc.boolean().map((running) => controller(node, { running })))),
        ),
      accessMode: fc.constantFrom('rwo', 'rwx'),
      shareState: fc.constantFrom('', 'running', 'error'),
      hasWorkloadTicket: fc.constantFrom(undefined, true, false),
      clone: fc.constantFrom('', 'initiated', 'completed', 'failed'),
      restoring: fc.boolean(),
      lastPodRefAt: times,
      replicas: fc.option(replicas, { nil: undefined }),
    })
    .map(volume)
    .map((facts) =>
      waiting || effectiveRobustness(facts) !== 'waiting' ? facts : { ...facts, robustness: 'healthy' },
    );

const backups = (limits: Limits): fc.Arbitrary<BackupFacts> =>
  fc
    .record({
      name: fc.constantFrom('b1', 'b2', 'b3', 'b4'),
      volume: fc.constantFrom('a', 'b', 'gone'),
      target: fc.constantFrom('default', 'offsite'),
      deleting: limits.deleting ? fc.boolean() : fc.constant(false),
      phase: fc.constantFrom('completed', 'failed', 'in_progress', 'absent'),
      created: times,
      snapshotCreated: times,
      progress: ratio,
    })
    .map((facts) => backup(facts.name, facts.deleting ? { ...facts, phase: 'absent' } : facts));

const nodes = fc
  .tuple(fc.constantFrom('node-1', 'node-2', 'node-3'), fc.boolean())
  .map(([name, ready]) => node(name, ready));
const targets = fc
  .tuple(fc.constantFrom('default', 'offsite'), fc.constantFrom('s3', 'nfs', undefined), fc.boolean())
  .map(([name, scheme, available]) => target(name, { scheme, available }));

/** A list: no name twice, sorted as Longhorn sorts. */
const list = <F extends { readonly name: string }>(facts: fc.Arbitrary<F>): fc.Arbitrary<F[]> =>
  fc
    .uniqueArray(facts, { selector: ({ name }) => name })
    .map((all) => all.sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Histories of at least one step. Each step has a list of every stream and is later than the previous one. */
export const lives = (limits: Limits = { engines: 2, deleting: true, waiting: true }): fc.Arbitrary<Step[]> =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: 1, max: 90 }),
        volumes: list(volumes(limits)),
        backups: list(backups(limits)),
        nodes: list(nodes),
        backuptargets: list(targets),
      }),
      { minLength: 1, maxLength: 7 },
    )
    .map((steps) => {
      let now = 0;
      return steps.map((step) => {
        now += step.at;
        return { ...step, at: now };
      });
    });
