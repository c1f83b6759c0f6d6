/** Which alerts are pending or firing: `promtool test rules` evaluates the rules, and is asked for ALERTS. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../src/config/duration.ts';
import { StoryError } from './check.ts';
import type { Rule, RuleSet } from './rules.ts';
import type { InputSeries } from './series.ts';

export interface Alert {
  readonly alert: string;
  readonly state: 'pending' | 'firing';
  /** Without alertname. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The alerts of one set of rules, by the moment of the evaluation, in milliseconds. */
export interface Evaluations {
  readonly intervalMs: number;
  readonly alerts: ReadonlyMap<number, readonly Alert[]>;
}

/** About as many evaluations of a rule take promtool a second or two, and starting one more takes less. */
const EVALUATIONS_EACH = 15_000;

/**
 * `times`: the moments that matter; what holds then was found by the last evaluation before. A set with much work is
 * shared among processes.
 */
export async function evaluate(
  set: RuleSet,
  series: readonly InputSeries[],
  times: readonly number[],
): Promise<Evaluations> {
  const alerting = set.groups.flatMap(({ rules }) => rules.filter(({ alert }) => alert !== undefined)).length;
  const work = (alerting * Math.max(...times)) / set.intervalMs;
  const parts = Math.max(1, Math.min(availableParallelism(), Math.floor(work / EVALUATIONS_EACH)));
  const found = await Promise.all(
    Array.from({ length: parts }, (_, part) => evaluatePart(partOf(set, part, parts), series, times)),
  );
  const moments = new Set(found.flatMap((alerts) => [...alerts.keys()]));
  const all = [...moments].map((at) => [at, found.flatMap((alerts) => alerts.get(at) ?? [])] as const);
  return { intervalMs: set.intervalMs, alerts: new Map(all) };
}

/** Every so-many-th alert, and all that is recorded for them. */
function partOf({ intervalMs, groups }: RuleSet, part: number, parts: number): RuleSet {
  let count = 0;
  const mine = ({ record }: Rule) => record !== undefined || count++ % parts === part;
  return {
    intervalMs,
    // Files may have groups of one name, a file may not.
    groups: groups.map((group, i) => ({
      ...group,
      name: `${group.name} (${i})`,
      rules: group.rules.filter(mine),
    })),
  };
}

async function evaluatePart(
  { intervalMs, groups }: RuleSet,
  series: readonly InputSeries[],
  times: readonly number[],
): Promise<Map<number, Alert[]>> {
  const asked = [...new Set(times.map((at) => lastEvaluation(at, intervalMs)))];
  const folder = await mkdtemp(join(tmpdir(), 'story-'));
  try {
    // JSON is YAML.
    await writeFile(join(folder, 'rules.json'), JSON.stringify({ groups }));
    const tests = {
      rule_files: ['rules.json'],
      evaluation_interval: `${intervalMs}ms`,
      // Otherwise promtool takes them in any order, so what one records would come sometimes late to another.
      group_eval_order: groups.map(({ name }) => name),
      tests: [
        {
          interval: '1m',
          input_series: series,
          promql_expr_test: asked.map((at) => ({ expr: 'ALERTS', eval_time: `${at}ms` })),
        },
      ],
    };
    const file = join(folder, 'tests.json');
    await writeFile(file, JSON.stringify(tests));
    return readAlerts(await promtool(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const lastEvaluation = (at: number, intervalMs: number): number => Math.floor(at / intervalMs) * intervalMs;

/** The alerts of all sets at a moment, sorted. */
export const alertsAt = (evaluations: readonly Evaluations[], at: number): Alert[] =>
  evaluations
    .flatMap(({ intervalMs, alerts }) => alerts.get(lastEvaluation(at, intervalMs)) ?? [])
    .map((alert) => [JSON.stringify([alert.alert, alert.labels, alert.state]), alert] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, alert]) => alert);

function promtool(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('promtool', ['test', 'rules', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // It needs little memory, and collecting garbage more rarely saves a tenth of the time.
      env: { ...process.env, GOGC: '400' },
    });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) =>
      reject(
        new StoryError(
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? 'promtool, which evaluates the rules, is not installed (Debian: apt install prometheus).'
            : `promtool cannot be run: ${error.message}.`,
        ),
      ),
    );
    child.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Nothing is expected of ALERTS, so promtool complains of each moment at which there are some, and says which. */
const COMPLAINT = /^ {4}expr: "ALERTS", time: (\S+),\n {8}exp: nil\n {8}got: (.*)\n?/gm;

/** Throws on anything else that promtool has to say: the rules cannot be evaluated. */
export function readAlerts(complaints: string): Map<number, Alert[]> {
  const alerts = new Map<number, Alert[]>();
  const others = complaints.replace(COMPLAINT, (_, time: string, got: string) => {
    alerts.set(parseDuration(time) ?? Number.NaN, readSeries(got));
    return '';
  });
  const reasons = others
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line !== 'FAILED:');
  if (reasons.length > 0) throw new StoryError(`the rules cannot be evaluated: ${reasons[0]}`);
  return alerts;
}

const SERIES = /\{((?:[^"{}]|"(?:[^"\\]|\\.)*")*)\} \S+/g;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function readSeries(got: string): Alert[] {
  return [...got.matchAll(SERIES)].map(([, written = '']) => {
    const pairs = [...written.matchAll(LABEL)].map(([, label = '', value = '']) => [label, unquote(value)]);
    const { __name__: _, alertname = '', alertstate, ...labels } = Object.fromEntries(pairs);
    return { alert: alertname, state: alertstate === 'firing' ? 'firing' : 'pending', labels };
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The text within the quotes that Go writes. */
const unquote = (text: string): string =>
  text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gs, (_, x, u, U, one) => {
    const code = x ?? u ?? U;
    return code === undefined ? (ESCAPES[one] ?? one) : String.fromCodePoint(Number.parseInt(code, 16));
  });
