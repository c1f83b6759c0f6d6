/** A volume's page except its timeline: problems, operations, backups, schedule. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { volumeContent, volumePage } from '../../src/debug/volume-page.ts';
import type { VolumeFacts } from '../../src/longhorn/volume.ts';
import { at, backup, failed, replica, volume } from '../support/facts.ts';
import { viewOf } from './views.ts';

const HEALTHY = { replicas: [replica('r1'), replica('r2', 'healthy', { node: 'node-2' })] };

/** The page as text, ten minutes after the volume changed to these facts. */
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

const CASES: Readonly<Record<string, readonly [page: string, expected: RegExp]>> = {
  'a healthy volume: no problems': [text({}), /^(?!.*Problems)/],
  'a faulted volume: the problem with its alert and runbook': [
    text({ robustness: 'faulted', state: 'detached' }),
    /Problems faulted alert and runbook LonghornVolumeFaulted/,
  ],
  'an ongoing attach: its duration': [
    text({ state: 'attaching', robustness: 'unknown' }),
    /Operation: attach for 10 min/,
  ],
  'an ongoing restore: its duration and progress': [
    text({ restoring: true, restore: { running: true, progress: 0.42, error: '' } }),
    /Operation: restore for 10 min , 42 %/,
  ],
  "a failed purge: Longhorn's error message": [
    text({ purge: { running: false, progress: undefined, error: 'no space left' } }),
    /Operation: purge failed no space left/,
  ],
  "a failed backup: Longhorn's error message": [
    text({}, [failed('b1', { error: 'RequestTimeout' })]),
    /Last backup failed \(default\) yes RequestTimeout/,
  ],
  "a standby whose restore failed: Longhorn's error message": [
    text({ standby: true, restore: { running: false, progress: 0.04, error: 'RequestTimeout' } }),
    /Standby yes: .* restore failed RequestTimeout Recurring/,
  ],
  'a standby without a failed restore: no error': [
    text({ standby: true }),
    /Standby yes: only gauges are served Recurring/,
  ],
  'recurring jobs not known: the page says that only the owner requests them': [
    text({}),
    /Recurring jobs not known: only its owner requests them/,
  ],
};

describe('page of a volume', () => {
  for (const [what, [page, expected]] of Object.entries(CASES))
    test(what, () => assert.match(page, expected));
});
