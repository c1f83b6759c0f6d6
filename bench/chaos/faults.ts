/** The faults of the chaos: how each begins and ends, what tells of it, and how long it may take to be right again. */

import { setTimeout } from 'node:timers/promises';
import {
  attachVolume,
  type Cluster,
  createVolume,
  deleteVolume,
  type Manager,
  type Random,
  recreateVolume,
  STREAMS,
  type Stream,
} from '../../simulator/index.ts';
import { hexSuffix, pick } from '../../simulator/random.ts';
import { LIMITS } from '../../src/limits.ts';
import type { Pod } from './pod.ts';

export interface Fault {
  readonly kind: string;
  /** How often it comes, against the others. */
  readonly weight: number;
  /** Seconds of the exporter's world; 0: it is over at once, as a kill is. */
  readonly lasts: number;
  begin(pod: Pod, cluster: Cluster, random: Random): void | Promise<void>;
  end?(pod: Pod): void | Promise<void>;
  /** Not ended before all is right again: it has to be served in spite of it. */
  readonly stays?: boolean;
  /** Families of which one has to grow. */
  readonly told: RegExp;
  /** By when longhorn_up has to be 0, in seconds from the beginning. */
  readonly downWithin?: number;
  /** Longest time to be right again, in seconds, where it is not the usual one. */
  readonly bound?: number;
}

const STREAM_ERRORS = (reasons: string) =>
  new RegExp(`^longhorn_exporter_stream_errors_total\\{.*reason="(${reasons})"\\}`);
const LOST = STREAM_ERRORS('connect|closed');
/** A ping shortly before makes a silence look like a lack of news. */
const SILENT = /^longhorn_exporter_stream_(errors_total\{.*reason="silent"|resyncs_total)/;
const RESYNCS = /^longhorn_exporter_stream_resyncs_total/;
const CONNECTS = /^longhorn_exporter_stream_connects_total/;

/** The deadline of a first list doubles while it is missed, and the second one may have just begun: a backoff and a list more. */
const DOUBLED = 2 * 60 + 30 + 5;

const clear = ({ manager }: Pod): void => manager.faults.clear();

/** So that the next message goes to a connection that lives, after the longest backoff too. */
async function reconnected({ faults, stats }: Manager, stream: Stream): Promise<void> {
  const before = stats.connects[stream];
  faults.drop(stream);
  for (let tries = 0; stats.connects[stream] === before && tries < 200; tries++) await setTimeout(20);
}

const allReconnected = async (manager: Manager): Promise<void> => {
  await Promise.all(STREAMS.map((stream) => reconnected(manager, stream)));
};

/** One may be spent on the handler of a connection that was lost, which has not noticed yet. */
const TWICE = 2;

/** Volumes go, come, and are replaced by others of their name. */
function changeContent(cluster: Cluster, random: Random): void {
  const volumes = [...cluster.volumes.list()];
  const nodes = cluster.nodes.list().filter(({ ready }) => ready);
  for (const act of ['delete', 'recreate', 'recreate', 'create', 'create'] as const) {
    const volume = pick(volumes, random);
    const name = `pvc-late-${hexSuffix(random)}`;
    if (act === 'create' && cluster.volumes.list().length < 40) {
      createVolume(cluster, name);
      attachVolume(cluster, name, pick(nodes, random)?.name ?? 'node-1');
    } else if (volume !== undefined && cluster.volumes.get(volume.name) !== undefined) {
      if (act === 'delete' && volumes.length > 20) deleteVolume(cluster, volume.name);
      // Longhorn's times of creation have seconds.
      else if (Date.parse(volume.created.slice(0, 19)) < cluster.now() - 2_000)
        recreateVolume(cluster, volume.name);
    }
  }
}

export const KILLS: readonly Fault[] = [
  {
    kind: 'kill of all connections',
    weight: 6,
    lasts: 0,
    begin: ({ manager }) => manager.faults.drop(),
    told: LOST,
  },
  {
    kind: 'kill of one connection',
    weight: 2,
    lasts: 0,
    begin: ({ manager }, _, random) => manager.faults.drop(pick(STREAMS, random)),
    told: LOST,
  },
  {
    kind: 'kill of the manager, restarted at once',
    weight: 2,
    lasts: 0,
    async begin(pod) {
      await pod.stopManager();
      await pod.startManager();
    },
    told: LOST,
  },
];

export const FAULTS: readonly Fault[] = [
  {
    kind: 'port closed',
    weight: 2,
    lasts: 30,
    begin({ manager }) {
      manager.faults.refuse();
      manager.faults.drop();
    },
    end: ({ manager }) => manager.faults.accept(),
    told: STREAM_ERRORS('connect'),
    downWithin: 15,
  },
  {
    kind: 'manager restarts with other content',
    weight: 4,
    lasts: 20,
    async begin(pod, cluster, random) {
      await pod.stopManager();
      changeContent(cluster, random);
    },
    end: (pod) => pod.startManager(),
    told: STREAM_ERRORS('connect'),
    downWithin: 15,
  },
  {
    kind: 'every answer is status 503',
    weight: 2,
    lasts: 30,
    begin({ manager }) {
      manager.faults.set('status', 503);
      manager.faults.drop();
    },
    end: clear,
    told: STREAM_ERRORS('connect'),
    downWithin: 15,
  },
  {
    kind: 'handshake never answered',
    weight: 1,
    lasts: 80,
    begin({ manager }) {
      manager.faults.set('hangHandshake', true);
      manager.faults.drop();
    },
    end: clear,
    told: STREAM_ERRORS('connect'),
    downWithin: 75,
  },
  {
    kind: 'nothing after the handshake',
    weight: 1,
    lasts: 130,
    begin({ manager }) {
      manager.faults.set('hang', true);
      manager.faults.drop();
    },
    end: clear,
    told: STREAM_ERRORS('silent'),
    downWithin: 125,
    bound: DOUBLED,
  },
  {
    kind: 'first list fails',
    weight: 2,
    lasts: 0,
    async begin({ manager }) {
      manager.faults.set('failFirstList', true, { times: 1 });
      await allReconnected(manager);
    },
    told: STREAM_ERRORS('silent'),
  },
  {
    kind: 'handler dies in silence',
    weight: 2,
    lasts: 0,
    begin({ manager }) {
      manager.faults.set('silent', true, { times: 1 });
    },
    told: SILENT,
  },
  {
    kind: 'every list fails in silence',
    weight: 1,
    lasts: 130,
    begin({ manager }) {
      manager.faults.set('silent', true);
      manager.faults.drop();
    },
    end: clear,
    told: STREAM_ERRORS('silent'),
    downWithin: 125,
    bound: DOUBLED,
  },
  {
    kind: 'half-open connections',
    weight: 3,
    lasts: 0,
    begin: ({ manager }) => manager.faults.halfOpen(),
    told: SILENT,
  },
  {
    kind: 'wake-ups stolen',
    weight: 2,
    lasts: 0,
    stays: true,
    begin({ manager }) {
      manager.faults.set('starve', true);
    },
    end: clear,
    told: RESYNCS,
  },
  {
    kind: 'objects that are none',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('badObject', ['{"name":"pvc-bad","state":7}', 'nonsense'], { on: 'volumes' });
    },
    end: clear,
    told: /^longhorn_exporter_objects_skipped_total/,
  },
  {
    kind: 'garbage for lists',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('garbage', '<html>502 Bad Gateway</html>', { times: 5 });
    },
    end: clear,
    told: STREAM_ERRORS('bad_message'),
  },
  {
    kind: 'truncated lists',
    weight: 2,
    lasts: 20,
    begin({ manager }) {
      manager.faults.set('truncate', true, { times: 5 });
    },
    end: clear,
    told: STREAM_ERRORS('bad_message'),
  },
  {
    kind: 'half a frame',
    weight: 2,
    lasts: 0,
    begin({ manager }) {
      manager.faults.set('halfFrame', true);
    },
    told: SILENT,
  },
  {
    kind: 'slow message',
    weight: 2,
    lasts: 20,
    async begin({ manager }) {
      await allReconnected(manager);
      manager.faults.set('slow', { chunkBytes: 20_000, everyMs: 100 }, { times: TWICE });
    },
    end: clear,
    told: CONNECTS,
  },
  {
    kind: 'message of 96 MiB',
    weight: 1,
    // It takes a busy machine some real seconds.
    lasts: 40,
    async begin({ manager }) {
      await reconnected(manager, 'volumes');
      manager.faults.set('giant', LIMITS.message_bytes.most, { on: 'volumes', times: TWICE });
    },
    end: clear,
    told: CONNECTS,
  },
  {
    kind: 'message over 96 MiB',
    weight: 0.5,
    lasts: 40,
    async begin({ manager }) {
      await reconnected(manager, 'volumes');
      manager.faults.set('giant', LIMITS.message_bytes.most + 1, { on: 'volumes', times: TWICE });
    },
    end: clear,
    told: STREAM_ERRORS('too_large'),
    // Five minutes, a backoff and a list.
    bound: 300 + 30 + 5,
  },
];
