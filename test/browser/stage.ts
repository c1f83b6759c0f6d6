/** The setup of the page tests: the demo's cluster and exporter, and one browser shared by all tests. */

import { after, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { type Pod, startPod } from '../../demo/pod.ts';
import { type Cluster, createCluster } from '../../simulator/index.ts';
import type { OverviewJson } from '../../src/debug/overview.ts';
import { hasBrowser, launchBrowser, type OpenPage, pagesOf } from '../support/browser.ts';
import { until } from '../support/clock.ts';

export interface Stage {
  readonly cluster: Cluster;
  readonly pod: Pod;
  readonly url: string;
  readonly browser: Browser;
  readonly open: OpenPage;
  /** Resolves when the condition is true of the exporter's overview. */
  waitFor(condition: (overview: OverviewJson) => boolean): Promise<void>;
}

let launching: Promise<Browser> | undefined;
after(async () => (await launching)?.close());

/** Returns undefined when no browser is installed. `prepare` changes the cluster before the exporter starts. */
export async function setStage(
  t: TestContext,
  { volumes = 12, prepare = (_: Cluster): void => {} } = {},
): Promise<Stage | undefined> {
  if (!hasBrowser(t)) return undefined;
  launching ??= launchBrowser();
  const browser = await launching;
  const cluster = createCluster({ volumes, nodes: 3, backups: volumes, seed: 7 });
  prepare(cluster);
  const pod = await startPod(cluster, { node: 'node-1', port: 0, shared: false, seed: 7 });
  const url = `http://127.0.0.1:${await pod.listening}`;
  const { open, close } = pagesOf(browser, url);
  t.after(() => close().finally(pod.stop));
  const waitFor = (condition: (overview: OverviewJson) => boolean) =>
    until(async () => condition((await (await fetch(`${url}/debug.json`)).json()) as OverviewJson), 20_000);
  const count = cluster.volumes.list().length;
  await waitFor(({ up, volumesInCluster }) => up && volumesInCluster === count);
  return { cluster, pod, url, browser, open, waitFor };
}

/** A page whose clock stands still until a test advances it. Its errors are ignored, as Chromium itself logs failed requests. */
export async function openTimed(t: TestContext, { browser, url }: Stage, path = '/debug'): Promise<Page> {
  const page = await browser.newPage();
  t.after(() => page.close());
  page.setDefaultTimeout(20_000);
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 1_000);
  await page.goto(`${url}${path}`);
  return page;
}
