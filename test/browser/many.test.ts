/** Two thousand volumes: all are shown, and timings are printed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setStage } from './stage.ts';

const VOLUMES = 2_000;

test('2,000 volumes: all are shown, and the filter finds one; timings are printed', {
  timeout: 120_000,
}, async (t) => {
  const stage = await setStage(t, { volumes: VOLUMES });
  if (stage === undefined) return;
  const { url, open } = stage;

  const requested = performance.now();
  const body = await (await fetch(`${url}/debug`, { headers: { accept: 'text/html' } })).text();
  const served = performance.now() - requested;
  const page = await open('/debug?sort=name');
  assert.equal(await page.locator('#rows > tr').count(), VOLUMES);
  const paint = await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0].startTime`);
  const loaded = await page.evaluate(`performance.getEntriesByType('navigation')[0].loadEventEnd`);

  // From a keystroke to the frame that shows its effect.
  await page.evaluate(`
    keyLatencies = [];
    document.querySelector('#q').addEventListener('keydown', () => {
      const pressed = performance.now();
      requestAnimationFrame(() => setTimeout(() => keyLatencies.push(performance.now() - pressed)));
    });
  `);
  const field = page.getByLabel('Filter', { exact: true });
  await field.focus();
  for (const key of 'pvc-1234') await page.keyboard.press(key);
  assert.equal(await page.locator('#rows > tr:not([hidden])').count(), 1);
  for (let i = 0; i < 8; i++) await page.keyboard.press('Backspace');
  assert.equal(await page.locator('#rows > tr:not([hidden])').count(), VOLUMES);
  const keyLatencies = (await page.evaluate('keyLatencies')) as number[];

  // The tasks of a refresh that block the page.
  await page.evaluate(`
    longTasks = [];
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
  `);
  const before = await page.locator('header time').getAttribute('datetime');
  await page.locator(`header time:not([datetime="${before}"])`).waitFor();
  const longTasks = (await page.evaluate('longTasks')) as number[];

  const ms = (value: unknown): string => `${Math.round(Number(value))} ms`;
  t.diagnostic(
    `${VOLUMES} volumes, ${(Buffer.byteLength(body) / 1e6).toFixed(1)} MB of HTML: served in ${ms(served)}, ` +
      `first paint after ${ms(paint)}, loaded after ${ms(loaded)}; a keystroke in the filter is shown after ` +
      `${ms(keyLatencies.reduce((sum, latency) => sum + latency, 0) / keyLatencies.length)} on average, ${ms(Math.max(...keyLatencies))} at most; ` +
      `a refresh blocks the page for ${ms(Math.max(0, ...longTasks))} at most`,
  );
});
