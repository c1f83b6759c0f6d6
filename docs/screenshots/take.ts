// `npm run screenshots`: takes the screenshots in docs/debugging.md again, of a simulated cluster in a headless browser.
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { complaintsOf, launchBrowser } from '../../test/support/browser.ts';
import { evening, FLAPPING, rebuilding, stuckBackup, unreachable } from './scenes.ts';
import { type Stage, startStage } from './stage.ts';

const MAX_BYTES = 200_000;
const WIDTH = 1280;

/** Enough for a row of each kind in most pages. */
const HEIGHT = 760;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A page in light and in dark. */
const take = async (
  browser: Browser,
  { url, overview }: Stage,
  path: string,
  name: string,
  height = HEIGHT,
): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      viewport: { width: WIDTH, height },
      deviceScaleFactor: 1,
      colorScheme,
      reducedMotion: 'reduce',
      locale: 'en',
      timezoneId: 'UTC',
    });
    // The simulated time is in another year, so set the browser's clock to it.
    await page.clock.install({ time: Date.parse((await overview()).time) });
    const complaints = complaintsOf(page, url);
    const response = await page.goto(`${url}${path}`, { waitUntil: 'load' });
    const type = response?.headers()['content-type'] ?? '';
    if (!type.startsWith('text/html')) throw new Error(`${path} is ${type}, not a page`);
    if (complaints.length > 0) throw new Error(`${path}: ${complaints.join('; ')}`);
    const file = fileURLToPath(new URL(`${name}-${colorScheme}.png`, import.meta.url));
    await page.screenshot({ path: file, animations: 'disabled' });
    await page.close();
    const { size } = statSync(file);
    if (size > MAX_BYTES) throw new Error(`${file} has ${size} bytes; at most ${MAX_BYTES} are allowed`);
    say(`${name}-${colorScheme}.png: ${Math.round(size / 1000)} kB`);
  }
};

const browser = await launchBrowser();
const stages: Stage[] = [];
const newStage = async (): Promise<Stage> => {
  const stage = await startStage();
  stages.push(stage);
  await evening(stage);
  return stage;
};
try {
  const first = await newStage();
  await take(browser, first, '/debug', 'healthy');
  await rebuilding(first);
  await take(browser, first, '/debug', 'rebuilding');
  await take(browser, first, `/debug/volumes/${FLAPPING}`, 'volume');
  await take(browser, first, '/debug/nodes/node-3', 'node', 640);
  await unreachable(first);
  await take(browser, first, '/debug', 'unreachable');
  const second = await newStage();
  await stuckBackup(second);
  await take(browser, second, '/debug?sort=backup', 'stuck-backup', 830);
} finally {
  await browser.close();
  for (const stage of stages) await stage.stop();
}
