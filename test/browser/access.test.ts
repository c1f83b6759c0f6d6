/** Accessibility: keyboard only, on a phone, in light and dark mode, and axe-core's rules. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { failReplica, startRebuild } from '../../simulator/index.ts';
import { openTimed, type Stage, setStage } from './stage.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const PATHS = [
  '/debug',
  '/debug/volumes/pvc-0002',
  '/debug/streams',
  '/debug/nodes/node-1',
  '/debug/runbooks',
  '/debug/runbooks/LonghornVolumeOperationStuck',
  '/debug/volumes/no-such-volume',
];

/** One volume lacks a replica and another is being rebuilt, so that every color is shown. */
const stageWithDegradedVolumes = (t: Parameters<typeof setStage>[0]): Promise<Stage | undefined> =>
  setStage(t, {
    prepare(cluster) {
      for (const volume of ['pvc-0002', 'pvc-0003']) {
        failReplica(cluster, volume, cluster.volumes.get(volume)?.replicas[0]?.name ?? '');
      }
      startRebuild(cluster, 'pvc-0002', {
        replica: cluster.volumes.get('pvc-0002')?.replicas[0]?.name ?? '',
      });
    },
  });

/** What axe-core finds on a page in light and dark mode. */
async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // Without the details of the rules that pass, it takes half the time.
    const { violations, passes } = (await page.evaluate(
      'axe.run({ resultTypes: ["violations"] })',
    )) as AxeResults;
    assert.ok(passes.length > 10, `only ${passes.length} rules passed`);
    for (const { id, impact, nodes } of violations)
      found.push(`${colorScheme}: ${impact}: ${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`);
  }
  return found;
}

/** A page is closed after the check, because an open one keeps refreshing. */
async function assertAccessible(page: Page, what: string, viewports = [WIDE]): Promise<void> {
  await page.evaluate(AXE);
  for (const viewport of viewports) {
    await page.setViewportSize(viewport);
    assert.deepEqual(await violations(page), [], `${what}, ${viewport.width} px wide`);
  }
  await page.close();
}

test('axe-core, light and dark, wide and on a phone: no violations', async (t) => {
  const stage = await stageWithDegradedVolumes(t);
  if (stage === undefined) return;
  for (const path of PATHS) await assertAccessible(await stage.open(path), path, [WIDE, PHONE]);
  const { manager } = stage.pod;
  manager.faults.refuse();
  manager.faults.drop();
  await stage.waitFor(({ up }) => !up);
  for (const path of PATHS.slice(0, 3))
    await assertAccessible(await stage.open(path), `${path}, Longhorn unreachable`);
  const page = await openTimed(t, stage);
  await page.route(page.url(), (route) => route.abort());
  await page.clock.fastForward(5_000);
  await page.locator('#old').waitFor();
  await page.clock.resume();
  await assertAccessible(page, 'exporter not responding');
});

test('phone: nothing overflows, and every cell is shown', async (t) => {
  const stage = await stageWithDegradedVolumes(t);
  if (stage === undefined) return;
  for (const path of PATHS) {
    const page = await stage.open(path, { viewport: PHONE, isMobile: true, hasTouch: true });
    const width = await page.evaluate('document.scrollingElement.scrollWidth');
    assert.ok(Number(width) <= PHONE.width, `${path} is ${width} px wide`);
    await page.close();
  }
  const page = await stage.open('/debug', { viewport: PHONE, isMobile: true, hasTouch: true });
  const row = page.locator('#rows > tr').first();
  for (const cell of await row.locator('> *').all()) assert.ok(await cell.isVisible());
  await row.getByRole('link').tap();
  await page.waitForURL(/\/debug\/volumes\//);
});

test('any window width: nothing overflows, and the errors of the streams are readable', async (t) => {
  const stage = await stageWithDegradedVolumes(t);
  if (stage === undefined) return;
  const { manager } = stage.pod;
  manager.faults.refuse();
  manager.faults.drop();
  await stage.waitFor(({ up }) => !up);
  for (const path of PATHS) {
    const page = await stage.open(path);
    for (const width of [320, 360, 768, 900, 1000, 1024, 1100, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      const pageWidth = await page.evaluate('document.scrollingElement.scrollWidth');
      assert.ok(Number(pageWidth) <= width, `${path} is ${pageWidth} px wide in a window of ${width} px`);
      if (!(await page.locator('.streams').count())) continue;
      const errors = await page.locator('.streams tbody tr').first().locator('td').last().boundingBox();
      assert.ok(
        (errors?.width ?? 0) > 100,
        `the errors are ${errors?.width} px wide in a window of ${width} px`,
      );
      const row = await page.locator('.streams tbody tr').first().boundingBox();
      assert.ok((row?.height ?? 999) < 50, `a row is ${row?.height} px high in a window of ${width} px`);
    }
    await page.close();
  }
});

const CONTROL_COUNT = `[...document.querySelectorAll('a[href], button, input:not([type=hidden]), [tabindex="0"]')]
  .filter((element) => element.checkVisibility()).length`;

/** A unique name for the focused element, and whether the focus is visible. */
const FOCUSED = `(() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { width, height } = element.getBoundingClientRect();
  ids = globalThis.ids ?? new Map();
  if (!ids.has(element)) ids.set(element, ids.size + ' ' + element.outerHTML.slice(0, 80));
  return [ids.get(element), outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 && width > 0 && height > 0];
})()`;

test('Tab key: reaches every control, and the focus is visible', async (t) => {
  const stage = await stageWithDegradedVolumes(t);
  if (stage === undefined) return;
  for (const path of PATHS.slice(0, 4)) {
    const page: Page = await stage.open(path);
    const controls = Number(await page.evaluate(CONTROL_COUNT));
    const reached = new Set<string>();
    for (let presses = 0; presses < controls; presses++) {
      await page.keyboard.press('Tab');
      const [name, isVisible] = (await page.evaluate(FOCUSED)) as [string, boolean];
      assert.ok(isVisible, `${path}: the focus on ${name} is not visible`);
      reached.add(name);
    }
    assert.equal(reached.size, controls, path);
    await page.close();
  }
});

test('skip link: leads to the table of volumes, and Enter opens a volume', async (t) => {
  const stage = await stageWithDegradedVolumes(t);
  if (stage === undefined) return;
  const page = await stage.open('/debug');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'volumes');
  await page.locator('#rows a').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/debug\/volumes\//);
});
