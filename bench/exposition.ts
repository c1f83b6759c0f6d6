/** Serves the metrics of one store in one of several variants, for bench/scrape.ts. Arguments: the variant, the number of volumes. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { constants, gzipSync } from 'node:zlib';
import { Counter, Gauge, Registry } from 'prom-client';
import type { Time } from '../src/clock.ts';
import { compress } from '../src/http/gzip.ts';
import { BACKUP_TABLE } from '../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../src/metrics/backup-target.ts';
import { labelsOf, samplesOf, type Table } from '../src/metrics/family.ts';
import { SNAPSHOT_TABLE } from '../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../src/metrics/volume.ts';
import { createFullStore } from './full-store.ts';
import type { Cost } from './scrape.ts';

const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const [variant = 'ours', volumes = '1000'] = process.argv.slice(2);
const { store, exposition, change } = createFullStore(Number(volumes));

/** The tables with their current objects. */
function tables(): [Table<never>, readonly never[]][] {
  const { served } = store.view();
  return [
    [VOLUME_TABLE, served.volumes],
    [SNAPSHOT_TABLE, served.snapshots],
    [BACKUP_TABLE, served.backups],
    [BACKUP_TARGET_TABLE, served.targets],
  ] as unknown as [Table<never>, readonly never[]][];
}

/** One string, concatenated from all objects at every scrape. */
function concatenated(now: Time): string {
  let text = '';
  for (const [table, objects] of tables()) {
    for (const family of table.families) {
      text += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`;
      const names = [...table.labels, ...labelsOf(family)];
      for (const object of objects) {
        const identity = table.identify(object);
        for (const [value, ...extra] of samplesOf(family, object, now)) {
          if (value === undefined) continue;
          const labels = [...identity, ...extra].map((label, i) => `${names[i]}="${label}"`).join(',');
          text += `${family.name}{${labels}} ${value}\n`;
        }
      }
    }
  }
  return text;
}

/** The same families and series in prom-client's registry, collected at every scrape. */
function promClient(): Registry {
  const registry = new Registry();
  for (const [index, [table]] of tables().entries()) {
    for (const family of table.families) {
      const labelNames = [...table.labels, ...labelsOf(family)];
      const options = { name: family.name, help: family.help, labelNames, registers: [registry] };
      const samples = function* () {
        const { now } = store.view();
        for (const object of tables()[index]?.[1] ?? []) {
          for (const [value, ...extra] of samplesOf(family, object, now)) {
            const values = [...table.identify(object), ...extra];
            const labels = Object.fromEntries(labelNames.map((name, i) => [name, values[i] ?? '']));
            if (value !== undefined) yield { value, labels };
          }
        }
      };
      if (family.type === 'counter') {
        new Counter({
          ...options,
          collect() {
            this.reset();
            for (const { value, labels } of samples()) this.inc(labels, value);
          },
        });
      } else {
        new Gauge({
          ...options,
          collect() {
            this.reset();
            for (const { value, labels } of samples()) this.set(labels, value);
          },
        });
      }
    }
  }
  return registry;
}

const ready = await exposition.render(store.view());
const registry = variant === 'prom-client' ? promClient() : undefined;
const variants: Record<string, () => Promise<Buffer>> = {
  ours: () => exposition.render(store.view()),
  unchanged: () => exposition.render(store.view()),
  gzip: async () => (await compress(await exposition.render(store.view()))) ?? ready,
  gzipSync: async () => gzipSync(await exposition.render(store.view()), { level: constants.Z_BEST_SPEED }),
  'prom-client': async () => Buffer.from((await registry?.metrics()) ?? ''),
  buffer: async () => ready,
  concatenation: async () => Buffer.from(concatenated(store.view().now)),
};
const metrics = variants[variant];
if (metrics === undefined) throw new Error(`unknown variant: ${variant}`);

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let cpuBefore = process.cpuUsage();

function costSinceLast(): Cost {
  const { user, system } = process.cpuUsage(cpuBefore);
  cpuBefore = process.cpuUsage();
  const delayMs = delay.max / 1e6;
  delay.reset();
  return { cpuMs: (user + system) / 1e3, delayMs };
}

const server = createServer(async (request, response) => {
  // A new list between two scrapes. All volumes are degraded, so at least the degraded time of each one changes.
  if (request.url === '/change') {
    change();
    response.end();
    return;
  }
  if (request.url === '/cost') {
    response.end(JSON.stringify(costSinceLast()));
    return;
  }
  const body = await metrics();
  response.writeHead(200, { 'content-type': EXPOSITION, 'content-length': body.length });
  response.end(body);
});
// Between two scrapes of this server, the other servers are scraped for longer than Node.js keeps an idle connection.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
