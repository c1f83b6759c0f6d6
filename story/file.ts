/** Reads a story: checks each key, and resolves references to recorded elements. */

import { duration, fail, list, object, oneOf, StoryError, string, time } from './check.ts';
import { type Matcher, parseMatcher } from './expect.ts';
import { derive } from './like.ts';
import {
  ACTIONS,
  type Action,
  isJsonObject,
  type Json,
  type JsonObject,
  RELEASES,
  type Recorded,
  readRecorded,
  STORY_STREAMS,
  type StoryStream,
} from './recorded.ts';

/** From `at` on, in milliseconds since the start, the stream's complete list is `data`. */
export interface Message {
  readonly at: number;
  readonly stream: StoryStream;
  readonly data: readonly Json[];
}

/** From `at` on, the manager's response for this volume. */
export interface Response {
  readonly at: number;
  readonly volume: string;
  readonly action: Action;
  readonly data: readonly Json[];
}

export interface Expectation {
  readonly at: number;
  /** As written in the story. */
  readonly atText: string;
  readonly firing: readonly Matcher[];
  readonly quiet: readonly Matcher[];
}

export interface Story {
  readonly about: string;
  /** Unix milliseconds. */
  readonly start: number;
  /** Milliseconds since the start. */
  readonly until: number;
  readonly recorded: Recorded;
  /** In the order in which they apply. */
  readonly messages: readonly Message[];
  readonly responses: readonly Response[];
  readonly expect: readonly Expectation[];
}

const DEFAULT_START = '2026-11-22T06:00:00Z';
const KEYS = ['about', 'start', 'until', 'release', 'messages', 'responses', 'expect'];

/** Throws a StoryError if the text is not a valid story. */
export function readStory(text: string): Story {
  const file = object(parse(text), 'the story', KEYS);
  const release = oneOf(file.release ?? RELEASES.at(-1), 'release', RELEASES);
  const recorded = readRecorded(release);
  const until = duration(file.until, 'until');

  /** `like` names an element of `of`. A value that is not an object is sent as is, to test how the exporter handles it. */
  function resolve(value: Json, of: StoryStream | Action, where: string, defaults: JsonObject = {}): Json {
    if (!isJsonObject(value) || value.like === undefined) return value;
    const { like, ...changes } = value;
    const name = string(like, `${where}.like`);
    const known = recorded.elements(of);
    const element =
      known.get(name) ??
      fail(
        `${where} is like ${JSON.stringify(name)}, but of ${of} release ${release} has recorded only ${[...known.keys()].sort().join(', ')}.`,
      );
    return derive(element, { ...defaults, ...changes });
  }

  const messages = list(file.messages ?? [], 'messages').map((value, i): Message => {
    const where = `messages[${i}]`;
    const entry = object(value, where, ['at', 'stream', 'data']);
    const stream = oneOf(entry.stream, `${where}.stream`, STORY_STREAMS);
    return {
      at: duration(entry.at, `${where}.at`),
      stream,
      data: list(entry.data, `${where}.data`).map((each, j) => resolve(each, stream, `${where}.data[${j}]`)),
    };
  });
  const responses = list(file.responses ?? [], 'responses').map((value, i): Response => {
    const where = `responses[${i}]`;
    const entry = object(value, where, ['at', 'volume', 'action', 'data']);
    const action = oneOf(entry.action, `${where}.action`, ACTIONS);
    const volume = string(entry.volume, `${where}.volume`);
    // A recorded snapshot becomes a snapshot of this volume.
    const defaults = action === 'snapshotCRList' ? { volume } : {};
    return {
      at: duration(entry.at, `${where}.at`),
      volume,
      action,
      data: list(entry.data, `${where}.data`).map((each, j) =>
        resolve(each, action, `${where}.data[${j}]`, defaults),
      ),
    };
  });
  const expect = list(file.expect ?? [], 'expect').map((value, i): Expectation => {
    const where = `expect[${i}]`;
    const entry = object(value, where, ['at', 'firing', 'quiet']);
    const at = duration(entry.at, `${where}.at`);
    if (at > until)
      fail(`${where}.at is ${entry.at}, which is after the story's end (until is ${file.until}).`);
    const matchers = (which: 'firing' | 'quiet') =>
      list(entry[which] ?? [], `${where}.${which}`).map((matcher, j) => {
        const name = `${where}.${which}[${j}]`;
        const written = string(matcher, name);
        return (
          parseMatcher(written, which === 'quiet') ??
          fail(`${name} is ${JSON.stringify(written)}, which is neither NAME nor NAME{label="value"}.`)
        );
      });
    return { at, atText: `${entry.at}`, firing: matchers('firing'), quiet: matchers('quiet') };
  });

  return {
    about: string(file.about ?? '', 'about'),
    start: time(file.start ?? DEFAULT_START, 'start'),
    until,
    recorded,
    messages: byTime(messages),
    responses: byTime(responses),
    expect,
  };
}

/** Entries with the same time stay in the order of the file. */
const byTime = <T extends { readonly at: number }>(entries: readonly T[]): T[] =>
  [...entries].sort((a, b) => a.at - b.at);

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new StoryError(`it is not JSON: ${(error as Error).message}.`);
  }
}
