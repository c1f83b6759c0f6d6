/** The focused element keeps the focus when the page changes around it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engineNode, failReplica, moveVolume } from '../../simulator/index.ts';
import { setStage } from './stage.ts';

test('newer event inserted above the focused one: the focus stays', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const { cluster } = stage;
  const fail = (volume: string) =>
    failReplica(cluster, volume, cluster.volumes.get(volume)?.replicas[0]?.name ?? '');
  fail('pvc-0001');
  const page = await stage.open('/debug');
  const link = page.locator('.events').getByRole('link', { name: 'pvc-0001' });
  await link.first().focus();
  const event = await page.evaluate('(item = document.activeElement.closest("li")).textContent');
  fail('pvc-0002');
  await page.locator('.events > li', { hasText: 'pvc-0002' }).first().waitFor();
  assert.equal(await page.evaluate('document.activeElement.closest("li") === item'), true);
  assert.equal(await page.evaluate('item.textContent.slice(0, 18)'), String(event).slice(0, 18));
});

test('verdict on the focused node changes: the focus stays', async (t) => {
  const stage = await setStage(t);
  if (stage === undefined) return;
  const { cluster } = stage;
  const [{ name } = assert.fail('no volume is attached')] = cluster.volumes
    .list()
    .filter(({ state }) => state === 'attached');
  const node = engineNode(cluster, name) ?? assert.fail(`${name} has no engine`);
  const page = await stage.open('/debug');
  const row = page.locator(`.nodes tr[data-key="${node}"]`);
  await row.getByRole('link').focus();
  const before = await row.locator('.badge').innerText();
  assert.match(before, /^stops \d+ workloads$/);
  moveVolume(cluster, name, node === 'node-1' ? 'node-2' : 'node-1');
  await row.locator('.badge', { hasNotText: before }).waitFor();
  assert.equal(await page.evaluate('document.activeElement.textContent'), node);
});
