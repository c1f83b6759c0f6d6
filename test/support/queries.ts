/** Parses PromQL, also with Grafana's variables, far enough to find the families and labels that it names. */

import { Registry } from 'prom-client';
import { TABLES } from '../../docs/generate.ts';
import { labelsOf } from '../../src/metrics/family.ts';
import { HISTOGRAMS, registerProcessMetrics } from '../../src/metrics/histograms.ts';

export interface Use {
  readonly family: string;
  /** Names of the labels in its matchers. */
  readonly labels: readonly string[];
}

interface Parsed {
  readonly uses: readonly Use[];
  /** Labels named outside of selectors: in by (...), on (...), label_values(..., label), and similar. */
  readonly otherLabels: readonly string[];
  /** Labels created by label_replace and similar functions. */
  readonly createdLabels: readonly string[];
}

const TOKEN =
  /#.*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\{[^{}"'`]*(?:(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\{[^}]*\})[^{}"'`]*)*\}|\$\{[^}]*\}|\$\w+|\[[^\]]*\]|[\d.]+\w*|[a-zA-Z_:][\w:]*|[^\s\w]/g;
const MATCHER = /(\w+)\s*(=~|!~|!=|=)\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|\$\{[^}]*\}|\$\w+)/g;
const IDENTIFIER = /^[a-zA-Z_:]/;
const LABEL_LISTS = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);
const KEYWORDS = new Set([...LABEL_LISTS, 'and', 'or', 'unless', 'atan2', 'bool', 'offset', 'inf', 'nan']);

/** Which arguments of a function name labels that it uses, and which one the label that it creates. */
const USED_LABEL: Readonly<Record<string, (argument: number) => boolean>> = {
  label_replace: (argument) => argument === 3,
  label_join: (argument) => argument >= 3,
  label_values: (argument) => argument >= 1,
};
const CREATED_LABEL: Readonly<Record<string, number>> = { label_replace: 1, label_join: 1, count_values: 0 };

function parse(promql: string): Parsed {
  const tokens = (promql.match(TOKEN) ?? []).filter((token) => !token.startsWith('#'));
  const uses: Use[] = [];
  const otherLabels: string[] = [];
  const createdLabels: string[] = [];
  const calls: { readonly name: string; argument: number }[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    const next = tokens[i + 1] ?? '';
    const call = calls.at(-1);
    const word = token.toLowerCase();
    if (LABEL_LISTS.has(word) && next === '(') {
      const end = tokens.indexOf(')', i);
      otherLabels.push(...tokens.slice(i + 2, end).filter((each) => each !== ','));
      i = end;
    } else if (token === '(') calls.push({ name: (tokens[i - 1] ?? '').toLowerCase(), argument: 0 });
    else if (token === ')') calls.pop();
    else if (token === ',' && call) call.argument++;
    else if (/^["'`]/.test(token) && call) {
      const text = token.slice(1, -1);
      if (CREATED_LABEL[call.name] === call.argument) createdLabels.push(text);
      else if (USED_LABEL[call.name]?.(call.argument) && text !== '') otherLabels.push(text);
    } else if (token.startsWith('{')) uses.push(selector('', token));
    else if (IDENTIFIER.test(token) && !KEYWORDS.has(word) && next !== '(' && !/^(by|without)$/i.test(next)) {
      if (call && USED_LABEL[call.name]?.(call.argument)) otherLabels.push(token);
      else if (next.startsWith('{')) uses.push(selector(token, tokens[++i] ?? ''));
      else uses.push({ family: token, labels: [] });
    }
  }
  return { uses, otherLabels, createdLabels };
}

function selector(name: string, braces: string): Use {
  const matchers = [...braces.slice(1, -1).matchAll(MATCHER)];
  const quotedName = matchers.find(([, label, operator]) => label === '__name__' && operator === '=')?.[3];
  return {
    family: name || (quotedName?.slice(1, -1) ?? ''),
    labels: matchers.map(([, label = '']) => label).filter((label) => label !== '__name__'),
  };
}

/** The target labels of every scrape configuration that we ship, and the label for the cluster where there are several. */
const TARGET_LABELS = ['job', 'instance', 'node', 'cluster'];
/** What Prometheus itself adds for a target, and for our alerts. */
const TARGET_FAMILIES = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];
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
  for (const name of TARGET_FAMILIES) add(name, []);
  for (const name of ALERT_FAMILIES) add(name, [...all, 'alertname', 'alertstate', 'severity']);
  return served;
}

const SERVED = servedFamilies();

/** The selectors of a query, in order. */
export const uses = (promql: string): Use[] => [...parse(promql).uses];

/** What the query names but is not served: families, labels in matchers, and labels that none of its families has. */
export function unserved(promql: string): string[] {
  const { uses, otherLabels, createdLabels } = parse(promql);
  const problems: string[] = [];
  const known = new Set<string>(createdLabels);
  for (const { family, labels } of uses) {
    const served = SERVED.get(family);
    if (served === undefined)
      problems.push(family === '' ? 'a selector without a family' : `no family ${family}`);
    for (const label of served ?? []) known.add(label);
    for (const label of labels)
      if (served?.has(label) === false) problems.push(`${family} has no label ${label}`);
  }
  for (const label of otherLabels)
    if (!known.has(label)) problems.push(`no family here has a label ${label}`);
  return [...new Set(problems)];
}
