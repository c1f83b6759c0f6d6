/** Compares the alerts with a story's expectations. */

import type { Alert } from './alerts.ts';
import type { Expectation } from './file.ts';

/** An alert as written in `expect`. */
export interface Matcher {
  readonly text: string;
  /** `*`: any. */
  readonly alert: string;
  readonly labels: Readonly<Record<string, string>>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SELECTOR = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{(.*)\}$/s;
const LABEL = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/s;

/** Undefined if the text is not valid. */
export function parseMatcher(text: string, wildcard: boolean): Matcher | undefined {
  if (NAME.test(text) || (wildcard && text === '*')) return { text, alert: text, labels: {} };
  const [, alert = '', written = ''] = SELECTOR.exec(text) ?? [];
  if (alert === '') return undefined;
  const labels: Record<string, string> = {};
  for (let rest = written; rest.trim() !== ''; ) {
    const found = LABEL.exec(rest);
    const [whole = '', label = '', value = ''] = found ?? [];
    const parsed = found && unquote(value);
    if (parsed === undefined || parsed === null) return undefined;
    labels[label] = parsed;
    rest = rest.slice(whole.length);
  }
  return { text, alert, labels };
}

function unquote(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}

const matches = (matcher: Matcher, { alert, labels }: Alert): boolean =>
  (matcher.alert === '*' || matcher.alert === alert) &&
  // An empty label is the same as a missing one.
  Object.entries(matcher.labels).every(([label, value]) => (labels[label] ?? '') === value);

/** The result of one expectation. */
export interface Verdict {
  readonly at: string;
  readonly expected: string;
  /** Why it does not hold; undefined if it does. */
  readonly reason: string | undefined;
}

/** `alerts`: the alerts at that time; `known`: the names of all alerts in the rules. */
export function judge(
  { atText: at, firing, quiet }: Expectation,
  alerts: readonly Alert[],
  known: ReadonlySet<string>,
): Verdict[] {
  const active = alerts.filter(({ state }) => state === 'firing');
  const unknown = ({ alert }: Matcher) =>
    alert === '*' || known.has(alert) ? undefined : `no rule has an alert ${alert}`;
  return [
    ...firing.map((matcher): Verdict => {
      const found = active.some((alert) => matches(matcher, alert));
      const others = alerts.filter(({ alert }) => alert === matcher.alert);
      const instead =
        others.length === 0 ? 'it is not even pending' : `but there is ${others.map(show).join(', ')}`;
      return {
        at,
        expected: `firing ${matcher.text}`,
        reason: found ? undefined : (unknown(matcher) ?? instead),
      };
    }),
    ...quiet.map((matcher): Verdict => {
      const found = active.filter((alert) => matches(matcher, alert));
      const reason = found.length === 0 ? unknown(matcher) : found.map(show).join(', ');
      return { at, expected: `quiet ${matcher.text}`, reason };
    }),
  ];
}

const show = ({ alert, state, labels }: Alert): string => `${state} ${selector(alert, labels)}`;

export function selector(alert: string, labels: Readonly<Record<string, string>>): string {
  const shown = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return shown.length === 0 ? alert : `${alert}{${shown.join(', ')}}`;
}
