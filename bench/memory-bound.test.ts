/** The heaviest load that the limits allow: the production build stays within the memory limit of the manifest. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import packageJson from '../package.json' with { type: 'json' };
import { createCluster, failReplica, startRebuild } from '../simulator/index.ts';
import { createWire, type List, type Wire } from '../simulator/wire.ts';
import { LIMITS } from '../src/limits.ts';
import { KINDS, MESSAGE_LIMITS, STREAMS, type StreamName } from '../src/longhorn/streams.ts';
import { streamServer } from '../test/stream/servers.ts';
import { until } from '../test/support/clock.ts';
import { memoryLimit } from '../test/support/memory-limit.ts';
import { type ExporterProcess, startExporterProcess, sumOf } from './exporter-process.ts';
import { imageEnvironment, imageFlags } from './memory.ts';

const ROOT = new URL('../', import.meta.url).pathname;
const MIB = 1024 * 1024;
const LARGEST = LIMITS.message_bytes.most;

/** In each wave, this many scrapers connect, then a message arrives. */
const [WAVES, SCRAPERS] = [2, 50];

/** The debug data of all volumes, requested in each wave. */
const DEBUG_TARGETS = [...Array(5).fill('/debug'), ...Array(5).fill('/debug.json')];

/** The Node.js version of the image, if installed in test/image. */
const NODE_24 = `${ROOT}test/image/node_modules/node-${process.platform}-${process.arch}/bin/node`;

/** The maximum number of volumes, all rebuilding, so that each has every series of a volume. */
function largestCluster(): Wire {
  const volumes = LIMITS.volumes.most;
  const cluster = createCluster({ volumes, nodes: 20, backups: 3 * volumes });
  for (const { name, replicas } of cluster.volumes.list()) {
    const replica = replicas[0]?.name ?? '';
    failReplica(cluster, name, replica);
    startRebuild(cluster, name, { replica });
  }
  return createWire(cluster, 'http://10.42.0.1:9500');
}

/** A message of exactly this size: as many of the elements as fit, then blanks. */
function message({ head, tail }: List, elements: Iterable<string>, bytes = LARGEST): Buffer {
  const buffer = Buffer.alloc(bytes, ' ');
  let end = buffer.write(head);
  for (const element of elements) {
    if (end + Buffer.byteLength(element) + 1 + Buffer.byteLength(tail) > bytes) break;
    end += buffer.write(`${element},`, end);
  }
  // Overwrites the last comma.
  buffer.write(tail, end - 1);
  return buffer;
}

/** As many objects as a list of the stream may have, or as fit, padded so that together they reach the byte limit. */
function fullList(list: List, stream: StreamName): Buffer {
  const { most } = LIMITS[MESSAGE_LIMITS[stream]];
  const originals = list.elements.map((text) => JSON.parse(text));
  const largest = Math.max(...list.elements.map((text) => text.length)) + 100;
  const count = Math.min(LIMITS[KINDS[stream].limit].most, Math.floor(most / largest));
  const elementBytes = Math.floor((most - list.head.length - list.tail.length) / count) - 1;
  const elements = Array.from({ length: count }, (_, i) => {
    const original = originals[i % originals.length];
    const bare = { ...original, name: `${i}-${original.name}`, junk: '' };
    return JSON.stringify({ ...bare, junk: 'x'.repeat(elementBytes - JSON.stringify(bare).length) });
  });
  return message(list, elements, most);
}

function connectWithoutReading({ port }: ExporterProcess, target: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return socket;
}

/** One compressed exposition may fit into the socket buffers; this many do not. */
const GZIP_SCRAPES = 6;

function connectGzipWithoutReading({ port }: ExporterProcess): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n';
  socket.write(scrape.repeat(GZIP_SCRAPES));
  return socket;
}

describe('memory limit of the manifest', { concurrency: 2 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'longhorn-exporter-'));
  const build = join(directory, 'longhorn-exporter.cjs');
  let otherLists: ReadonlyMap<string, Buffer>;
  let full: readonly Buffer[];
  let withLongName: Buffer;
  let tooLarge: Buffer;
  after(() => rmSync(directory, { recursive: true }));
  before(() => {
    const command = packageJson.scripts.build.replace('dist/longhorn-exporter.cjs', build);
    const env = { ...process.env, PATH: `${ROOT}node_modules/.bin:${process.env.PATH}` };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);

    const wire = largestCluster();
    otherLists = new Map(STREAMS.map((stream) => [stream, fullList(wire.list(stream, '5s'), stream)]));
    const list = wire.list('volumes', '5s');
    const changed = list.elements.map((text) => text.replace('"size":"10737418240"', '"size":"21474836480"'));
    assert.notEqual(changed[0], list.elements[0], 'every volume differs');
    full = [message(list, list.elements), message(list, changed)];
    withLongName = message(list, [`{"name":"${'n'.repeat(10 * MIB)}","state":"attached"}`, ...list.elements]);
    tooLarge = message(list, list.elements, LARGEST + 1);
  });

  for (const [what, node, flags] of [
    ['this Node.js', process.execPath, []],
    ["the image's Node.js and its flags", NODE_24, imageFlags()],
  ] as const) {
    test(`maximum load that the limits allow, with ${what}: memory stays below the limit`, {
      timeout: 300_000,
    }, async (t) => {
      if (existsSync(node)) return assertStaysWithin(t, node, flags, memoryLimit() / MIB);
      assert.notEqual(process.env.CI, 'true', `${node} is missing (npm ci --prefix test/image)`);
      t.skip('not installed; run npm ci --prefix test/image');
    });
  }

  async function assertStaysWithin(
    t: TestContext,
    node: string,
    flags: readonly string[],
    limit: number,
  ): Promise<void> {
    let current = full[0] ?? Buffer.alloc(0);
    let latest: WebSocket | undefined;
    let processed = 0;
    let rejected = false;
    const send = (ws: WebSocket) => {
      ws.send(current);
      // The pong arrives once the message before it has been processed.
      ws.ping();
      ws.once('pong', () => processed++);
    };
    const manager = await streamServer(t, {
      onPeer({ ws, request: { url = '' } }) {
        const stream = url.slice(url.lastIndexOf('/') + 1);
        if (stream !== 'volumes') return ws.send(otherLists.get(stream) ?? '');
        latest = ws;
        send(ws);
      },
    });
    const eventually = (condition: () => boolean | Promise<boolean>, what: string) =>
      until(condition, 120_000, what);
    const untilProcessed = (times: number) =>
      eventually(() => processed >= times, `message ${times} is processed`);
    const deliver = async (bytes: Buffer) => {
      const before = processed;
      current = bytes;
      // Without an open connection, the next one sends it.
      if (latest?.readyState === latest?.OPEN && latest !== undefined) send(latest);
      await untilProcessed(before + 1);
    };

    const exporter = await startExporterProcess(
      {
        ...imageEnvironment(),
        LONGHORN_URL: `http://127.0.0.1:${manager.port}`,
        EXPORT: 'all',
        MANAGER_BUDGET: '1',
        SNAPSHOT_SWEEP_INTERVAL: '0',
      },
      { node, flags, build, log: (line) => (rejected ||= line.includes('"reason":"too_large"')) },
    );
    t.after(exporter.kill);
    const report = (part: string) =>
      t.diagnostic(`${part}: ${Math.round(exporter.memory().peak)} MiB so far`);
    const exceeded = async (name: string) =>
      sumOf(await exporter.scrape(), 'longhorn_exporter_limits_exceeded_total', `limit="${name}"`);
    // An exposition that took long to render is reused for some seconds.
    const untilCounted = (least: number, most: number, ...names: string[]) =>
      eventually(
        async () => {
          await setTimeout(500);
          let sum = 0;
          for (const name of names) sum += await exceeded(name);
          return sum >= least && sum <= most;
        },
        `${names.join(' and ')} are counted ${least} to ${most} times`,
      );

    await untilProcessed(1);
    await eventually(async () => {
      await setTimeout(500);
      return sumOf(await exporter.scrape(), 'longhorn_up') === 1;
    }, 'the lists of all streams are processed');
    report('a message of the largest size on every stream');
    const exposition = await exporter.scrape();
    assert.equal(sumOf(exposition, 'longhorn_exporter_volumes', 'scope="owned"'), LIMITS.volumes.most);
    report(`an exposition of ${Math.round(exposition.length / MIB)} MiB`);

    const descriptors = exporter.descriptors();
    const scrapers: Socket[] = [];
    const debugClients: Socket[] = [];
    t.after(() => [...scrapers, ...debugClients].forEach((socket) => void socket.destroy()));
    for (let wave = 1; wave <= WAVES; wave++) {
      for (let i = 0; i < SCRAPERS; i++)
        scrapers.push(
          i % 2 === 0 ? connectGzipWithoutReading(exporter) : connectWithoutReading(exporter, '/metrics'),
        );
      for (const target of DEBUG_TARGETS) debugClients.push(connectWithoutReading(exporter, target));
      // Other clients are still served.
      await exporter.scrape();
      await deliver(full[wave % 2] ?? current);
    }
    report(
      `${scrapers.length} scrapers and ${debugClients.length} debug clients that never read, and ${WAVES} messages in which every volume differs`,
    );
    await deliver(withLongName);
    report('a name of 10 MiB');
    await eventually(
      () => exporter.descriptors() < descriptors + SCRAPERS / 10,
      'slow scrapers are disconnected',
    );
    const slow = scrapers.length + debugClients.length;
    // Every exposition waiting on a connection may count until the connection is closed.
    const waiting = (scrapers.length / 2) * (GZIP_SCRAPES - 1);
    await untilCounted(slow, slow + waiting, 'send_seconds', 'unread_bytes');
    assert.ok((await exceeded('unread_bytes')) > 0, 'some debug responses exceed unread_bytes');
    assert.equal(await exceeded('object_bytes'), 1);
    report('all of them disconnected');

    const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const flood = scrape.repeat(Math.floor(MIB / scrape.length));
    for (let i = 0; i < SCRAPERS; i++) {
      const socket = connect(exporter.port, '127.0.0.1').on('error', () => {});
      socket.write(flood);
      scrapers.push(socket);
    }
    await untilCounted(SCRAPERS, SCRAPERS, 'pipelined_requests');
    report(`${SCRAPERS} connections with a flood of scrapes`);

    current = tooLarge;
    if (latest !== undefined) send(latest);
    await eventually(() => rejected, 'the message is rejected');
    // It is soon requested again, and is too large again.
    await eventually(async () => (await exceeded('message_bytes')) > 0, 'message_bytes is counted');
    report('a message that is too large by one byte');
    assert.equal(exporter.ended(), undefined);
    const text = await exporter.scrape();
    assert.equal(sumOf(text, 'longhorn_exporter_internal_errors_total'), 0);
    const { peak } = exporter.memory();
    assert.ok(peak < limit, `${Math.round(peak)} MiB at the peak, of ${limit}`);
  }
});
