/** Reads PromQL (also Grafana's, with its variables) as far as needed to say which families and labels it names. */

import { Registry } from 'prom-client';
import { TABLES } from '../../docs/generate.ts';
import { labelsOf } from '../../src/metrics/family.ts';
import { HISTOGRAMS, registerProcessMetrics } from '../../src/metrics/histograms.ts';

export interface Use {
  readonly family: string;
  /** Names of the labels in its matchers. */
  readonly labels: readonly string[];
}

interface Reading {
  readonly uses: readonly Use[];
  /** Labels named outside of selectors: in by (...), on (...), label_values(..., label), and similar. */
  readonly others: readonly string[];
  /** Labels created by label_replace and similar functions. */
  readonly made: readonly string[];
}

const TOKEN =
  /#.*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\{[^{}"'`]*(?:(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\{[^}]*\})[^{}"'`]*)*\}|\$\{[^}]*\}|\$\w+|\[[^\]]*\]|[\d.]+\w*|[a-zA-Z_:][\w:]*|[^\s\w]/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\{[^}]*\}|\$\w+)/g;
const IDENTIFIER = /^[a-zA-Z_:]/;
const LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const WORDS = new Set([...LISTS, 'and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan']);

/** Which arguments of a function name a label, by function: those that use one, and the one that makes one. */
const USED: Readonly<Record<string, (argument: number) => boolean>> = {
  label_replace: (argument) => argument === 3,
  label_join: (argument) => argument >= 3,
  label_values: (argument) => argument >= 1,
};
const MADE: Readonly<Record<string, number>> = { label_replace: 1, label_join: 1, count_values: 0 };

function read(promql: string): Reading {
  const tokens = (promql.match(TOKEN) ?? []).filter((token) => !token.startsWith('#'));
  const uses: Use[] = [];
  const others: string[] = [];
  const made: string[] = [];
  const calls: { readonly name: string; argument: number }[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    const next = tokens[i + 1] ?? '';
    const call = calls.at(-1);
    const word = token.toLowerCase();
    if (LISTS.has(word) && next === '(') {
      const end = tokens.indexOf(')', i);
      others.push(...tokens.slice(i + 2, end).filter((each) => each !== ','));
      i = end;
    } else if (token === '(') calls.push({ name: (tokens[i - 1] ?? '').toLowerCase(), argument: 0 });
    else if (token === ')') calls.pop();
    else if (token === ',' && call) call.argument++;
    else if (/^["'`]/.test(token) && call) {
      const text = token.slice(1, -1);
      if (MADE[call.name] === call.argument) made.push(text);
      else if (USED[call.name]?.(call.argument) && text !== '') others.push(text);
    } else if (token.startsWith('{')) uses.push(selector('', token));
    else if (IDENTIFIER.test(token) && !WORDS.has(word) && next !== '(' && !/^(by|without)$/i.test(next)) {
      if (call && USED[call.name]?.(call.argument)) others.push(token);
      else if (next.startsWith('{')) uses.push(selector(token, tokens[++i] ?? ''));
      else uses.push({ family: token, labels: [] });
    }
  }
  return { uses, others, made };
}

function selector(name: string, braces: string): Use {
  const matchers = [...braces.slice(1, -1).matchAll(MATCHER)];
  const named = matchers.find(([, label, operator]) => label === '__name__' && operator === '=')?.[3];
  return {
    family: name || (named?.slice(1, -1) ?? ''),
    labels: matchers.map(([, label = '']) => label).filter((label) => label !== '__name__'),
  };
}

/** The target labels under every scrape configuration that we ship, and the name of the cluster where there are several. */
const TARGET_LABELS = ['job', 'instance', 'node', 'cluster'];
/** What Prometheus itself adds for a target, or for our alerts. */
const OWN_FAMILIES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];
const ALERT_FAMILIES = ['ALERTS', 'ALERTS_FOR_STATE'];

/** Every name that can be queried, and its labels. */
function servedFamilies(): ReadonlyMap<string, ReadonlySet<string>> {
  const served = new Map<string, Set<string>>();
  const add = (name: string, labels: readonly string[]) =>
    served.set(name, new Set([...labels, ...TARGET_LABELS]));
  for (const { labels, families } of TABLES) {
    for (const family of families) add(family.name, [...labels, ...labelsOf(family)]);
  }
  for (const { name, labels } of HISTOGRAMS) {
    add(`${name}_bucket`, [...labels, 'le']);
    for (const part of ['sum', 'count']) add(`${name}_${part}`, labels);
  }
  const registry = new Registry();
  registerProcessMetrics(registry);
  for (const { name } of registry.getMetricsAsArray()) add(name, []);
  const all = [...served.values()].flatMap((labels) => [...labels]);
  for (const name of OWN_FAMILIES) add(name, []);
  for (const name of ALERT_FAMILIES) add(name, [...all, 'alertname', 'alertstate', 'severity']);
  return served;
}

const SERVED = servedFamilies();

/** The selectors of a query, in their order. */
export const uses = (promql: string): Use[] => [...read(promql).uses];

/** What the query names that is not served: families, labels in matchers, and labels that no family of it has. */
export function unserved(promql: string): string[] {
  const { uses, others, made } = read(promql);
  const complaints: string[] = [];
  const known = new Set<string>(made);
  for (const { family, labels } of uses) {
    const served = SERVED.get(family);
    if (served === undefined)
      complaints.push(family === '' ? 'a selector without a family' : `no family ${family}`);
    for (const label of served ?? []) known.add(label);
    for (const label of labels)
      if (served?.has(label) === false) complaints.push(`${family} has no label ${label}`);
  }
  for (const label of others) if (!known.has(label)) complaints.push(`no family here has a label ${label}`);
  return [...new Set(complaints)];
}
