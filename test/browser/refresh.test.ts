/** How a page refreshes itself: how often, what it shows while waiting, and that no error stops it. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Page, Route } from 'playwright-core';
import { deleteVolume } from '../../simulator/index.ts';
import { until } from '../support/clock.ts';
import { openTimed, setStage } from './stage.ts';

/** Holds every refresh request until the test responds to it. */
async function hold(page: Page): Promise<Route[]> {
  const held: Route[] = [];
  await page.route(page.url(), (route) => void held.push(route));
  return held;
}

/** Opens a page, and holds its first refresh. */
async function firstRefresh(t: TestContext): Promise<{ page: Page; held: Route[] } | undefined> {
  const stage = await setStage(t);
  if (stage === undefined) return undefined;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await page.clock.fastForward(5_000);
  await waitForHeld(held, 1);
  return { page, held };
}

const waitForHeld = (held: readonly Route[], count: number): Promise<void> =>
  until(() => held.length === count, 3_000, `${count} refreshes are held`);

const release = async (page: Page, route: Route | undefined): Promise<void> => {
  const before = await page.locator('header time').getAttribute('datetime');
  await route?.continue();
  await page.locator(`header time:not([datetime="${before}"])`).waitFor();
};

const SET_HIDDEN = `(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, value: hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}`;
const hidePage = (page: Page): Promise<unknown> => page.evaluate(`(${SET_HIDDEN})(true)`);
/** Shows the page again; returns the warning that it has at once, if any. */
const showPage = (page: Page): Promise<unknown> =>
  page.evaluate(`(${SET_HIDDEN})(false), document.querySelector('#old:not([hidden])')?.textContent`);

for (const status of [429, 500, 503]) {
  test(`response with status ${status}: reported, and retried after 5 s`, async (t) => {
    const first = await firstRefresh(t);
    if (first === undefined) return;
    const { page, held } = first;
    await page.clock.fastForward(4_000);
    await held[0]?.fulfill({ status, contentType: 'text/plain', body: 'not now' });
    const message = `The exporter responded with status ${status}`;
    await page.locator('.status.bad', { hasText: message }).waitFor();
    await page.locator('#old', { hasText: message }).waitFor();
    await page.clock.fastForward(5_000);
    await waitForHeld(held, 2);
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
  await waitForHeld(held, 2);
  assert.ok(await page.locator('#old').isHidden(), 'no older than expected');
  await page.clock.fastForward(15_000);
  await page.locator('#old', { hasText: 'This page is 55 s old. Refreshing.' }).waitFor();
  await release(page, held[1]);
  assert.ok(await page.locator('#old').isHidden());

  await page.clock.fastForward(200_000);
  await waitForHeld(held, 3);
  await page.clock.fastForward(70_000);
  await page.locator('#old', { hasText: 'The exporter is not responding' }).waitFor();
});

test('refresh fails, throws or gets a foreign page: the next refresh still runs', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await page.evaluate(`document.querySelector('#status').remove()`);
  await page.clock.fastForward(5_000);
  await waitForHeld(held, 1);
  await held[0]?.abort();
  await page.locator('#old', { hasText: 'The exporter is not responding' }).waitFor();
  await page.clock.fastForward(5_000);
  await waitForHeld(held, 2);

  await page.evaluate(
    `equal = Node.prototype.isEqualNode; Node.prototype.isEqualNode = () => { throw new Error('a bug') }`,
  );
  const bug = page.waitForEvent('pageerror');
  await held[1]?.continue();
  assert.equal((await bug).message, 'a bug');
  await page.locator('#old', { hasText: 'reload this page' }).waitFor();
  await page.evaluate('Node.prototype.isEqualNode = equal');
  await page.clock.fastForward(5_000);
  await waitForHeld(held, 3);

  await held[2]?.fulfill({ contentType: 'text/html', body: '<h1>Somebody else</h1>' });
  await page.locator('#old', { hasText: 'The response is not from the exporter' }).waitFor();
  await page.clock.fastForward(5_000);
  await waitForHeld(held, 4);
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
  await waitForHeld(held, 1);
  await hidePage(page);
  await showPage(page);
  await waitForHeld(held, 2);
  await release(page, held[1]);
  const shown = await page.locator('header time').getAttribute('datetime');
  await held[0]?.fulfill({ contentType: 'text/html', body: older }).catch(() => {});
  await setTimeout(300);
  assert.equal(await page.locator('header time').getAttribute('datetime'), shown);
  assert.ok(await page.locator('#old').isHidden(), 'the cancelled request causes no warning');
});

test('hidden page becomes visible: its age is shown until it is refreshed', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const held = await hold(page);
  await hidePage(page);
  await page.clock.fastForward(2_000);
  assert.equal(await showPage(page), undefined, 'no age after two seconds');
  await waitForHeld(held, 1);
  await release(page, held[0]);

  await hidePage(page);
  await page.clock.fastForward('10:00');
  assert.equal(held.length, 1, 'a hidden page sends no request');
  assert.equal(await showPage(page), 'This page is 10 min old. Refreshing.');
  assert.ok(await page.locator('body.old').isVisible());
  await waitForHeld(held, 2);
  await release(page, held[1]);
  assert.ok(await page.locator('#old').isHidden());
});

test('volume deleted while its page is open: the page reports that it does not exist', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage, '/debug/volumes/pvc-0004');
  deleteVolume(stage.cluster, 'pvc-0004');
  await stage.waitFor(({ volumes }) => !volumes.some(({ name }) => name === 'pvc-0004'));
  await page.clock.fastForward(5_000);
  await page.getByRole('heading', { name: 'No volume pvc-0004' }).waitFor();
  assert.ok(await page.locator('.status.good').isVisible());
  assert.ok(await page.locator('#old').isHidden());
});
