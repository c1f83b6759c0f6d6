/** The rules that a story is judged by, as promtool takes them. */

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

/** Groups that are evaluated at the same moments. */
export interface RuleSet {
  readonly intervalMs: number;
  readonly groups: readonly Group[];
}

export interface Rules {
  readonly sets: readonly RuleSet[];
  /** Names of all alerts. */
  readonly alerts: ReadonlySet<string>;
  /** Whether some rule may ask for this metric. */
  asksFor(metric: string): boolean;
}

/** Ours, without those that users opt into. */
const DEFAULT_RULES = new URL('../manifests/rules.yaml', import.meta.url);

/** Metrics that a text may name, and other words. */
export const namesIn = (text: string): readonly string[] => text.match(/[a-zA-Z_:][\w:]*/g) ?? [];
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;
const NAMELESS = /(?:^|[^\w:\s]|\b(?:and|or|unless|bool)\b)\s*\{|__name__/i;

/** Reads a rules file, or a PrometheusRule; ours when none is given. */
export function readRules(file?: string): Rules {
  const groups = groupsOf(file ?? DEFAULT_RULES);
  const rules = groups.flatMap((group) => group.rules);
  return {
    sets: ruleSets(groups),
    alerts: new Set(rules.flatMap(({ alert }) => alert ?? [])),
    asksFor: askedBy(rules),
  };
}

/** Whether some of the rules may ask for a metric. */
export function askedBy(rules: readonly Rule[]): (metric: string) => boolean {
  const names = new Set(rules.flatMap(({ expr, labels }) => namesIn(`${expr} ${JSON.stringify(labels)}`)));
  // A selector that names no metric may ask for any.
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

/** promtool evaluates all groups of a run at one interval, whatever theirs is: so each interval gets its run. */
function ruleSets(groups: readonly Group[]): RuleSet[] {
  const intervals = new Set(groups.map(intervalOf));
  return [...intervals].map((intervalMs) => ({
    intervalMs,
    groups: groups.flatMap((group) => {
      const own = intervalOf(group) === intervalMs;
      // What other groups record is there for these alerts too, if only at the moments of this run.
      const rules = group.rules.filter(({ record }) => own || record !== undefined);
      // Annotations cost queries, and nothing here shows them.
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
    throw new StoryError(`the interval of the rule group ${name} is ${interval}, which is no duration.`);
  return ms;
}
