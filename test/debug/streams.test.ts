/** The sentence on Longhorn at the top of each page, and its age. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { render } from '../../src/debug/html.ts';
import { type StreamRow, sentence, statusBlock, streamRow } from '../../src/debug/streams.ts';
import { STREAMS } from '../../src/longhorn/streams.ts';
import { at } from '../support/facts.ts';
import { NOTHING } from './views.ts';

const rows = (of: (row: StreamRow) => Partial<StreamRow>): StreamRow[] =>
  STREAMS.map((stream) => streamRow(stream, NOTHING, at(0))).map((row) => ({ ...row, ...of(row) }));

const broken = (ageSeconds: number | undefined, condition: StreamRow['condition'] = 'connect') =>
  rows(() => ({ live: false, condition, ageSeconds }));

const LIVE = { live: true, condition: 'live', ageSeconds: 1 } as const;

describe('sentence on Longhorn', () => {
  test('broken streams: named, with the reason of the one broken longest', () => {
    const ages = { volumes: 10, backups: 20 };
    const some = rows(({ stream }) =>
      stream === 'volumes' || stream === 'backups'
        ? { live: false, condition: stream === 'volumes' ? 'closed' : 'connect', ageSeconds: ages[stream] }
        : LIVE,
    );
    assert.equal(sentence(some), 'Longhorn is not responding on volumes, backups: cannot connect');
    assert.equal(sentence(rows(() => LIVE)), 'Longhorn is responding');
    assert.equal(sentence(broken(undefined, 'starting')), 'No response from Longhorn yet');
    assert.equal(sentence(broken(60, 'silent')), 'Longhorn is not responding');
    const late = rows(({ stream }) =>
      stream === 'backups' ? { live: false, condition: 'starting', ageSeconds: undefined } : LIVE,
    );
    assert.equal(sentence(late), 'Longhorn is not responding on backups: no list yet');
  });

  test('age grows: the same sentence, so that it is not read aloud again', () => {
    assert.equal(sentence(broken(60)), sentence(broken(3_600)));
  });

  test('age: next to the sentence', () => {
    assert.match(
      render(statusBlock(broken(300))),
      /cannot connect<\/p>\n<p><b>Last list 5 min ago\.<\/b> 0 of 5/,
    );
    assert.match(render(statusBlock(broken(undefined))), /<b>No list yet\.<\/b> 0 of 5/);
  });
});
