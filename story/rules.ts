/** The alert rules for a story, in the form promtool needs. */

import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { parseDuration } from '../src/config/duration.ts';
import { StoryError } from './check.ts';
import { SCRAPE_MS } from './play.ts';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr?: unknown;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}

interface Group {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** Groups with the same evaluation interval. */
export interface RuleSet {
  readonly intervalMs: number;
  readonly groups: readonly Group[];
}

export interface Rules {
  readonly sets: readonly RuleSet[];
  /** The names of all alerts. */
  readonly alerts: ReadonlySet<string>;
  /** Whether any rule may use this metric. */
  uses(metric: string): boolean;
}

/** Our rules, without the opt-in ones. */
const DEFAULT_RULES = new URL('../manifests/rules.yaml', import.meta.url);

/** All words of an expression that may be names of metrics. */
export const namesIn = (text: string): readonly string[] => text.match(/[a-zA-Z_:][\w:]*/g) ?? [];
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
const NAMELESS = /(?:^|[^\w:\s]|\b(?:and|or|unless|bool)\b)\s*\{|__name__/i;

/** Reads a rules file or a PrometheusRule; our rules by default. */
export function readRules(file?: string): Rules {
  const groups = groupsOf(file ?? DEFAULT_RULES);
  const rules = groups.flatMap((group) => group.rules);
  return {
    sets: ruleSets(groups),
    alerts: new Set(rules.flatMap(({ alert }) => alert ?? [])),
    uses: metricsUsedBy(rules),
  };
}

/** Whether any of the rules may use a metric. */
export function metricsUsedBy(rules: readonly Rule[]): (metric: string) => boolean {
  const names = new Set(rules.flatMap(({ expr, labels }) => namesIn(`${expr} ${JSON.stringify(labels)}`)));
  // A selector without a metric name may match any metric.
  const any = rules.some(({ expr }) => NAMELESS.test(`${expr}`.replace(STRING, '""')));
  return (metric) => any || names.has(metric);
}

function groupsOf(file: string | URL): Group[] {
  const name = typeof file === 'string' ? file : file.pathname;
  let documents: unknown[];
  try {
    documents = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
      const [error] = document.errors;
      if (error) throw error;
      return document.toJS() as unknown;
    });
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new StoryError(`the rules ${name} cannot be read: ${reason}`);
  }
  return documents.flatMap((document) => {
    const { groups, spec } = (document ?? {}) as { groups?: unknown; spec?: { groups?: unknown } };
    const found = groups ?? spec?.groups;
    if (!Array.isArray(found) || !found.every(isGroup))
      throw new StoryError(`the rules ${name} cannot be read: they have no list of groups with rules.`);
    return found;
  });
}

const isGroup = (value: unknown): value is Group => {
  const { name, rules } = (value ?? {}) as { name?: unknown; rules?: unknown };
  return (
    typeof name === 'string' &&
    Array.isArray(rules) &&
    rules.every((rule) => typeof rule === 'object' && rule)
  );
};

/** promtool evaluates all groups of a run at the same interval, so each interval needs its own run. */
function ruleSets(groups: readonly Group[]): RuleSet[] {
  const intervals = new Set(groups.map(intervalOf));
  return [...intervals].map((intervalMs) => ({
    intervalMs,
    groups: groups.flatMap((group) => {
      const own = intervalOf(group) === intervalMs;
      // Recording rules of other groups are included, evaluated at this run's interval.
      const rules = group.rules.filter(({ record }) => own || record !== undefined);
      // Annotations may run queries, and they are not used here.
      return rules.length === 0
        ? []
        : [{ ...group, rules: rules.map(({ annotations: _, ...rule }) => rule) }];
    }),
  }));
}

function intervalOf({ name, interval }: Group): number {
  if (interval === undefined) return SCRAPE_MS;
  const ms = parseDuration(`${interval}`);
  if (ms === undefined || ms === 0)
    throw new StoryError(`the interval of the rule group ${name} is ${interval}, which is not a duration.`);
  return ms;
}
