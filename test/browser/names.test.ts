/** Names that look like HTML, script or paths are shown as text, and link to their own pages. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { APIResponse } from 'playwright-core';
import { attachVolume, createVolume, failReplica } from '../../simulator/index.ts';
import { setStage } from './stage.ts';

const NAMES = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "' onmouseover='alert(3)",
  '</title></style></script><svg onload=alert(4)>',
  'javascript:alert(5)',
  '$'.concat('{alert(6)}{{7*7}}`'),
  '&lt;b&gt; &amp; &#x3C;i>',
  'a/b?c=d#e%20f',
  'pvc.json',
  '\u202Egnp.exe',
  '名前 🐂',
];

test('names that look like markup or paths: shown as text, and linked to their own pages', async (t) => {
  const stage = await setStage(t, {
    volumes: 1,
    prepare(cluster) {
      for (const name of NAMES) {
        const workload = {
          podName: name,
          podStatus: 'Running',
          workloadName: name,
          workloadType: 'StatefulSet',
        };
        createVolume(cluster, name, { namespace: name, pvcName: name, workloads: [workload] });
        attachVolume(cluster, name, 'node-1');
      }
    },
  });
  if (stage === undefined) return;
  const { cluster, open, waitFor } = stage;
  for (const name of NAMES) failReplica(cluster, name, cluster.volumes.get(name)?.replicas[0]?.name ?? '');
  await waitFor(
    ({ volumes }) => volumes.filter(({ problems }) => problems.length > 0).length === NAMES.length,
  );

  const page = await open('/debug');
  assert.equal(await page.locator('img, svg[onload], script:not([src]), [onmouseover]').count(), 0);
  for (const name of NAMES) {
    const link = page.locator('#rows th a', { hasText: name }).filter({ visible: true });
    assert.equal(await link.first().innerText(), name);
    // Otherwise a name with bidi characters would reverse the words next to it.
    const direction = await page.evaluate(
      'getComputedStyle(document.querySelector("#rows th a")).unicodeBidi',
    );
    assert.equal(direction, 'isolate');
    const path = (await link.first().getAttribute('href')) ?? '';
    const volumePage = await open(path);
    assert.equal(await volumePage.locator('h1').innerText(), name, path);
    assert.equal(await volumePage.locator('img, script:not([src]), [onmouseover]').count(), 0, path);
    const response: APIResponse = await volumePage.request.get(`${stage.url}${path}.json`);
    assert.equal(
      ((await response.json()) as { volume?: { name: string } }).volume?.name,
      name,
      `${path}.json`,
    );
    await volumePage.close();
  }
});
