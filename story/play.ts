/** Plays a story: sends what the manager would send and when, and scrapes every minute. */

import { createExporter, type PlayedExporter } from './exporter.ts';
import type { Story } from './file.ts';
import { ACTIONS, type Action, type Json, STORY_STREAMS, type StoryStream } from './recorded.ts';

export const SCRAPE_MS = 60_000;
const SWEEP_MS = 5 * 60_000;
/** The minimum time between two messages of a stream. */
const PERIOD_MS = 5_000;

/** `until`: milliseconds since the start; `scraped` gets the text of each scrape. Returns the exporter in its final state. */
export async function play(
  story: Story,
  until: number,
  scraped: (minute: number, text: string) => void,
): Promise<PlayedExporter> {
  const { start, recorded, messages } = story;
  const exporter = createExporter(start);
  const responses = createResponses(story);
  /** The current list of each stream. */
  const lists = new Map<StoryStream, Buffer>();
  const send = (stream: StoryStream, data: readonly Json[]) => {
    const bytes = recorded.message(stream, data);
    lists.set(stream, bytes);
    exporter.message(stream, bytes);
  };

  let next = 0;
  let requested = new Set<string>();
  for (const at of moments(story, until)) {
    exporter.at(at);
    if (at === 0) for (const stream of STORY_STREAMS) send(stream, initial(story, stream));
    else for (const [stream, bytes] of lists) exporter.message(stream, bytes);
    for (let message = messages[next]; message !== undefined && message.at <= at; message = messages[++next])
      if (at > 0) send(message.stream, message.data);
    responses.advance(at);
    const volumes = exporter.volumes();
    const sweep = at % SWEEP_MS === 0;
    // New volumes and changed responses do not wait for the sweep.
    const due = sweep
      ? volumes
      : volumes.filter((volume) => !requested.has(volume) || responses.changed(volume, at));
    for (const volume of due)
      for (const action of ACTIONS) exporter.response(action, volume, responses.body(volume, action));
    if (sweep) exporter.sweepEnded();
    requested = new Set(volumes);
    if (at % SCRAPE_MS === 0) scraped(at / SCRAPE_MS, await exporter.scrape());
  }
  return exporter;
}

/** The initial list of a stream: the story's own, or that of a cluster without volumes. */
function initial({ messages, recorded }: Story, stream: StoryStream): readonly Json[] {
  const own = messages.findLast((message) => message.stream === stream && message.at === 0);
  if (own !== undefined) return own.data;
  if (stream === 'nodes') return recorded.cluster('nodes');
  if (stream === 'backuptargets') return recorded.cluster(stream).filter(({ name }) => name === 'default');
  return [];
}

/**
 * When to send: right before each scrape, at each change, and one period before and after it. Sending more often would
 * make no difference: the exporter counts the time between two equal lists, and sees each change.
 */
function moments({ messages, responses }: Story, until: number): number[] {
  const found = new Set<number>([until]);
  for (let at = 0; at <= until; at += SCRAPE_MS) found.add(at);
  for (const { at } of [...messages, ...responses])
    for (const moment of [at - PERIOD_MS, at, at + PERIOD_MS])
      if (moment >= 0 && moment <= until) found.add(moment);
  return [...found].sort((a, b) => a - b);
}

/** The current response for each volume and action. A volume without an entry has neither snapshots nor jobs. */
function createResponses({ responses, recorded }: Story) {
  const bodies = new Map<string, Buffer>();
  const changedAt = new Map<string, number>();
  const key = (volume: string, action: Action) => `${action} ${volume}`;
  let next = 0;
  return {
    advance(at: number): void {
      for (let entry = responses[next]; entry !== undefined && entry.at <= at; entry = responses[++next]) {
        const { volume, action, data } = entry;
        bodies.set(key(volume, action), recorded.response(action, volume, data));
        changedAt.set(volume, at);
      }
    },
    changed: (volume: string, at: number): boolean => changedAt.get(volume) === at,
    body(volume: string, action: Action): Buffer {
      const known = bodies.get(key(volume, action)) ?? recorded.response(action, volume, []);
      bodies.set(key(volume, action), known);
      return known;
    },
  };
}
