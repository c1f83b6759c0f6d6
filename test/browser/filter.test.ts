/** Filter, sort and links, with and without JavaScript; the URL always restores the view. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { failReplica } from '../../simulator/index.ts';
import { setStage } from './stage.ts';

const DEGRADED = 'pvc-0003';

const stageWithDegradedVolume = (t: Parameters<typeof setStage>[0]) =>
  setStage(t, {
    prepare(cluster) {
      failReplica(cluster, DEGRADED, cluster.volumes.get(DEGRADED)?.replicas[0]?.name ?? '');
    },
  });

const shown = async (page: Page): Promise<string[]> =>
  (await page.locator('#rows > tr:not([hidden]) > th').allTextContents()).map((name) => name.trim());
const query = (page: Page): string => new URL(page.url()).search;

test('filter: applied at once, and kept in the URL', async (t) => {
  const stage = await stageWithDegradedVolume(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug');
  const all = await shown(page);
  assert.equal(all.length, 12);
  assert.equal(all[0], DEGRADED, 'the degraded volume first');

  await page.getByLabel('Filter', { exact: true }).fill('0007 app');
  assert.deepEqual(await shown(page), ['pvc-0007']);
  assert.equal(query(page), '?q=0007+app');
  assert.equal(await page.locator('#shown').innerText(), '1 of 12 shown');
  await page.reload();
  assert.deepEqual(await shown(page), ['pvc-0007'], 'after a reload');

  await page.getByRole('link', { name: 'Clear' }).click();
  assert.deepEqual(await shown(page), all);
  assert.equal(query(page), '');

  await page.getByLabel('only with a problem').check();
  assert.deepEqual(await shown(page), [DEGRADED]);
  assert.equal(query(page), '?unhealthy=1');

  await page.getByLabel('Filter', { exact: true }).fill('no such thing');
  assert.deepEqual(await shown(page), []);
  assert.ok(await page.getByText('No volume matches.').isVisible());
});

test('sort by a column: the filter is kept', async (t) => {
  const stage = await stageWithDegradedVolume(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug');
  await page.getByLabel('Filter', { exact: true }).fill('pvc-000');
  const header = page.getByRole('columnheader', { name: 'Volume', exact: true });
  await header.getByRole('link').click();
  await page.waitForURL(/sort=name/);
  const byName = await shown(page);
  assert.deepEqual(byName, [...byName].sort());
  assert.equal(byName.length, 9);
  assert.equal(await header.getAttribute('aria-sort'), 'ascending');
  await page.getByRole('columnheader', { name: 'Health' }).getByRole('link').click();
  await page.waitForURL((url) => !url.search.includes('sort'));
  assert.equal((await shown(page))[0], DEGRADED, 'the degraded volume first again');
  assert.match(query(page), /q=pvc-000/);
});

test('refresh: the filter, typed text and focus are kept', async (t) => {
  const stage = await stageWithDegradedVolume(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug');
  const field = page.getByLabel('Filter', { exact: true });
  await field.pressSequentially('pvc-0003');
  const before = await page.locator('header time').getAttribute('datetime');
  await page.locator(`header time:not([datetime="${before}"])`).waitFor();
  assert.deepEqual(await shown(page), [DEGRADED]);
  await page.keyboard.press('Backspace');
  assert.equal(await field.inputValue(), 'pvc-000');
  assert.equal((await shown(page)).length, 9);
});

test('without JavaScript: filter, links and pages work', async (t) => {
  const stage = await stageWithDegradedVolume(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug', { javaScriptEnabled: false });
  await page.getByLabel('Filter', { exact: true }).fill('pvc-000');
  await page.getByLabel('only with a problem').check();
  await page.getByRole('button', { name: 'Apply' }).click();
  assert.deepEqual(await shown(page), [DEGRADED]);
  assert.equal(query(page), '?q=pvc-000&unhealthy=1');
  await page.getByRole('link', { name: DEGRADED }).first().click();
  assert.equal(await page.locator('h1').innerText(), DEGRADED);
  await page.locator('.replicas').getByRole('link', { name: 'node-1' }).click();
  assert.ok(await page.getByText('Stopping this node:').isVisible());
  await page.getByRole('link', { name: 'Streams' }).click();
  assert.ok(await page.getByText('first list').first().isVisible());
});

test('links to a volume, its node and its JSON: lead to the right page', async (t) => {
  const stage = await stageWithDegradedVolume(t);
  if (stage === undefined) return;
  const page = await stage.open(`/debug/volumes/${DEGRADED}#metrics`);
  assert.ok(await page.locator('#metrics').isVisible());
  const link = page.getByRole('navigation').getByRole('link', { name: 'JSON' });
  const response = await page.request.get(`${stage.url}${await link.getAttribute('href')}`);
  assert.equal(((await response.json()) as { volume: { name: string } }).volume.name, DEGRADED);
  await page.locator('.replicas').getByRole('link', { name: 'node-2' }).click();
  assert.equal(await page.locator('h1').innerText(), 'node-2');
  assert.ok(await page.locator('.effects').getByRole('link', { name: DEGRADED }).isVisible());
});
