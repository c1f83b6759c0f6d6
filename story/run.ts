/** Plays a story and evaluates the rules on the scraped metrics. */

import { type Alert, alertsAt, type Evaluations, evaluate } from './alerts.ts';
import { judge, type Verdict } from './expect.ts';
import type { Story } from './file.ts';
import { play, SCRAPE_MS } from './play.ts';
import type { Rules } from './rules.ts';
import { createRecording } from './series.ts';

/** The target labels that Prometheus adds for the standalone exporter with manifests/servicemonitor.yaml. */
const TARGET = {
  job: 'longhorn-exporter',
  instance: '10.42.0.9:9265',
  namespace: 'longhorn-system',
  pod: 'longhorn-exporter-0',
  container: 'longhorn-exporter',
  service: 'longhorn-exporter',
  endpoint: 'http-metrics',
};

/** Times are in milliseconds since the start. */
async function evaluateStory(
  story: Story,
  rules: Rules,
  until: number,
  times: (intervalMs: number) => readonly number[],
): Promise<Evaluations[]> {
  const recording = createRecording(story.start / 1000, TARGET, rules.uses);
  await play(story, until, recording.scrape);
  const series = recording.series(Math.floor(until / SCRAPE_MS) + 1);
  return Promise.all(rules.sets.map((set) => evaluate(set, series, times(set.intervalMs))));
}

/** The alerts at each of these times. After its end, a story stays unchanged. */
export async function alertsOf(story: Story, rules: Rules, times: readonly number[]): Promise<Alert[][]> {
  const evaluations = await evaluateStory(story, rules, Math.max(...times), () => times);
  return times.map((at) => alertsAt(evaluations, at));
}

export interface Outcome {
  readonly evaluations: readonly Evaluations[];
  readonly verdicts: readonly Verdict[];
}

/** All alerts from start to end, and whether they are as expected. */
export async function outcomeOf(story: Story, rules: Rules): Promise<Outcome> {
  const { until, expect } = story;
  const evaluations = await evaluateStory(story, rules, until, (intervalMs) =>
    Array.from({ length: Math.floor(until / intervalMs) + 1 }, (_, i) => i * intervalMs),
  );
  const verdicts = expect.flatMap((expectation) =>
    judge(expectation, alertsAt(evaluations, expectation.at), rules.alerts),
  );
  return { evaluations, verdicts };
}

/** Only whether the alerts are as expected. */
export async function verdictsOf(story: Story, rules: Rules): Promise<Verdict[]> {
  const alerts = await alertsOf(
    story,
    rules,
    story.expect.map(({ at }) => at),
  );
  return story.expect.flatMap((expectation, i) => judge(expectation, alerts[i] ?? [], rules.alerts));
}

/** The exposition at a time. */
export async function metricsOf(story: Story, at: number): Promise<string> {
  const exporter = await play(story, at, () => {});
  return exporter.scrape();
}
