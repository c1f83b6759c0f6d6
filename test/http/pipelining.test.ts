/** A client that pipelines scrapes and goes away without reading must not keep old pages alive for the others. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { createPages } from '../../src/http/page.ts';
import { createResponder } from '../../src/http/respond.ts';
import { manualClock, until } from '../support/clock.ts';

test('pages are let go of when a connection with pipelined requests is lost', async (t) => {
  const clock = manualClock();
  let rendered = 0;
  const metrics = createPages(async () => Buffer.alloc(8 * 1024 * 1024, `${++rendered}`), clock);
  const pages = { metrics, debug: () => undefined, version: 'test' };
  let asked = 0;
  const respond = createResponder(pages, () => ++asked > 0, { failed: assert.fail, exceeded() {} }, clock);
  const server = createServer((request, response) => void respond(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (let round = 1; round <= 3; round++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5));
    await until(() => asked === round * 5);
    socket.destroy();
    await until(() => clock.timers.length === 0);
    clock.advance(60_000);
  }
  const before = rendered;
  for (let scrapes = 1; scrapes <= 2; scrapes++) {
    await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } })).text();
    clock.advance(60_000);
    assert.equal(rendered, before + scrapes, 'each gets a page of its own time');
  }
});
