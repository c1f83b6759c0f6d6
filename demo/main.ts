/** `npm run demo`: a live simulated cluster with one exporter, or with one on each node. */

import { createCluster, seededRandom } from '../simulator/index.ts';
import { live } from './life.ts';
import { readOptions, USAGE } from './options.ts';
import { type Pod, startPod } from './pod.ts';
import { addresses, watch } from './watch.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const options = readOptions();
if (typeof options === 'number') {
  say(USAGE);
  process.exit(options);
}
const { nodes, volumes, backups, port, seed, prometheusPort } = options;

/** A single exporter gets a cluster of three nodes, so that one of them can die. */
const cluster = createCluster({ nodes: nodes === 1 ? 3 : nodes, volumes, backups, seed });
const shared = nodes > 1;

const entries = new Map(
  cluster.nodes
    .list()
    .slice(0, nodes)
    .map(({ name }, index) => [name, { port: port + index, pod: undefined as Promise<Pod> | undefined }]),
);

const stops: (() => unknown)[] = [];
let isEnding = false;
async function end(): Promise<void> {
  // Ctrl-C comes twice: from the terminal, and from npm.
  if (isEnding) return;
  isEnding = true;
  for (const stop of stops) await stop();
  for (const { pod } of entries.values()) await (await pod)?.stop();
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);

// First, because the demo ends if Prometheus is missing. An exporter that serves all volumes belongs to no node.
const targets = [...entries].map(([node, entry]) => ({
  node: shared ? node : '',
  address: `127.0.0.1:${entry.port}`,
}));
if (prometheusPort !== undefined) {
  const stop = await watch(targets, prometheusPort, say);
  if (stop === undefined) process.exit(2);
  stops.push(stop);
}

for (const [node, entry] of entries) {
  entry.pod = startPod(cluster, { node, port: entry.port, shared, seed });
  const waiting = setTimeout(
    () => say(`Port ${entry.port} is in use; retrying until it is free. Use --port N for another one.`),
    1_000,
  );
  await (await entry.pod).listening;
  clearTimeout(waiting);
  const scope = shared ? `the volumes of ${node}` : `all ${volumes} volumes`;
  say(`http://localhost:${entry.port}/metrics and /debug show ${scope}`);
}
if (prometheusPort !== undefined) say(addresses(prometheusPort));
say('The simulated cluster is running; press Ctrl-C to stop.\n');

const life = live(cluster, {
  random: seededRandom(seed),
  say: (line) => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`),
  // A single exporter keeps running, otherwise there would be nothing to look at.
  onNodeDown(node) {
    const entry = shared ? entries.get(node) : undefined;
    if (entry?.pod === undefined) return;
    void entry.pod.then(({ stop }) => stop());
    entry.pod = undefined;
    say(
      `          its pod is gone: http://localhost:${entry.port} is down, the other exporters take over its volumes`,
    );
  },
  onNodeUp(node) {
    const entry = entries.get(node);
    if (entry !== undefined) entry.pod ??= startPod(cluster, { node, port: entry.port, shared, seed });
  },
});
stops.push(life.stop);
