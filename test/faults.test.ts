/** Every fault of a manager: the exporter survives it, reports it, and serves the current state again soon after. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Cluster,
  createCluster,
  deleteVolume,
  failReplica,
  type ManagerOptions,
} from '../simulator/index.ts';
import { until } from './support/clock.ts';
import { type Pod, SPEED, startPod } from './support/pod.ts';
import { currentState, expectedState, samples } from './support/series.ts';

/** One silence limit, one backoff, one period and one list, in real milliseconds, plus a margin for slow machines. */
const RECOVERY_MS = (60_000 + 30_000 + 5_000) / SPEED + 5_000;

interface Case {
  readonly fault: string;
  begin(pod: Pod): void | Promise<void>;
  end(pod: Pod): void | Promise<void>;
  /** The series that increases because of the fault. */
  readonly reportedBy: string;
  /** Whether longhorn_up goes to 0 while the fault lasts. */
  readonly down: boolean;
  readonly manager?: Partial<ManagerOptions>;
}

const errors = (reason: string) =>
  `longhorn_exporter_stream_errors_total{stream="volumes",reason="${reason}"}`;
const RESYNCS = 'longhorn_exporter_stream_resyncs_total{stream="volumes"}';
const CONNECTS = 'longhorn_exporter_stream_connects_total{stream="volumes"}';
const MESSAGES = 'longhorn_exporter_stream_messages_total{stream="volumes"}';
const SKIPPED = 'longhorn_exporter_objects_skipped_total{stream="volumes"}';

/** A ping just before the silence would delay its detection by one silence limit. */
const NO_PINGS = { keepAliveMs: 3_600_000 };

/** A fault for one message could be used up by a connection that the exporter has already left. */
const UNTIL_CLEARED = Number.POSITIVE_INFINITY;

const clear = ({ manager }: Pod): void => manager.faults.clear();

const CASES: readonly Case[] = [
  {
    fault: 'connections are dropped',
    begin({ manager }) {
      manager.faults.drop();
    },
    end() {},
    reportedBy: errors('closed'),
    down: false,
  },
  {
    fault: 'the port is closed',
    begin({ manager }) {
      manager.faults.refuse();
      manager.faults.drop();
    },
    end: ({ manager }) => manager.faults.accept(),
    reportedBy: errors('connect'),
    down: true,
  },
  {
    fault: 'upgrades are answered with 503',
    begin({ manager }) {
      manager.faults.set('status', 503);
      manager.faults.drop();
    },
    end: clear,
    reportedBy: errors('connect'),
    down: true,
  },
  {
    fault: 'the handshake is never answered',
    begin({ manager }) {
      manager.faults.set('hangHandshake', true);
      manager.faults.drop();
    },
    end(pod) {
      clear(pod);
    },
    reportedBy: errors('connect'),
    down: true,
  },
  {
    fault: 'nothing arrives after the handshake',
    begin({ manager }) {
      manager.faults.set('failFirstList', true, { times: 1 });
      manager.faults.drop();
    },
    end: clear,
    reportedBy: errors('silent'),
    down: false,
    manager: NO_PINGS,
  },
  {
    fault: 'the connection is half open',
    begin({ manager }) {
      manager.faults.halfOpen();
    },
    end() {},
    reportedBy: errors('silent'),
    down: false,
    manager: NO_PINGS,
  },
  {
    fault: 'lists fail and the handler stops silently',
    begin({ manager }) {
      manager.faults.set('silent', true, { times: 1 });
    },
    end: clear,
    reportedBy: errors('silent'),
    down: false,
    manager: NO_PINGS,
  },
  {
    fault: 'another client takes all wake-ups',
    begin({ manager }) {
      manager.faults.set('starve', true);
    },
    end() {},
    reportedBy: RESYNCS,
    down: false,
  },
  {
    fault: 'the manager sends garbage',
    begin({ manager }) {
      manager.faults.set('garbage', '<html>502 Bad Gateway</html>', { on: 'volumes', times: UNTIL_CLEARED });
    },
    end: clear,
    reportedBy: errors('bad_message'),
    down: false,
  },
  {
    fault: 'a message is cut in the middle',
    begin({ manager }) {
      manager.faults.set('truncate', true, { on: 'volumes', times: UNTIL_CLEARED });
    },
    end: clear,
    reportedBy: errors('bad_message'),
    down: false,
  },
  {
    fault: 'half a frame arrives, then nothing',
    begin({ manager }) {
      manager.faults.set('halfFrame', true, { times: UNTIL_CLEARED });
    },
    end: clear,
    reportedBy: errors('silent'),
    down: false,
    manager: NO_PINGS,
  },
  {
    fault: 'a message arrives slowly, in small pieces',
    begin({ manager }) {
      manager.faults.set('slow', { chunkBytes: 20_000, everyMs: 5 });
    },
    end: clear,
    reportedBy: MESSAGES,
    down: false,
  },
  {
    fault: 'a list holds an element that is not an object',
    begin({ manager }) {
      manager.faults.set('badObject', ['{"name":"pvc-bad","state":7}', 'nonsense'], { on: 'volumes' });
    },
    end: clear,
    reportedBy: SKIPPED,
    down: false,
  },
];

async function sampleOf(pod: Pod, series: string): Promise<number> {
  return samples(await pod.scrape()).get(series) ?? Number.NaN;
}

async function isUpToDate(pod: Pod, cluster: Cluster): Promise<boolean> {
  const expected = await expectedState(cluster);
  const actual = currentState(await pod.scrape());
  return expected.length === actual.length && expected.every((line, index) => line === actual[index]);
}

describe('faults of the manager', { concurrency: 4 }, () => {
  for (const { fault, begin, end, reportedBy, down, manager } of CASES) {
    test(`${fault}: reported, and the current state served again afterwards`, async (t) => {
      const cluster = createCluster({ volumes: 12, nodes: 3, backups: 12 });
      const pod = await startPod(cluster, { node: 'node-1', ...(manager && { manager }) });
      t.after(() => pod.stop());
      await until(() => isUpToDate(pod, cluster));
      const before = await sampleOf(pod, reportedBy);
      const [degraded, deleted] = cluster.volumes.list();
      assert.ok(degraded?.replicas[0] && deleted);

      // The connection counts as established once its first list has arrived.
      await until(async () => {
        const [messages, connects] = [await sampleOf(pod, MESSAGES), await sampleOf(pod, CONNECTS)];
        return pod.manager.stats.connections.volumes === 1 && messages >= connects;
      });
      await begin(pod);
      failReplica(cluster, degraded.name, degraded.replicas[0].name);
      deleteVolume(cluster, deleted.name);
      await until(async () => (await sampleOf(pod, reportedBy)) > before, RECOVERY_MS);
      if (down) await until(async () => (await sampleOf(pod, 'longhorn_up')) === 0, RECOVERY_MS);

      await end(pod);
      await until(() => isUpToDate(pod, cluster), RECOVERY_MS, 'the current state is served');
      await until(async () => (await sampleOf(pod, 'longhorn_up')) === 1, RECOVERY_MS);
      const after = samples(await pod.scrape());
      const labels = `{volume="${degraded.name}",namespace="${degraded.namespace}"}`;
      assert.equal(after.get(`longhorn_volume_replica_failures_total${labels}`), 1, 'counted once');
      assert.equal(after.get(`longhorn_volume_robustness_changes_total${labels}`), 1, 'counted once');
      assert.equal(after.get('longhorn_exporter_internal_errors_total'), 0);
    });
  }

  test('a message is too large: counted once, and requested again after the usual backoff', async (t) => {
    const cluster = createCluster({ volumes: 3 });
    const pod = await startPod(cluster, { node: 'node-1' });
    t.after(() => pod.stop());
    await until(() => isUpToDate(pod, cluster));
    pod.manager.faults.set('giant', 96 * 1024 * 1024 + 1, { on: 'volumes' });
    await until(async () => (await sampleOf(pod, errors('too_large'))) === 1);
    await until(() => isUpToDate(pod, cluster), RECOVERY_MS);
    await until(async () => (await sampleOf(pod, 'longhorn_up')) === 1, RECOVERY_MS);
    assert.equal(await sampleOf(pod, 'longhorn_exporter_limits_exceeded_total{limit="message_bytes"}'), 1);
  });

  test('the manager starts late, then restarts with another cluster: each state served, and counters of new volumes at 0', async (t) => {
    const cluster = createCluster({ volumes: 5 });
    const pod = await startPod(cluster, { node: 'node-1', manager: { lateOpeningMs: 300 } });
    t.after(() => pod.stop());
    assert.equal(await sampleOf(pod, 'longhorn_up'), 0);
    assert.deepEqual(currentState(await pod.scrape()), []);
    await until(() => isUpToDate(pod, cluster));

    const other = createCluster({ volumes: 4, seed: 7, now: () => Date.now() + 86_400_000 });
    await pod.restartManager(other);
    await until(() => isUpToDate(pod, other), RECOVERY_MS);
    const counters = [...samples(await pod.scrape())].filter(([series]) =>
      /^longhorn_volume_\w+_total/.test(series),
    );
    assert.deepEqual(
      counters.filter(([, value]) => value !== 0),
      [],
      'counters of other volumes start at 0',
    );
  });
});
