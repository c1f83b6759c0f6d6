/** The settings as one table: the source of the values, the warnings, the table in docs/settings.md and the output of the command line. */

import { isIPv4, isIPv6 } from 'node:net';
import { formatDuration, parseDuration } from './duration.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Setting<T> {
  readonly name: string;
  readonly description: string;
  /** The default as docs/settings.md shows it. */
  readonly defaultText: string;
  readonly defaultValue: (environment: Environment) => T;
  /** Throws an error whose message completes "NAME ...". */
  readonly parse: (text: string, environment: Environment) => T;
  /** The value in the form of the setting, without secrets; String() by default. */
  readonly show?: (value: T) => string;
}

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type Level = (typeof LEVELS)[number];

const [SECOND, MINUTE, DAY] = [1_000, 60_000, 86_400_000];

function parseMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error('is not a duration such as 5s or 1m30s');
  return ms;
}

const durationWithin =
  (min: number, max: number, bounds: string) =>
  (text: string): number => {
    const ms = parseMs(text);
    if (ms < min || ms > max) throw new Error(`is not ${bounds}`);
    return ms;
  };

function parseSweepInterval(text: string): number {
  const ms = parseMs(text);
  if (ms !== 0 && (ms < SECOND || ms > DAY)) throw new Error('is not 0 or between 1s and 1d');
  return ms;
}

function parseBudget(text: string): number {
  const share = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(share >= 0.001 && share <= 1)) throw new Error('is not a share of one core between 0.001 and 1');
  return share;
}

function parseTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Error('is not a time zone such as Europe/Berlin');
  }
}

function oneOf<const T extends string>(...values: readonly T[]) {
  return (text: string): T => {
    const value = values.find((candidate) => candidate === text);
    if (value === undefined) throw new Error(`is not one of ${values.join(', ')}`);
    return value;
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Error('is not an http or https URL');
  url.hash = '';
  url.search = '';
  return url;
}

/** Hides user and password. */
function showUrl(url: URL): string {
  const shown = new URL(url);
  if (shown.username !== '') shown.username = 'hidden';
  if (shown.password !== '') shown.password = 'hidden';
  return shown.href;
}

function defaultUrl({ POD_IP = '' }: Environment): URL {
  if (isIPv6(POD_IP) && !POD_IP.includes('%')) return new URL(`http://[${POD_IP}]:9500`);
  return new URL(`http://${isIPv4(POD_IP) ? POD_IP : '127.0.0.1'}:9500`);
}

const defaultScope = ({ NODE_NAME }: Environment): 'owned' | 'all' => (NODE_NAME ? 'owned' : 'all');

function parseScope(text: string, environment: Environment): 'owned' | 'all' {
  const scope = oneOf('owned', 'all')(text);
  if (scope === 'owned' && !environment.NODE_NAME) throw new Error('is owned, which needs NODE_NAME');
  return scope;
}

const SETTINGS = {
  longhornUrl: {
    name: 'LONGHORN_URL',
    description: 'The manager to read from. Its API listens on the pod IP, not on localhost.',
    defaultText: '`http://$POD_IP:9500`, without `POD_IP` `http://127.0.0.1:9500`',
    defaultValue: defaultUrl,
    parse: parseUrl,
    show: showUrl,
  } satisfies Setting<URL>,
  listenAddress: {
    name: 'LISTEN_ADDRESS',
    description: 'The address to listen on. Without a host: all addresses, IPv4 and IPv6.',
    defaultText: '`:9265`',
    defaultValue: () => parseListenAddress(':9265'),
    parse: parseListenAddress,
    show: ({ host = '', port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  } satisfies Setting<ListenAddress>,
  nodeName: {
    name: 'NODE_NAME',
    description: 'The node that this exporter runs on, by its name in Longhorn.',
    defaultText: 'none',
    defaultValue: () => '',
    parse: (text) => text,
  } satisfies Setting<string>,
  scope: {
    name: 'EXPORT',
    description:
      '`owned`: serve only the volumes whose owner is this node, so each volume of a cluster is served once; `all`: serve every volume.',
    defaultText: '`owned` when `NODE_NAME` is set, else `all`',
    defaultValue: defaultScope,
    parse: parseScope,
  } satisfies Setting<'owned' | 'all'>,
  minPeriod: {
    name: 'MIN_PERIOD',
    description:
      'The minimum time between two lists of a stream, `100ms` to `15s`; longer when lists cost the manager too much.',
    defaultText: '`5s`',
    defaultValue: () => 5 * SECOND,
    parse: durationWithin(100, 15 * SECOND, 'between 100ms and 15s'),
    show: formatDuration,
  } satisfies Setting<number>,
  silenceLimit: {
    name: 'SILENCE_LIMIT',
    description: 'Reconnect a stream after this long without a list; at least six periods.',
    defaultText: '`60s`',
    defaultValue: () => MINUTE,
    parse: durationWithin(100, DAY, 'between 100ms and 1d'),
    show: formatDuration,
  } satisfies Setting<number>,
  staleAfter: {
    name: 'STALE_AFTER',
    description:
      'Withdraw the series that depend on a stream after this long without a list; at least three periods.',
    defaultText: '`5m`',
    defaultValue: () => 5 * MINUTE,
    parse: durationWithin(100, DAY, 'between 100ms and 1d'),
    show: formatDuration,
  } satisfies Setting<number>,
  sweepInterval: {
    name: 'SNAPSHOT_SWEEP_INTERVAL',
    description: 'How long one sweep over the snapshots of all owned volumes takes; `0` disables it.',
    defaultText: '`5m`',
    defaultValue: () => 5 * MINUTE,
    parse: parseSweepInterval,
    show: formatDuration,
  } satisfies Setting<number>,
  managerBudget: {
    name: 'MANAGER_BUDGET',
    description:
      'The share of one core that all lists and requests may cost the manager, `0.001` to `1`; see [budget](budget.md).',
    defaultText: '`0.05`',
    defaultValue: () => 0.05,
    parse: parseBudget,
  } satisfies Setting<number>,
  timeZone: {
    name: 'SCHEDULE_TIME_ZONE',
    description:
      'The time zone of recurring job schedules that do not name one: that of kube-controller-manager, as an IANA name such as `Europe/Berlin`.',
    defaultText: '`UTC`',
    defaultValue: () => 'UTC',
    parse: parseTimeZone,
  } satisfies Setting<string>,
  deprecatedMetrics: {
    name: 'DEPRECATED_METRICS',
    description:
      'Whether to serve the metrics that [METRICS.md](../METRICS.md) marks as deprecated, `true` or `false`.',
    defaultText: '`true`',
    defaultValue: () => true,
    parse: (text) => oneOf('true', 'false')(text) === 'true',
  } satisfies Setting<boolean>,
  logLevel: {
    name: 'LOG_LEVEL',
    description: `One of ${LEVELS.map((level) => `\`${level}\``).join(', ')}.`,
    defaultText: '`info`',
    defaultValue: () => 'info',
    parse: oneOf(...LEVELS),
  } satisfies Setting<Level>,
};

export type Settings = { readonly [K in keyof typeof SETTINGS]: ReturnType<(typeof SETTINGS)[K]['parse']> };

/** A setting as it is in use. */
export interface Effective {
  readonly name: string;
  readonly value: string;
  readonly from: 'environment' | 'default';
}

export interface Configuration {
  readonly settings: Settings;
  readonly effective: readonly Effective[];
  readonly problems: readonly string[];
}

/** Never throws: an invalid setting gets its default and adds a problem. A blank setting counts as not set. */
export function readSettings(variables: Environment): Configuration {
  const problems: string[] = [];
  const effective: Effective[] = [];
  const environment = Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [name, text?.trim()]),
  );
  const parsed = <T>({ name, parse }: Setting<T>): T | undefined => {
    const text = environment[name];
    if (!text) return undefined;
    try {
      return parse(text, environment);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}; using the default`);
      return undefined;
    }
  };
  const read = <T>(setting: Setting<T>): T => {
    const { name, defaultValue, show = String } = setting;
    const set = parsed(setting);
    const value = set ?? defaultValue(environment);
    effective.push({ name, value: show(value), from: set === undefined ? 'default' : 'environment' });
    return value;
  };
  const entries = Object.entries(SETTINGS).map(([key, setting]) => [
    key,
    read<unknown>(setting as Setting<unknown>),
  ]);
  return { settings: Object.fromEntries(entries) as Settings, effective, problems };
}

/** The table of docs/settings.md. */
export function settingsMarkdown(): string {
  const rows = Object.values(SETTINGS).map((s) => `| \`${s.name}\` | ${s.defaultText} | ${s.description} |`);
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n');
}

/** The same for a terminal. */
export function settingsText(): string {
  const plain = (markdown: string) => markdown.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('`', '');
  return Object.values(SETTINGS)
    .map((s) => `  ${s.name}  (default: ${plain(s.defaultText)})\n      ${plain(s.description)}`)
    .join('\n');
}
