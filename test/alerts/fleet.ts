/** A simulated cluster with the real exporter on each of its nodes, scraped once a minute into a recording for promtool. */

import { type Cluster, type ClusterOptions, createCluster, seededRandom } from '../../simulator/index.ts';
import { createWire, listText } from '../../simulator/wire.ts';
import { STREAMS, type StreamName } from '../../src/longhorn/streams.ts';
import { createReplay, type Replay } from '../support/replay.ts';
import { createRecording, type InputSeries } from './recording.ts';

const START = Date.parse('2026-11-22T06:00:00Z');
const MINUTE = 60_000;
/** The longest time until a new owner requests a volume's snapshots. */
const SWEEP_MINUTES = 5;

export interface Exporter {
  /** Empty: the standalone variant, which serves every volume. */
  readonly node: string;
  readonly instance: string;
  readonly replay: Replay;
  /** The volumes that it owns, and since which minute. */
  owned: ReadonlyMap<string, number>;
  /**
   * up: normal; disconnected: receives nothing and keeps serving its last state; down: scrapes fail; unscraped: no
   * scrapes; gone: no longer a target.
   */
  state: 'up' | 'disconnected' | 'down' | 'unscraped' | 'gone';
  text: string;
}

export interface Fleet {
  readonly cluster: Cluster;
  /** Minutes since the start. */
  readonly minute: number;
  readonly exporters: readonly Exporter[];
  /** Streams that the manager of a node does not send. */
  readonly broken: Map<string, readonly StreamName[]>;
  /** Starts another exporter on a node, without any state; the caller decides what happens to the old one. */
  start(node: string, settings?: { readonly configErrors: number }): Exporter;
  /** The newest exporter on this node. */
  on(node: string): Exporter;
  /** The running exporter that serves a series. */
  serving(series: string): Exporter;
  /** Lets this many minutes pass without events. */
  advance(minutes: number): Promise<void>;
  series(): InputSeries[];
}

export interface FleetOptions extends ClusterOptions {
  readonly standalone?: boolean;
}

export function createFleet({ standalone = false, ...options }: FleetOptions = {}): Fleet {
  let minute = 0;
  const now = () => START + minute * MINUTE;
  const cluster = createCluster({ volumes: 3, nodes: 3, backups: 0, ...options, now });
  const recording = createRecording(START / 1000);
  const broken = new Map<string, readonly StreamName[]>();
  const exporters: Exporter[] = [];
  const wire = createWire(cluster, 'http://10.42.0.1:9500');

  function start(node: string, settings: { configErrors?: number } = {}): Exporter {
    const replay = createReplay(new Date(START).toISOString(), { ...(node && { node }), ...settings });
    const instance = `10.42.0.${exporters.length + 1}:9265`;
    const exporter: Exporter = { node, instance, replay, owned: new Map(), state: 'up', text: '' };
    exporters.push(exporter);
    return exporter;
  }
  for (const { name } of cluster.nodes.list()) if (!standalone) start(name);
  if (standalone) start('');

  const receive = async (exporter: Exporter) => {
    const { replay, node } = exporter;
    replay.at(new Date(now()).toISOString());
    for (const stream of STREAMS) {
      if (broken.get(node)?.includes(stream)) {
        replay.store.streamEvent(stream, { type: 'failed', reason: 'connect', detail: 'refused' });
      } else replay.message(stream, Buffer.from(listText(wire.list(stream, '5s'))));
    }
    const { monotonic } = replay.store.view().now;
    exporter.owned = new Map(replay.store.owned().map((name) => [name, exporter.owned.get(name) ?? minute]));
    for (const [volume, since] of exporter.owned) {
      if (since > 0 && minute - since < SWEEP_MINUTES) continue;
      const body = Buffer.from(wire.snapshots(volume, seededRandom(1)));
      replay.store.response('sweep', volume, { status: 200, body, requestedAt: monotonic, tookMs: 1 });
    }
    exporter.text = await replay.text();
  };

  const record = (minutes: number) => {
    for (const { node, instance, state, text } of exporters) {
      const labels = [
        `job="longhorn-exporter"`,
        `instance="${instance}"`,
        ...(node ? [`node="${node}"`] : []),
      ].join();
      if (state === 'unscraped') recording.unscraped(labels, minute, minutes);
      else if (state !== 'gone')
        recording.served(labels, minute, minutes, state === 'down' ? undefined : text);
    }
    minute += minutes;
  };

  const required = (found: Exporter | undefined, what: string): Exporter => {
    if (found === undefined) throw new Error(`no exporter ${what}`);
    return found;
  };

  return {
    cluster,
    exporters,
    broken,
    start,
    get minute() {
      return minute;
    },
    on: (node) =>
      required(
        exporters.findLast((each) => each.node === node),
        `on ${node}`,
      ),
    serving: (series) =>
      required(
        exporters.find(({ state, text }) => state === 'up' && text.includes(`\n${series}`)),
        `serves ${series}`,
      ),
    async advance(minutes) {
      for (let done = 0; done < minutes; ) {
        for (const exporter of exporters) if (exporter.state === 'up') await receive(exporter);
        // While streams are broken, the exposition changes every minute; otherwise after the sweep of a new owner.
        const step = broken.size > 0 ? 1 : done === 0 ? SWEEP_MINUTES : minutes;
        record(Math.min(step, minutes - done));
        done += step;
      }
    },
    series: recording.series,
  };
}
