/** A volume's page apart from its timeline: problems, operations, schedule. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { volumeContent, volumePage } from '../../src/debug/volume-page.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { at, backup, failed, replica, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const HEALTHY = { replicas: [replica('r1'), replica('r2', 'healthy', { node: 'node-2' })] };

/** The page as text, ten minutes after the volume became like this. */
function text(facts: Partial<VolumeFacts>, backups = [backup('b1')]): string {
  const changed = volume({ ...HEALTHY, ...facts });
  const { view } = viewOf([
    { at: 0, volumes: [volume(HEALTHY)], backups },
    { at: 60, volumes: [changed] },
    { at: 660, volumes: [changed] },
  ]);
  const page = volumePage('pvc-1', view, at(660)) ?? assert.fail('no page');
  return render(volumeContent(page.data, page.intervals))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const CASES: Readonly<Record<string, readonly [text: string, says: RegExp]>> = {
  'a healthy volume: no problems': [text({}), /^(?!.*Problems)/],
  'a problem: its alert and runbook': [
    text({ robustness: 'faulted', state: 'detached' }),
    /Problems faulted alert and runbook LonghornVolumeFaulted/,
  ],
  'an ongoing attach: since when': [
    text({ state: 'attaching', robustness: 'unknown' }),
    /Operation: attach for 10 min/,
  ],
  'a restore: its progress': [
    text({ restoring: true, restore: { running: true, progress: 0.42, error: '' } }),
    /Operation: restore for 10 min , 42 %/,
  ],
  "a purge that failed: Longhorn's words": [
    text({ purge: { running: false, progress: undefined, error: 'no space left' } }),
    /Operation: purge failed no space left/,
  ],
  "a backup that failed: Longhorn's words": [
    text({}, [failed('b1', { error: 'RequestTimeout' })]),
    /Last backup failed \(default\) yes RequestTimeout/,
  ],
  "a standby whose restore failed: Longhorn's words": [
    text({ standby: true, restore: { running: false, progress: 0.04, error: 'RequestTimeout' } }),
    /Standby yes: .* restore failed RequestTimeout Recurring/,
  ],
  'a restoring standby: no error': [text({ standby: true }), /Standby yes: only gauges are served Recurring/],
  'no recurring jobs known: says who requests them': [
    text({}),
    /Recurring jobs not known: only its owner requests them/,
  ],
};

describe('page of a volume', () => {
  for (const [what, [page, says]] of Object.entries(CASES)) test(what, () => assert.match(page, says));
});
