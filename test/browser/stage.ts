/** What the tests of the pages stand on: the demo's cluster and exporter, and one browser, all of them lent test by test. */

import { after, type TestContext } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Pod, startPod } from '../../simulator/demo/pod.ts';
import { type Cluster, createCluster } from '../../simulator/index.ts';
import type { Overview } from '../../src/debug/overview.ts';
import { hasBrowser, launchBrowser, type OpenPage, pagesOf } from '../support/browser.ts';
import { until } from '../support/clock.ts';

export interface Stage {
  readonly cluster: Cluster;
  readonly pod: Pod;
  readonly url: string;
  readonly browser: Browser;
  readonly open: OpenPage;
  /** Resolves when the exporter knows what `holds`. */
  knows(holds: (overview: Overview) => boolean): Promise<void>;
}

let launching: Promise<Browser> | undefined;
after(async () => (await launching)?.close());

/** Undefined where there is no browser. `prepare` changes the cluster before the exporter starts. */
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
  const knows = (holds: (overview: Overview) => boolean) =>
    until(async () => holds((await (await fetch(`${url}/debug.json`)).json()) as Overview), 20_000);
  const count = cluster.volumes.list().length;
  await knows(({ up, volumesInCluster }) => up && volumesInCluster === count);
  return { cluster, pod, url, browser, open, knows };
}
