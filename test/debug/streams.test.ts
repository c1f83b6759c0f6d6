/** The status sentence at the top of each page, and the age of the last list. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { type StreamRow, sentence, statusBlock, streamRow } from '../../src/debug/streams.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { at } from '../support/facts.ts';
import { NOTHING } from './views.ts';

const rows = (change: (row: StreamRow) => Partial<StreamRow>): StreamRow[] =>
  STREAMS.map((stream) => streamRow(stream, NOTHING, at(0))).map((row) => ({ ...row, ...change(row) }));

const broken = (ageSeconds: number | undefined, condition: StreamRow['condition'] = 'connect') =>
  rows(() => ({ live: false, condition, ageSeconds }));

const LIVE = { live: true, condition: 'live', ageSeconds: 1 } as const;

describe('status sentence', () => {
  test('live, broken and starting streams: names those not live, with the reason of the one broken longest', () => {
    const ages = { volumes: 10, backups: 20 };
    const twoBroken = rows(({ stream }) =>
      stream === 'volumes' || stream === 'backups'
        ? { live: false, condition: stream === 'volumes' ? 'closed' : 'connect', ageSeconds: ages[stream] }
        : LIVE,
    );
    assert.equal(sentence(twoBroken), 'Longhorn is not responding on volumes, backups: cannot connect');
    assert.equal(sentence(rows(() => LIVE)), 'Longhorn is responding');
    assert.equal(sentence(broken(undefined, 'starting')), 'No response from Longhorn yet');
    assert.equal(sentence(broken(60, 'silent')), 'Longhorn is not responding');
    const oneStarting = rows(({ stream }) =>
      stream === 'backups' ? { live: false, condition: 'starting', ageSeconds: undefined } : LIVE,
    );
    assert.equal(sentence(oneStarting), 'Longhorn is not responding on backups: no list yet');
  });

  test('age grows: same sentence, so that screen readers do not announce it again', () => {
    assert.equal(sentence(broken(60)), sentence(broken(3_600)));
  });

  test('age of the last list: shown next to the sentence', () => {
    assert.match(
      render(statusBlock(broken(300))),
      /cannot connect<\/p>\n<p><b>Last list 5 min ago\.<\/b> 0 of 5/,
    );
    assert.match(render(statusBlock(broken(undefined))), /<b>No list yet\.<\/b> 0 of 5/);
  });
});
