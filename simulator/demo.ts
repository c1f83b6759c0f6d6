/** `npm run demo`: a living simulated cluster with one exporter, or with one on each of its nodes. */

import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readSettings } from '../src/config/settings.ts';
import { type Exporter, startExporter } from '../src/exporter.ts';
import { createCluster, live, type Manager, seededRandom, startManager } from './index.ts';

const USAGE = `npm run demo -- [--nodes 3] [--volumes 12] [--backups 24] [--port 9265] [--seed 1]

  --nodes N     run N managers with an exporter each, which share the volumes (1: one exporter serves all)
  --volumes N   how many volumes there are at the start
  --backups N   how many backups there are at the start
  --port N      port of the first exporter; the others take the next ones
  --seed N      another seed, another life
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '1' },
    volumes: { type: 'string', default: '12' },
    backups: { type: 'string', default: '24' },
    port: { type: 'string', default: '9265' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const numbers = [values.nodes, values.volumes, values.backups, values.port, values.seed].map(Number);
const [nodes = 0, volumes = 0, backups = 0, port = 0, seed = 0] = numbers;
if (values.help || !numbers.every(Number.isInteger) || nodes < 1 || volumes < 1 || backups < 0 || port < 1) {
  say(USAGE);
  process.exit(values.help ? 0 : 2);
}

/** A single exporter serves a cluster of three nodes, so that one of them can die. */
const cluster = createCluster({ nodes: nodes === 1 ? 3 : nodes, volumes, backups, seed });
const shared = nodes > 1;
const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

interface Pod {
  readonly manager: Manager;
  readonly exporter: Exporter;
}

/** What runs on one node: a manager and the exporter beside it. */
async function startPod(node: string, exporterPort: number): Promise<Pod> {
  const manager = await startManager({ cluster, node, random: seededRandom(seed) });
  const { settings } = readSettings({
    LONGHORN_URL: manager.url,
    LISTEN_ADDRESS: `:${exporterPort}`,
    MIN_PERIOD: '1s',
    // Quick enough to see a snapshot come and go; a real cluster has five minutes.
    SNAPSHOT_SWEEP_INTERVAL: '5s',
    // Managers and exporters share this process, so lists seem dearer than they are.
    MANAGER_BUDGET: '1',
    ...(shared && { NODE_NAME: node }),
  });
  return { manager, exporter: startExporter(settings, { log: log.child({ node }) }) };
}

async function stopPod({ manager, exporter }: Pod): Promise<void> {
  await Promise.all([exporter.stop(), manager.stop()]);
}

const names = cluster.nodes.list().map(({ name }) => name);
const pods = new Map<string, { readonly port: number; pod: Promise<Pod> | undefined }>();
for (const [index, name] of names.slice(0, nodes).entries()) {
  pods.set(name, { port: port + index, pod: startPod(name, port + index) });
}

for (const [node, { port, pod }] of pods) {
  const waiting = setTimeout(
    () => say(`Port ${port} is taken; trying again. --port N takes another one.`),
    1_000,
  );
  await (await pod)?.exporter.listening;
  clearTimeout(waiting);
  const what = shared ? `the volumes of ${node}` : `all ${volumes} volumes`;
  say(`http://localhost:${port}/metrics serves ${what}`);
}
say('A living cluster plays now; Ctrl-C ends it.\n');

const life = live(cluster, {
  random: seededRandom(seed),
  say: (line) => say(`${new Date().toTimeString().slice(0, 8)}  ${line}`),
  // With one exporter there would be nothing left to look at.
  onNodeDown(node) {
    const entry = shared ? pods.get(node) : undefined;
    if (entry?.pod === undefined) return;
    void entry.pod.then(stopPod);
    entry.pod = undefined;
    say(
      `          its pod is gone: http://localhost:${entry.port} no longer answers, the others take its volumes over`,
    );
  },
  onNodeUp(node) {
    const entry = pods.get(node);
    if (entry !== undefined) entry.pod ??= startPod(node, entry.port);
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    life.stop();
    for (const { pod } of pods.values()) if (pod !== undefined) await stopPod(await pod);
    process.exit(0);
  });
}
