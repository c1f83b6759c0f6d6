/** Recordings of Longhorn's API, by release: the elements that a story refers to with `like`, and their envelopes. */

import { readdirSync, readFileSync } from 'node:fs';
import { STREAMS, type StreamName } from '../src/longhorn/streams.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Streams and actions that a story can use. */
export const STORY_STREAMS = STREAMS;
export type StoryStream = StreamName;
export const ACTIONS = ['snapshotCRList', 'recurringJobList'] as const;
export type Action = (typeof ACTIONS)[number];

interface List extends JsonObject {
  readonly data: readonly JsonObject[];
}

export interface Recorded {
  /** By name. The first one of a name counts: files sorted by name, messages in the order of the file. */
  elements(of: StoryStream | Action): ReadonlyMap<string, JsonObject>;
  /** This stream's list in the recorded cluster. */
  cluster(of: StoryStream): readonly JsonObject[];
  /** A complete message of the stream, including the newline. */
  message(stream: StoryStream, data: readonly Json[]): Buffer;
  /** The body of the response for a volume. */
  response(action: Action, volume: string, data: readonly Json[]): Buffer;
}

const FIXTURES = new URL('../test/fixtures/', import.meta.url);

/** Newest last. */
export const RELEASES: readonly string[] = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

export function readRecorded(release: string): Recorded {
  const folder = new URL(`${release}/`, FIXTURES);
  const files = readdirSync(folder).sort();
  const isOf = (file: string, of: string) =>
    file.endsWith(`-${of}.jsonl`) || (file.startsWith(`${of}-`) && file.endsWith('.json'));
  const read = (file: string): List[] =>
    readFileSync(new URL(file, folder), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as List)
      .filter(({ type }) => type === 'collection');
  const lists = new Map<string, List[]>();
  const listsOf = (of: StoryStream | Action): List[] => {
    const known = lists.get(of) ?? files.filter((file) => isOf(file, of)).flatMap(read);
    lists.set(of, known);
    return known;
  };
  const bytes = (list: JsonObject): Buffer => Buffer.from(`${JSON.stringify(sortKeys(list))}\n`);

  return {
    elements(of) {
      const named = listsOf(of).flatMap(({ data }) =>
        data.map((element) => [`${element.name}`, element] as const),
      );
      // Reversed, because the last entry of a name wins in a Map.
      return new Map(named.reverse());
    },
    cluster: (of) => read(`cluster-${of}.jsonl`)[0]?.data ?? [],
    message: (stream, data) => bytes({ ...listsOf(stream)[0], data: sortByName(data) }),
    response(action, volume, data) {
      const [recorded] = listsOf(action);
      const self = `${new URL(`/v1/volumes/${volume}`, 'http://10.42.1.7:9500')}`;
      return bytes({ ...recorded, links: { self }, data });
    },
  };
}

/** Like the manager; a list with anything but objects stays in the story's order. */
const sortByName = (data: readonly Json[]): readonly Json[] =>
  data.every(isJsonObject) ? [...data].sort((a, b) => (`${a.name}` < `${b.name}` ? -1 : 1)) : data;

/** The manager sends the keys of each object sorted. */
function sortKeys(value: Json): Json {
  if (isArray(value)) return value.map(sortKeys);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sortKeys(part)]));
}

export const isArray = (value: unknown): value is readonly Json[] => Array.isArray(value);

export const isJsonObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !isArray(value);
