/** How a page refreshes itself: how long it waits, what it shows while waiting, and that no error stops it. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Page, Route } from 'playwright-core';
import { deleteVolume } from '../../simulator/index.ts';
import { until } from '../support/clock.ts';
import { openTimed, setStage } from './stage.ts';

/** Refresh requests that are held until a test answers them. */
async function hold(page: Page): Promise<Route[]> {
  const held: Route[] = [];
  await page.route(page.url(), (route) => void held.push(route));
  return held;
}

/** A page, and its first refresh, which is held. */
async function firstRefresh(t: TestContext): Promise<{ page: Page; held: Route[] } | undefined> {
  const stage = await setStage(t);
  if (stage === undefined) return undefined;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await page.clock.fastForward(5_000);
  await has(held, 1);
  return { page, held };
}

const has = (held: readonly Route[], count: number): Promise<void> =>
  until(() => held.length === count, 3_000, `${count} refreshes, not ${held.length}`);

const release = async (page: Page, route: Route | undefined): Promise<void> => {
  const before = await page.locator('header time').getAttribute('datetime');
  await route?.continue();
  await page.locator(`header time:not([datetime="${before}"])`).waitFor();
};

const isHidden = `(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}`;
const putAway = (page: Page): Promise<unknown> => page.evaluate(`(${isHidden})(true)`);
/** What the page says as soon as it is visible again. */
const bringBack = (page: Page): Promise<unknown> =>
  page.evaluate(`(${isHidden})(false), document.querySelector('#old:not([hidden])')?.textContent`);

for (const status of [429, 500, 503]) {
  test(`response with status ${status}: reported, and retried soon`, async (t) => {
    const first = await firstRefresh(t);
    if (first === undefined) return;
    const { page, held } = first;
    await page.clock.fastForward(4_000);
    await held[0]?.fulfill({ status, contentType: 'text/plain', body: 'not now' });
    const words = `The exporter responded with status ${status}`;
    await page.locator('.status.bad', { hasText: words }).waitFor();
    await page.locator('#old', { hasText: words }).waitFor();
    await page.clock.fastForward(5_000);
    await has(held, 2);
    await release(page, held[1]);
    assert.ok(await page.locator('.status.good').isVisible());
    assert.ok(await page.locator('#old').isHidden());
  });
}

test('slow responses: refreshed less often, and marked while stale', async (t) => {
  const first = await firstRefresh(t);
  if (first === undefined) return;
  const { page, held } = first;
  await page.clock.fastForward(4_000);
  await release(page, held[0]);

  // Ten times as long as the response took.
  await page.clock.fastForward(39_000);
  assert.equal(held.length, 1);
  await page.clock.fastForward(1_000);
  await has(held, 2);
  assert.ok(await page.locator('#old').isHidden(), 'it is no older than expected');
  await page.clock.fastForward(15_000);
  await page.locator('#old', { hasText: 'This page is 55 s old. Refreshing.' }).waitFor();
  await release(page, held[1]);
  assert.ok(await page.locator('#old').isHidden());

  await page.clock.fastForward(200_000);
  await has(held, 3);
  await page.clock.fastForward(70_000);
  await page.locator('#old', { hasText: 'The exporter is not responding' }).waitFor();
});

test('a refresh fails in any way: the next one follows', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await page.evaluate(`document.querySelector('#status').remove()`);
  await page.clock.fastForward(5_000);
  await has(held, 1);
  await held[0]?.abort();
  await page.locator('#old', { hasText: 'The exporter is not responding' }).waitFor();
  await page.clock.fastForward(5_000);
  await has(held, 2);

  await page.evaluate(
    `equal = Node.prototype.isEqualNode; Node.prototype.isEqualNode = () => { throw new Error('a bug') }`,
  );
  const bug = page.waitForEvent('pageerror');
  await held[1]?.continue();
  assert.equal((await bug).message, 'a bug');
  await page.locator('#old', { hasText: 'reload this page' }).waitFor();
  await page.evaluate('Node.prototype.isEqualNode = equal');
  await page.clock.fastForward(5_000);
  await has(held, 3);

  await held[2]?.fulfill({ contentType: 'text/html', body: '<h1>Somebody else</h1>' });
  await page.locator('#old', { hasText: 'The response is not from the exporter' }).waitFor();
  await page.clock.fastForward(5_000);
  await has(held, 4);
  await release(page, held[3]);
  assert.equal(await page.locator('.status.good > #status').innerText(), 'Longhorn is responding');
});

test('older response after a newer one: ignored', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const older = await (await fetch(`${stage.url}/debug`, { headers: { accept: 'text/html' } })).text();
  const held = await hold(page);
  await page.clock.fastForward(5_000);
  await has(held, 1);
  await putAway(page);
  await bringBack(page);
  await has(held, 2);
  await release(page, held[1]);
  const shown = await page.locator('header time').getAttribute('datetime');
  await held[0]?.fulfill({ contentType: 'text/html', body: older }).catch(() => {});
  await setTimeout(300);
  assert.equal(await page.locator('header time').getAttribute('datetime'), shown);
  assert.ok(await page.locator('#old').isHidden(), 'the cancelled one causes no error');
});

test('hidden page is shown again: its age is shown until it is refreshed', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await putAway(page);
  await page.clock.fastForward(2_000);
  assert.equal(await bringBack(page), undefined, 'no age after two seconds');
  await has(held, 1);
  await release(page, held[0]);

  await putAway(page);
  await page.clock.fastForward('10:00');
  assert.equal(held.length, 1, 'a hidden page sends no request');
  assert.equal(await bringBack(page), 'This page is 10 min old. Refreshing.');
  assert.ok(await page.locator('body.old').isVisible());
  await has(held, 2);
  await release(page, held[1]);
  assert.ok(await page.locator('#old').isHidden());
});

test('volume removed: its page says so', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage, '/debug/volumes/pvc-0004');
  deleteVolume(stage.cluster, 'pvc-0004');
  await stage.knows(({ volumes }) => !volumes.some(({ name }) => name === 'pvc-0004'));
  await page.clock.fastForward(5_000);
  await page.getByRole('heading', { name: 'No volume pvc-0004' }).waitFor();
  assert.ok(await page.locator('.status.good').isVisible());
  assert.ok(await page.locator('#old').isHidden());
});
