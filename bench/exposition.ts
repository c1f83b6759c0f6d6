/** Serves one exposition in one of four ways, for bench/scrape.ts to ask for. Argument: the way, and how many volumes. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { Time } from '../src/clock.ts';
import { createRoutes } from '../src/http/routes.ts';
import { createLimits, newLimitCounts } from '../src/limits.ts';
import { BACKUP_TABLE } from '../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../src/metrics/backup-target.ts';
import { createExposition } from '../src/metrics/exposition.ts';
import { labelsOf, samplesOf, type Table } from '../src/metrics/family.ts';
import { registerTable } from '../src/metrics/registry.ts';
import { SNAPSHOT_TABLE } from '../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../src/metrics/volume.ts';
import { crowdedStore } from './crowd.ts';

const [way = 'ours', volumes = '1000'] = process.argv.slice(2);
const { store, change } = crowdedStore(Number(volumes));
const limits = createLimits(newLimitCounts(), pino({ level: 'silent' }));
const exposition = createExposition(limits);

/** The tables with their objects as they are now. */
function tables(): [Table<never>, readonly never[]][] {
  const { served } = store.view().object;
  return [
    [VOLUME_TABLE, served.volumes],
    [SNAPSHOT_TABLE, served.snapshots],
    [BACKUP_TABLE, served.backups],
    [BACKUP_TARGET_TABLE, served.targets],
  ] as unknown as [Table<never>, readonly never[]][];
}

/** One string, put together from all objects at each scrape. */
function concatenated(now: Time): string {
  let text = '';
  for (const [table, objects] of tables()) {
    for (const family of table.families) {
      text += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n`;
      const names = [...table.labels, ...labelsOf(family)];
      for (const object of objects) {
        const identity = table.identify(object);
        for (const [value, ...own] of samplesOf(family, object, now)) {
          if (value === undefined) continue;
          const labels = [...identity, ...own].map((label, i) => `${names[i]}="${label}"`).join(',');
          text += `${family.name}{${labels}} ${value}\n`;
        }
      }
    }
  }
  return text;
}

/** The same families and series in prom-client's registry, collected at each scrape. */
function promClient(): Registry {
  const registry = new Registry();
  for (const [index, [table]] of tables().entries()) {
    const flat = {
      ...table,
      families: table.families.map((family) => ({
        name: family.name,
        type: family.type,
        help: family.help,
        labels: [...table.labels, ...labelsOf(family)],
        *samples(objects: readonly never[], now: Time) {
          for (const object of objects) {
            for (const [value, ...own] of samplesOf(family, object, now)) {
              yield [value, ...table.identify(object), ...own] as const;
            }
          }
        },
      })),
    } as unknown as Table<readonly never[]>;
    registerTable(registry, flat, () => ({ object: tables()[index]?.[1] ?? [], now: store.view().now }));
  }
  return registry;
}

const ready = await exposition.render(store);
const registry = way === 'prom-client' ? promClient() : undefined;
const ways: Record<string, () => Promise<Buffer>> = {
  ours: () => exposition.render(store),
  unchanged: () => exposition.render(store),
  'prom-client': async () => Buffer.from((await registry?.metrics()) ?? ''),
  buffer: async () => ready,
  concatenation: async () => Buffer.from(concatenated(store.view().now)),
};
const metrics = ways[way];
if (metrics === undefined) throw new Error(`no such way: ${way}`);

const route = createRoutes(
  {
    metrics: async () => ({ body: await metrics(), release() {} }),
    debug: () => undefined,
    version: 'bench',
  },
  limits,
);
const server = createServer(async (request, response) => {
  // Between two scrapes a list comes. All volumes are degraded, so the time that they have been so changes in all.
  if (request.url === '/change') {
    change();
    response.end();
    return;
  }
  const { contentType, body } = await route({ method: 'GET', target: '/metrics', accept: '', local: true });
  response.writeHead(200, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
