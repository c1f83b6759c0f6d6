/** The table of backup targets in the overview. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { targetRows, targetTable } from '../../src/debug/targets.ts';
import type { BackupTargetFacts } from '../../src/longhorn/backup-target.ts';
import { at, backup, type Step, target, volume, wall } from '../support/facts.ts';
import { viewOf } from './views.ts';

const AWAY: Partial<BackupTargetFacts> = { available: false, reason: 'timeout', message: 'a secret' };
const NO_URL: Partial<BackupTargetFacts> = { scheme: undefined, available: false };

interface Case {
  readonly steps: readonly Step[];
  readonly text: string;
  readonly alert?: string;
}

const step = (second: number, more: Partial<BackupTargetFacts>, backups?: Step['backups']): Step => ({
  at: second,
  volumes: [volume()],
  backuptargets: [target('default', more)],
  ...(backups !== undefined && { backups }),
});

const CASES: Readonly<Record<string, Case>> = {
  available: { steps: [step(0, {}), step(60, {})], text: 'default available 06:00:00 s3 1' },
  'unavailable for a minute': {
    steps: [step(0, {}), step(60, AWAY), step(120, AWAY)],
    text: 'default unavailable: timeout alert and runbook LonghornBackupTargetUnavailable 06:01:00 s3 1',
    alert: 'LonghornBackupTargetUnavailable',
  },
  'never had a URL': { steps: [step(0, NO_URL, [])], text: 'default no URL 06:00:00 – 1' },
  'lost its URL, and all backups with it': {
    steps: [step(0, {}, [backup('b1')]), step(60, NO_URL, [])],
    text: 'default no URL any more alert and runbook LonghornBackupTargetLost 06:01:00 – 1',
    alert: 'LonghornBackupTargetLost',
  },
};

describe('backup target', () => {
  for (const [what, { steps, text, alert }] of Object.entries(CASES)) {
    test(`${what}: ${text}`, () => {
      const { view, now } = viewOf(steps);
      const rows = targetRows(view, now) ?? assert.fail('no list');
      const [, body = ''] = render(targetTable(rows, now.wall)).split('<tbody>');
      const shown = body
        .replace(/<[^>]*>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim();
      assert.equal(shown, text);
      assert.equal(rows[0]?.alert, alert);
    });
  }

  test('no list of targets yet: no rows', () => {
    const { view, now } = viewOf([{ at: 0, volumes: [volume()] }]);
    assert.equal(targetRows(view, now), undefined);
  });

  test("secret in Longhorn's message: not shown", () => {
    const { view } = viewOf([step(0, AWAY)]);
    assert.ok(!JSON.stringify(targetRows(view, at(0))).includes('secret'));
    assert.equal(targetRows(view, at(0))?.[0]?.since, wall(0));
  });
});
