/** The worst load allowed from a manager and scrapers: the production build stays within the memory limit of the manifest. */

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
import { imageFlags } from './memory.ts';

const ROOT = new URL('../', import.meta.url).pathname;
const MIB = 1024 * 1024;
const LARGEST = LIMITS.message_bytes.most;

/** Each round, this many scrapers connect, then a message arrives. */
const [WAVES, SCRAPERS] = [2, 50];

/** The same round requests the debug data of all volumes. */
const READERS = [...Array(5).fill('/debug'), ...Array(5).fill('/debug.json')];

/** The Node.js of the image, if the package next to the image's tests is installed. */
const NODE_24 = `${ROOT}test/image/node_modules/node-${process.platform}-${process.arch}/bin/node`;

/** The maximum number of volumes, all rebuilding, so that they have all series of volumes. */
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

/** The elements that fit; blanks fill the message up to the byte. */
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

/** As many objects as a list of the stream may have, or as fit, so large that together they reach the byte limit. */
function fullList(list: List, stream: StreamName): Buffer {
  const { most } = LIMITS[MESSAGE_LIMITS[stream]];
  const originals = list.elements.map((text) => JSON.parse(text));
  const largest = Math.max(...list.elements.map((text) => text.length)) + 100;
  const count = Math.min(LIMITS[KINDS[stream].limit].most, Math.floor(most / largest));
  const room = Math.floor((most - list.head.length - list.tail.length) / count) - 1;
  const elements = Array.from({ length: count }, (_, i) => {
    const original = originals[i % originals.length];
    const bare = { ...original, name: `${i}-${original.name}`, junk: '' };
    return JSON.stringify({ ...bare, junk: 'x'.repeat(room - JSON.stringify(bare).length) });
  });
  return message(list, elements, most);
}

function neverReads({ port }: ExporterProcess, target: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return socket;
}

/** One compressed exposition may fit into the buffers of the two sockets; this many do not. */
const PAGES_OF_GZIP = 6;

function neverReadsGzip({ port }: ExporterProcess): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n';
  socket.write(scrape.repeat(PAGES_OF_GZIP));
  return socket;
}

describe('the memory that the manifest grants', { concurrency: 2 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'longhorn-exporter-'));
  const build = join(directory, 'longhorn-exporter.cjs');
  let others: ReadonlyMap<string, Buffer>;
  let full: readonly Buffer[];
  let named: Buffer;
  let tooLarge: Buffer;
  after(() => rmSync(directory, { recursive: true }));
  before(() => {
    const command = packageJson.scripts.build.replace('dist/longhorn-exporter.cjs', build);
    const env = { ...process.env, PATH: `${ROOT}node_modules/.bin:${process.env.PATH}` };
    const { status, stderr } = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);

    const wire = largestCluster();
    others = new Map(STREAMS.map((stream) => [stream, fullList(wire.list(stream, '5s'), stream)]));
    const list = wire.list('volumes', '5s');
    const changed = list.elements.map((text) => text.replace('"size":"10737418240"', '"size":"21474836480"'));
    assert.notEqual(changed[0], list.elements[0], 'every volume differs');
    full = [message(list, list.elements), message(list, changed)];
    named = message(list, [`{"name":"${'n'.repeat(10 * MIB)}","state":"attached"}`, ...list.elements]);
    tooLarge = message(list, list.elements, LARGEST + 1);
  });

  for (const [what, node, flags] of [
    ['this Node.js', process.execPath, []],
    ["the image's Node.js and its flags", NODE_24, imageFlags()],
  ] as const) {
    test(`is enough for everything that is allowed at once, with ${what}`, {
      timeout: 300_000,
    }, async (t) => {
      if (existsSync(node)) return staysWithin(t, node, flags, memoryLimit() / MIB);
      assert.notEqual(process.env.CI, 'true', `${node} is missing (npm ci --prefix test/image)`);
      t.skip('npm ci --prefix test/image brings it');
    });
  }

  async function staysWithin(
    t: TestContext,
    node: string,
    flags: readonly string[],
    limit: number,
  ): Promise<void> {
    let current = full[0] ?? Buffer.alloc(0);
    let latest: WebSocket | undefined;
    let takenIn = 0;
    let refused = false;
    const send = (ws: WebSocket) => {
      ws.send(current);
      // The pong arrives once the message before it has been processed.
      ws.ping();
      ws.once('pong', () => takenIn++);
    };
    const manager = await streamServer(t, {
      onPeer({ ws, request: { url = '' } }) {
        const stream = url.slice(url.lastIndexOf('/') + 1);
        if (stream !== 'volumes') return ws.send(others.get(stream) ?? '');
        latest = ws;
        send(ws);
      },
    });
    const eventually = (condition: () => boolean | Promise<boolean>, what: string) =>
      until(condition, 120_000, what);
    const taken = (times: number) => eventually(() => takenIn >= times, `message ${times} is taken in`);
    const say = async (bytes: Buffer) => {
      const before = takenIn;
      current = bytes;
      // Between two connections it is sent with the next one.
      if (latest?.readyState === latest?.OPEN && latest !== undefined) send(latest);
      await taken(before + 1);
    };

    const exporter = await startExporterProcess(
      {
        LONGHORN_URL: `http://127.0.0.1:${manager.port}`,
        EXPORT: 'all',
        MANAGER_BUDGET: '1',
        SNAPSHOT_SWEEP_INTERVAL: '0',
      },
      { node, flags, build, log: (line) => (refused ||= line.includes('"reason":"too_large"')) },
    );
    t.after(exporter.kill);
    const report = (part: string) =>
      t.diagnostic(`${part}: ${Math.round(exporter.memory().peak)} MiB so far`);
    const exceeded = async (name: string) =>
      sumOf(await exporter.scrape(), 'longhorn_exporter_limits_exceeded_total', `limit="${name}"`);
    // An exposition that took long to render is reused for some seconds.
    const counted = (least: number, most: number, ...names: string[]) =>
      eventually(
        async () => {
          await setTimeout(500);
          let sum = 0;
          for (const name of names) sum += await exceeded(name);
          return sum >= least && sum <= most;
        },
        `${names.join(' and ')} are counted ${least} to ${most} times`,
      );

    await taken(1);
    await eventually(async () => {
      await setTimeout(500);
      return sumOf(await exporter.scrape(), 'longhorn_up') === 1;
    }, 'the lists of all streams are taken in');
    report('a message of the largest size on every stream');
    const page = await exporter.scrape();
    assert.equal(sumOf(page, 'longhorn_exporter_volumes', 'scope="owned"'), LIMITS.volumes.most);
    report(`a page of ${Math.round(page.length / MIB)} MiB`);

    const descriptors = exporter.descriptors();
    const scrapers: Socket[] = [];
    const readers: Socket[] = [];
    t.after(() => [...scrapers, ...readers].forEach((socket) => void socket.destroy()));
    for (let wave = 1; wave <= WAVES; wave++) {
      for (let i = 0; i < SCRAPERS; i++)
        scrapers.push(i % 2 === 0 ? neverReadsGzip(exporter) : neverReads(exporter, '/metrics'));
      for (const target of READERS) readers.push(neverReads(exporter, target));
      // Other clients are still served.
      await exporter.scrape();
      await say(full[wave % 2] ?? current);
    }
    report(
      `${scrapers.length} scrapers and ${readers.length} others that never read, and ${WAVES} messages in which every volume differs`,
    );
    await say(named);
    report('a name of 10 MiB');
    await eventually(() => exporter.descriptors() < descriptors + SCRAPERS / 10, 'slow scrapers are cut off');
    const slow = scrapers.length + readers.length;
    // Every exposition waiting on a connection may count until the connection is closed.
    const waiting = (scrapers.length / 2) * (PAGES_OF_GZIP - 1);
    await counted(slow, slow + waiting, 'send_seconds', 'unread_bytes');
    assert.ok((await exceeded('unread_bytes')) > 0, 'not every debug page was made');
    assert.equal(await exceeded('object_bytes'), 1);
    report('all of them cut off');

    const scrape = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const flood = scrape.repeat(Math.floor(MIB / scrape.length));
    for (let i = 0; i < SCRAPERS; i++) {
      const socket = connect(exporter.port, '127.0.0.1').on('error', () => {});
      socket.write(flood);
      scrapers.push(socket);
    }
    await counted(SCRAPERS, SCRAPERS, 'pipelined_requests');
    report(`${SCRAPERS} connections with a flood of scrapes`);

    current = tooLarge;
    if (latest !== undefined) send(latest);
    await eventually(() => refused, 'the message is refused');
    // It is soon requested again, and is too large again.
    await eventually(async () => (await exceeded('message_bytes')) > 0, 'message_bytes are counted');
    report('a message that is too large by one byte');
    assert.equal(exporter.ended(), undefined);
    const text = await exporter.scrape();
    assert.equal(sumOf(text, 'longhorn_exporter_internal_errors_total'), 0);
    const { peak } = exporter.memory();
    assert.ok(peak < limit, `${Math.round(peak)} MiB at the peak, of ${limit}`);
  }
});
