/** What a story file may contain, and the errors for invalid ones. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readStory } from '../../story/file.ts';
import { isJsonObject } from '../../story/recorded.ts';

const story = (parts: object): string => JSON.stringify({ until: '1h', ...parts });
const message = (parts: object): string =>
  story({ messages: [{ at: '0s', stream: 'volumes', data: [], ...parts }] });
const expectation = (parts: object): string => story({ expect: [{ at: '5m', ...parts }] });

const INVALID: readonly (readonly [what: string, text: string, error: RegExp])[] = [
  ['not JSON', '{', /^it is not JSON: .*\.$/],
  ['not an object', '[]', /^the story is not an object\.$/],
  ['until missing', '{}', /^until is missing\.$/],
  ['until without a unit', '{"until":"90"}', /^until is "90", which is not a duration such as/],
  ['until as a number', '{"until":90}', /^until is 90, which is not a duration such as/],
  [
    'an unknown key',
    story({ message: [] }),
    /^the story has the unknown key "message"; known are about, start/,
  ],
  [
    'a start without a zone',
    story({ start: '2026-11-22T06:00:00' }),
    /^start is .* which is not a time such as/,
  ],
  [
    'an unknown release',
    story({ release: '0.9' }),
    /^release is "0\.9", which is not one of 1\.8\.2, .*, 1\.12\.1\.$/,
  ],
  ['messages that are not a list', story({ messages: {} }), /^messages is not a list\.$/],
  [
    'an unknown stream',
    message({ stream: 'events' }),
    /^messages\[0\]\.stream is "events", which is not one of volumes,/,
  ],
  ['a message without a time', message({ at: undefined }), /^messages\[0\]\.at is missing\.$/],
  ['a message without data', message({ data: undefined }), /^messages\[0\]\.data is missing\.$/],
  [
    'an unknown like',
    message({ data: [{ like: 'x' }] }),
    /^messages\[0\]\.data\[0\] is like "x", but of volumes release 1\.12\.1 has recorded only attach-/,
  ],
  ['a like of another stream', message({ data: [{ like: 'node-1' }] }), /is like "node-1", but of volumes/],
  [
    'a like that is not a name',
    message({ data: [{ like: 1 }] }),
    /^messages\[0\]\.data\[0\]\.like is not a string\.$/,
  ],
  [
    'a like that its release lacks',
    story({ release: '1.8.2', messages: [{ at: '0s', stream: 'volumes', data: [{ like: 'pvc-story' }] }] }),
    /but of volumes release 1\.8\.2 has recorded only/,
  ],
  [
    'an unknown action',
    story({ responses: [{ at: '0s', volume: 'a', action: 'snapshotList', data: [] }] }),
    /^responses\[0\]\.action is "snapshotList", which is not one of/,
  ],
  [
    'a response without a volume',
    story({ responses: [{ at: '0s', action: 'snapshotCRList', data: [] }] }),
    /^responses\[0\]\.volume is missing\.$/,
  ],
  [
    'an expectation after the end',
    expectation({ at: '2h' }),
    /^expect\[0\]\.at is 2h, which is after the story's end \(until is 1h\)\.$/,
  ],
  [
    'an expectation without a name',
    expectation({ firing: ['a b'] }),
    /^expect\[0\]\.firing\[0\] is "a b", which is neither NAME nor NAME\{label="value"\}\.$/,
  ],
  [
    'firing without a name',
    expectation({ firing: ['*'] }),
    /^expect\[0\]\.firing\[0\] is "\*", which is neither/,
  ],
  [
    'a matcher that is not an equality',
    expectation({ quiet: ['A{b=~"c"}'] }),
    /^expect\[0\]\.quiet\[0\] is .* which is neither/,
  ],
];

describe('invalid stories', () => {
  for (const [what, text, error] of INVALID)
    test(`${what}: refused`, () => assert.throws(() => readStory(text), { name: 'Error', message: error }));
});

describe('valid stories', () => {
  test('until alone: defaults for the rest', () => {
    const { about, start, until, messages, responses, expect } = readStory('{"until":"1d12h"}');
    assert.deepEqual(
      { about, start, until, messages, responses, expect },
      {
        about: '',
        start: Date.parse('2026-11-22T06:00:00Z'),
        until: 129_600_000,
        messages: [],
        responses: [],
        expect: [],
      },
    );
  });

  test('several messages: ordered by time, at the same time as in the file', () => {
    const at = (time: string, name: string) => ({ at: time, stream: 'volumes', data: [name] });
    const { messages } = readStory(story({ messages: [at('5m', 'b'), at('1s', 'a'), at('5m', 'c')] }));
    assert.deepEqual(
      messages.map(({ at: ms, data }) => [ms, ...data]),
      [
        [1_000, 'a'],
        [300_000, 'b'],
        [300_000, 'c'],
      ],
    );
  });

  test('elements without like, or that are not objects: unchanged', () => {
    const data = [null, 1, 'x', [{ like: 'y' }], { name: 'own' }];
    assert.deepEqual(readStory(message({ data })).messages[0]?.data, data);
  });

  test('like a name that was recorded twice: the first of the two', () => {
    const { messages } = readStory(message({ data: [{ like: 'pvc-story' }] }));
    const [volume] = messages[0]?.data ?? [];
    assert.ok(isJsonObject(volume));
    assert.equal(volume.state, 'creating');
  });

  test('like a recorded snapshot: it belongs to the volume of the response', () => {
    const entry = {
      at: '0s',
      volume: 'a',
      action: 'snapshotCRList',
      data: [{ like: 'taken-user', name: 'mine' }],
    };
    const [snapshot] = readStory(story({ responses: [entry] })).responses[0]?.data ?? [];
    assert.ok(isJsonObject(snapshot));
    const { name, volume, userCreated } = snapshot;
    assert.deepEqual({ name, volume, userCreated }, { name: 'mine', volume: 'a', userCreated: true });
  });
});
