/** Finds the pending and firing alerts: `promtool test rules` evaluates the rules, and a query for ALERTS returns them. */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDuration } from '../src/config/duration.ts';
import { StoryError } from './check.ts';
import { metricsUsedBy, namesIn, type Rule, type RuleSet } from './rules.ts';
import type { InputSeries } from './series.ts';

export interface Alert {
  readonly alert: string;
  readonly state: 'pending' | 'firing';
  /** Without alertname. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The alerts of one set of rules, by time of evaluation, in milliseconds. */
export interface Evaluations {
  readonly intervalMs: number;
  readonly alerts: ReadonlyMap<number, readonly Alert[]>;
}

/** promtool takes a second or two for this many evaluations of a rule; starting another process takes less. */
const EVALUATIONS_EACH = 15_000;

/**
 * `times`: when the alerts are needed; the last evaluation before each time counts. The work is split over several
 * processes, and rules that never hold are found first, at lower cost.
 */
export async function evaluate(
  set: RuleSet,
  series: readonly InputSeries[],
  times: readonly number[],
): Promise<Evaluations> {
  const until = Math.max(...times);
  const inParts = <T>(rules: RuleSet, run: (part: RuleSet) => Promise<T>): Promise<T[]> => {
    const parts = Math.max(
      1,
      Math.min(availableParallelism(), Math.floor(work(rules, until) / EVALUATIONS_EACH)),
    );
    return Promise.all(Array.from({ length: parts }, (_, part) => run(partOf(rules, part, parts))));
  };
  const never = new Set<Rule>();
  if (work(set, until) > EVALUATIONS_EACH / 10)
    for (const idle of await inParts(set, (part) => neverHold(part, series, until)))
      for (const rule of idle) never.add(rule);
  const left = {
    ...set,
    groups: set.groups.map((group) => ({ ...group, rules: group.rules.filter((rule) => !never.has(rule)) })),
  };
  const found = await inParts(left, (part) => evaluatePart(part, series, times));
  const moments = new Set(found.flatMap((alerts) => [...alerts.keys()]));
  const all = [...moments].map((at) => [at, found.flatMap((alerts) => alerts.get(at) ?? [])] as const);
  return { intervalMs: set.intervalMs, alerts: new Map(all) };
}

const isAlert = ({ record }: Rule): boolean => record === undefined;

/** The number of evaluations of all alerts. */
const work = ({ intervalMs, groups }: RuleSet, until: number): number =>
  (groups.flatMap(({ rules }) => rules.filter(isAlert)).length * until) / intervalMs;

/** Every `parts`-th alert, with all recording rules. */
function partOf({ intervalMs, groups }: RuleSet, part: number, parts: number): RuleSet {
  let count = 0;
  const mine = ({ record }: Rule) => record !== undefined || count++ % parts === part;
  return {
    intervalMs,
    // Several files may have groups of the same name, but one file may not.
    groups: groups.map((group, i) => ({
      ...group,
      name: `${group.name} (${i})`,
      rules: group.rules.filter(mine),
    })),
  };
}

/** Evaluations per subquery: promtool allows 10,000 samples per query, and a query that needs more counts as holding. */
const WINDOW = 100;

/**
 * The alerts whose expressions never return anything. Subqueries over the whole story take a fraction of the time of
 * evaluating each rule. Alerts that use the output of other rules are not included.
 */
async function neverHold(
  { intervalMs, groups }: RuleSet,
  series: readonly InputSeries[],
  until: number,
): Promise<readonly Rule[]> {
  const rules = groups.flatMap((group) => group.rules);
  const made = new Set(['ALERTS', 'ALERTS_FOR_STATE', ...rules.flatMap(({ record }) => record ?? [])]);
  const candidates = rules.filter(
    (rule) => isAlert(rule) && !namesIn(`${rule.expr}`).some((name) => made.has(name)),
  );
  const step = `${intervalMs}ms`;
  const last = lastEvaluation(until, intervalMs);
  const ends = Array.from({ length: Math.ceil(last / intervalMs / WINDOW) }, (_, i) =>
    Math.min(last, (i + 1) * WINDOW * intervalMs),
  );
  const output = await promtool({
    rule_files: [],
    evaluation_interval: step,
    tests: [
      {
        interval: '1m',
        input_series: seriesFor(candidates, series),
        promql_expr_test: candidates.flatMap(({ expr }, i) =>
          ends.map((end) => ({
            expr: `count_over_time((\n${expr}\n)[${WINDOW * intervalMs}ms:${step}]) + ${i}`,
            eval_time: `${end}ms`,
          })),
        ),
      },
    ],
  });
  // An error counts as holding too: it is reported when the rule itself is evaluated.
  const complaints = output.matchAll(/^ {4}expr: ".*\]\) \+ (\d+)", time: /gm);
  const holds = new Set([...complaints].map(([, i]) => Number(i)));
  return candidates.filter((_, i) => !holds.has(i));
}

async function evaluatePart(
  { intervalMs, groups }: RuleSet,
  series: readonly InputSeries[],
  times: readonly number[],
): Promise<Map<number, Alert[]>> {
  const rules = groups.flatMap((group) => group.rules);
  if (rules.length === 0) return new Map();
  const evaluationTimes = [...new Set(times.map((at) => lastEvaluation(at, intervalMs)))];
  const output = await promtool(
    {
      rule_files: ['rules.json'],
      evaluation_interval: `${intervalMs}ms`,
      // Otherwise promtool uses any order, and a group may see what another one records one evaluation late.
      group_eval_order: groups.map(({ name }) => name),
      tests: [
        {
          interval: '1m',
          input_series: seriesFor(rules, series),
          promql_expr_test: evaluationTimes.map((at) => ({ expr: 'ALERTS', eval_time: `${at}ms` })),
        },
      ],
    },
    groups,
  );
  return readAlerts(output);
}

/** Only series that these rules may use, because promtool stores every value before it starts. */
function seriesFor(rules: readonly Rule[], series: readonly InputSeries[]): readonly InputSeries[] {
  const isUsed = metricsUsedBy(rules);
  return series.filter(({ series: name }) => isUsed(name.slice(0, name.indexOf('{'))));
}

const lastEvaluation = (at: number, intervalMs: number): number => Math.floor(at / intervalMs) * intervalMs;

/** The alerts of all sets at one time, sorted. */
export const alertsAt = (evaluations: readonly Evaluations[], at: number): Alert[] =>
  evaluations
    .flatMap(({ intervalMs, alerts }) => alerts.get(lastEvaluation(at, intervalMs)) ?? [])
    .map((alert) => [JSON.stringify([alert.alert, alert.labels, alert.state]), alert] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, alert]) => alert);

/** The complaints of `promtool test rules`. JSON is valid YAML. */
async function promtool(tests: object, groups?: RuleSet['groups']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'story-'));
  try {
    if (groups) await writeFile(join(folder, 'rules.json'), JSON.stringify({ groups }));
    const file = join(folder, 'tests.json');
    await writeFile(file, JSON.stringify(tests));
    return await runPromtool(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function runPromtool(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('promtool', ['test', 'rules', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
      // It needs little memory, and less frequent garbage collection saves a tenth of the time.
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

/** The expected ALERTS are always empty, so promtool complains at each time with alerts and lists them. */
const COMPLAINT = /^ {4}expr: "ALERTS", time: (\S+),\n {8}exp: nil\n {8}got: (.*)\n?/gm;

/** Throws on any other output of promtool: the rules cannot be evaluated. */
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

/** The text inside quotes as Go writes it. */
const unquote = (text: string): string =>
  text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|U([\da-f]{8})|(.))/gs, (_, x, u, U, one) => {
    const code = x ?? u ?? U;
    return code === undefined ? (ESCAPES[one] ?? one) : String.fromCodePoint(Number.parseInt(code, 16));
  });
