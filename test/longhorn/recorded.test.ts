/** The recorded lists of each Longhorn version, parsed by the readers. */

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { readList } from '../../src/list/list.ts';
import { KINDS, STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { play } from '../support/facts.ts';
import { recorded } from '../support/replay.ts';

const VERSIONS = readdirSync(new URL('../fixtures', import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The one message of a recorded file. */
const message = (version: string, name: string): Buffer => recorded(version, name)[0] ?? Buffer.of();

const COUNTS: { [S in StreamName]: number } = {
  volumes: 11,
  backups: 10,
  nodes: 3,
  backuptargets: 3,
  recurringjobs: 6,
};

test('fixtures: five versions', () => assert.equal(VERSIONS.length, 5));

for (const version of VERSIONS) {
  describe(`Longhorn ${version}`, () => {
    for (const stream of STREAMS) {
      test(`list of ${stream}: all objects valid`, () => {
        const list = readList<unknown>(KINDS[stream], message(version, `cluster-${stream}`));
        assert.deepEqual([list?.objects.size, list?.bad, list?.skipped], [COUNTS[stream], 0, 0]);
      });

      test(`empty list of ${stream}: accepted`, () => {
        assert.equal(readList<unknown>(KINDS[stream], message(version, `empty-${stream}`))?.objects.size, 0);
      });

      test(`list of ${stream}: not accepted on another stream`, () => {
        for (const other of STREAMS.filter((name) => name !== stream)) {
          assert.equal(readList<unknown>(KINDS[other], message(version, `cluster-${stream}`)), undefined);
        }
      });
    }

    const volumes = readList(KINDS.volumes, message(version, 'cluster-volumes'))?.objects;
    const volume = (name: string) => volumes?.get(`pvc-${name}`)?.facts;
    const known = play([{ at: 0, volumes: [...(volumes?.values() ?? [])].map(({ facts }) => facts) }]).state
      .volumes;

    test('volume in use: all facts', () => {
      const { replicas, controllers, ...facts } = volume('aa01') ?? {};
      assert.deepEqual(
        controllers?.map(({ node, running }) => [node, running]),
        [['node-1', true]],
      );
      assert.deepEqual(facts, {
        name: 'pvc-aa01',
        created: Date.UTC(2026, 9, 23, 6),
        namespace: 'shop',
        pvc: 'data-postgres-0',
        workload: 'postgres',
        state: 'attached',
        robustness: 'healthy',
        scheduled: true,
        restoring: false,
        standby: false,
        accessMode: 'rwo',
        dataEngine: 'v1',
        backupTarget: 'default',
        lastPodRefAt: undefined,
        size: 10_737_418_240,
        tooManySnapshots: false,
        restore: { running: false, progress: undefined, error: '' },
        purge: { running: false, progress: undefined, error: '' },
        clone: '',
        migratable: false,
        shareState: '',
        hasWorkloadTicket: true,
        snapshotLimitBytes: undefined,
        replicasDesired: 3,
        snapshotLimit: 250,
      });
      assert.deepEqual(
        replicas?.map(({ mode }) => mode),
        ['RW', 'RW', 'RW'],
      );
    });

    const statuses: [volume: string, state: string, robustness: string, replicas: string[]][] = [
      ['aa02', 'attached', 'degraded', ['healthy', 'failed', 'healthy']],
      ['aa03', 'attached', 'degraded', ['healthy', 'rebuilding', 'healthy']],
      ['aa05', 'detached', 'faulted', ['failed', 'failed', 'failed']],
      ['aa08', 'detached', 'unknown', ['stopped', 'stopped', 'stopped', 'stopped', 'stopped']],
      ['aa10', 'creating', '', []],
      ['aa11', 'attached', 'degraded', ['healthy', 'healthy', 'failed']],
    ];
    for (const [name, state, robustness, replicas] of statuses) {
      test(`volume ${state}, robustness "${robustness}": replicas ${replicas.join(', ') || 'none'}`, () => {
        const facts = volume(name);
        assert.deepEqual([facts?.state, facts?.robustness], [state, robustness]);
        assert.deepEqual(
          [...(known.get(`pvc-${name}`)?.replicas.byName?.values() ?? [])].map(({ status }) => status),
          replicas,
        );
      });
    }

    test('rebuilding replica: its progress', () => {
      assert.equal(volume('aa03')?.replicas?.find(({ mode }) => mode === 'WO')?.progress, 0.42);
    });

    test('volume without a suitable disk: not scheduled', () =>
      assert.equal(volume('aa08')?.scheduled, false));

    test('backups: their phases', () => {
      const backups = readList(KINDS.backups, message(version, 'cluster-backups'))?.objects;
      const phases = ['aa01-1', 'aa02-1', 'aa02-2', 'aa03-1', 'aa03-2', 'aa04-1', 'aa04-2'].map(
        (name) => backups?.get(`backup-${name}`)?.facts.phase,
      );
      assert.deepEqual(phases, [
        'completed',
        'failed',
        'in_progress',
        'in_progress',
        'in_progress',
        'failed',
        'absent',
      ]);
    });

    test('backup targets: scheme of the URL, undefined without a URL', () => {
      const targets = readList(KINDS.backuptargets, message(version, 'cluster-backuptargets'))?.objects;
      const schemes = ['default', 'offsite', 'unset'].map((name) => targets?.get(name)?.facts.scheme);
      assert.deepEqual(schemes, ['s3', 'nfs', undefined]);
    });
  });
}
