/** What an operator sees on an open page: a volume that degrades and recovers, and an outage of Longhorn or of the exporter. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  dropReplica,
  failReplica,
  finishRebuild,
  setRebuildProgress,
  startRebuild,
} from '../../simulator/index.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { openTimed, setStage } from './stage.ts';

const VOLUME = 'pvc-0005';
const row = (page: Page, volume = VOLUME) => page.locator(`#rows > tr[data-key="${volume}"]`);

/** Records the layout shifts that the browser measures from the opening of the page, except those inside the row itself. */
const watchShifts = (page: Page): Promise<unknown> =>
  page.evaluate(`
    shifts = [];
    new PerformanceObserver((list) => {
      for (const { node } of list.getEntries().flatMap(({ sources }) => sources)) {
        const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
        if (!element?.closest('[data-key="${VOLUME}"]')) shifts.push(element?.outerHTML);
      }
    }).observe({ type: 'layout-shift', buffered: true });
  `);
const shiftsOn = (page: Page): Promise<unknown> => page.evaluate('shifts');

test('replica fails, is rebuilt and becomes healthy: shown without a reload, and nothing else moves', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const { cluster, open } = stage;
  // Sorted by name, so that the row does not move.
  const page = await open('/debug?sort=name', { viewport: { width: 1280, height: 700 } });
  await watchShifts(page);
  const [{ name: replica } = assert.fail('no replicas')] = cluster.volumes.get(VOLUME)?.replicas ?? [];
  await row(page).getByText('healthy', { exact: true }).waitFor();

  failReplica(cluster, VOLUME, replica);
  await row(page).getByText('degraded').waitFor();
  await row(page).locator('.m.failed').waitFor();
  assert.match(await page.title(), /^1 volume with a problem/);
  await page.locator('#events ~ .events', { hasText: `replica ${replica} failed` }).waitFor();

  dropReplica(cluster, VOLUME, replica);
  startRebuild(cluster, VOLUME, { replica });
  setRebuildProgress(cluster, VOLUME, replica, 42);
  const mark = row(page).locator('.m.rebuilding');
  await mark.waitFor();
  assert.equal(await mark.innerText(), '42');
  assert.match((await mark.getAttribute('title')) ?? '', /^rebuilding, 42 %, on node-\d$/);

  finishRebuild(cluster, VOLUME, replica);
  await row(page).getByText('healthy', { exact: true }).waitFor();
  assert.match(await page.title(), /^no known problems/);
  assert.deepEqual(await shiftsOn(page), []);

  await row(page).getByRole('link', { name: VOLUME }).click();
  const timeline = page.locator('.events').first();
  for (const text of ['failed', 'degraded, was healthy', 'started', 'succeeded', 'healthy, was degraded']) {
    await timeline.getByText(text).first().waitFor();
  }
  await page.locator('svg.strip').waitFor();
});

test('volume becomes degraded: its row moves to the top without a reload', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug');
  const replica = stage.cluster.volumes.get(VOLUME)?.replicas[0]?.name ?? '';
  failReplica(stage.cluster, VOLUME, replica);
  await page.locator(`#rows > tr:first-child[data-key="${VOLUME}"]`).waitFor();
});

test('Longhorn goes down: its data is marked as stale', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const { pod, open } = stage;
  const page = await open('/debug');
  pod.manager.faults.refuse();
  pod.manager.faults.drop();
  await page.locator('.status.bad', { hasText: 'Longhorn is not responding' }).waitFor();
  assert.equal(await page.locator('.streams tr.bad').count(), STREAMS.length);
  assert.match(await page.title(), /^Longhorn is not responding/);

  // The age is visible, but screen readers do not announce it.
  await page.locator('#status', { hasText: 'cannot connect' }).waitFor();
  await page.evaluate(`
    announced = [];
    new MutationObserver(() => announced.push(document.querySelector('#status').textContent))
      .observe(document.querySelector('#status'), { childList: true, characterData: true, subtree: true });
  `);
  const age = page.locator('.status b', { hasText: /^Last list \d+ s ago\.$/ });
  const before = await age.innerText();
  await page.locator('.status b', { hasNotText: before }).waitFor();
  assert.ok(await age.isVisible());
  assert.deepEqual(await page.evaluate('announced'), []);

  await page.getByRole('link', { name: 'volumes', exact: true }).click();
  await page.locator('#volumes ~ .events', { hasText: 'could not connect' }).first().waitFor();
});

test('exporter goes down and comes back: the page reports it, then refreshes again', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const page = await openTimed(t, stage);
  const status = page.locator('.status');
  const whileUp = await status.innerText();
  assert.match(whileUp, /^Longhorn is responding\s+5 of 5 streams are live\.$/);
  await page.route(page.url(), (route) => route.abort());
  await page.clock.fastForward(5_000);
  await page.locator('#old', { hasText: 'The exporter is not responding. Is the port-forward' }).waitFor();
  assert.equal(await status.getAttribute('class'), 'status bad');
  assert.match(
    await status.innerText(),
    /^The exporter is not responding\s+The data below is as old as the last response\.$/,
  );
  assert.match(await page.title(), /^The exporter is not responding/);
  await page.unrouteAll();
  await page.clock.fastForward(5_000);
  await page.locator('#old').waitFor({ state: 'hidden' });
  assert.equal(await status.getAttribute('class'), 'status good');
  assert.equal(await status.innerText(), whileUp);
});
