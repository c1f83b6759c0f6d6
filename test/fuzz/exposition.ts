/** Parses an exposition as strictly as the format allows, and accepts only known families and labels. */

import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { LIMITS } from '../../src/limits.ts';
import { BACKUP_TABLE } from '../../src/metrics/backup.ts';
import { BACKUP_TARGET_TABLE } from '../../src/metrics/backup-target.ts';
import { EXPORTER_TABLE } from '../../src/metrics/exporter.ts';
import { labelsOf, type Table } from '../../src/metrics/family.ts';
import { HISTOGRAMS } from '../../src/metrics/histograms.ts';
import { NODE_TABLE } from '../../src/metrics/node.ts';
import { SCHEDULE_TABLE } from '../../src/metrics/schedule.ts';
import { SNAPSHOT_TABLE } from '../../src/metrics/snapshot.ts';
import { VOLUME_TABLE } from '../../src/metrics/volume.ts';

/** What identifies a series. */
export interface Series {
  readonly family: string;
  /** Unescaped. */
  readonly labels: ReadonlyMap<string, string>;
  /** For a counter: what it counts, regardless of a volume's namespace. */
  readonly counter: string | undefined;
}

export interface Line extends Series {
  readonly text: string;
  /** The text before the value. */
  readonly series: string;
  readonly value: number;
}

const SAMPLE = /^(\w+)(?:\{(.*)\})? ([^ ]+)$/s;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/;

/** The sorted label names of each family. */
const LABELS = new Map<string, string>();
const allow = (family: string, labels: readonly string[]) => LABELS.set(family, [...labels].sort().join());
function allowTable<T>({ labels, families }: Table<T>): void {
  for (const family of families) allow(family.name, [...labels, ...labelsOf(family)]);
}
allowTable(VOLUME_TABLE);
allowTable(SNAPSHOT_TABLE);
allowTable(SCHEDULE_TABLE);
allowTable(NODE_TABLE);
allowTable(BACKUP_TABLE);
allowTable(BACKUP_TARGET_TABLE);
allowTable(EXPORTER_TABLE);
for (const { name, labels } of HISTOGRAMS) {
  allow(`${name}_bucket`, [...labels, 'le']);
  allow(`${name}_sum`, labels);
  allow(`${name}_count`, labels);
}
/** prom-client's metrics of the process, whose labels do not come from outside. */
const ofProcess = (family: string): boolean => /^(process|nodejs)_/.test(family);

const COUNTER = /_total$|_(bucket|sum|count)$/;

const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };
const plainOf = (text: string): string =>
  text.includes('\\') ? text.replace(/\\[\\"n]/g, (pair) => ESCAPED[pair] ?? pair) : text;

/** Caches by the text before the value and by the whole line, as nearly all repeat at the next scrape. */
const seriesCache = new Map<string, Series>();
const lineCache = new Map<string, Line>();
const MAX_CACHED = 10_000;

/** Clears the caches: their strings are slices that keep whole expositions in memory, tens of megabytes. */
export function clearCaches(): void {
  seriesCache.clear();
  lineCache.clear();
}

function seriesOf(family: string, text: string | undefined): Series {
  const labels = new Map<string, string>();
  LABEL.lastIndex = 0;
  while (text !== undefined && LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    assert.ok(found, `invalid labels: ${family}{${text}}`);
    const [, name = '', value = ''] = found;
    assert.ok(!labels.has(name), `duplicate label: ${family}{${text}}`);
    const plain = plainOf(value);
    const bytes = Buffer.byteLength(plain);
    assert.ok(bytes <= LIMITS.text_length.most, `label of ${bytes} bytes: ${family}`);
    labels.set(name, plain);
  }
  const names = [...labels.keys()].sort().join();
  if (!ofProcess(family)) assert.equal(names, LABELS.get(family), `labels of ${family}`);
  const counted = [...labels].filter(([name]) => name !== 'namespace');
  return { family, labels, counter: COUNTER.test(family) ? JSON.stringify([family, ...counted]) : undefined };
}

function readLine(text: string): Line {
  const [, family = '', labels, value = ''] = SAMPLE.exec(text) ?? [];
  assert.notEqual(family, '', `not a sample: ${JSON.stringify(text)}`);
  const number = Number(value);
  // prom-client has no event loop lag to report right after the previous scrape.
  const idle = value === 'Nan' && family.startsWith('nodejs_eventloop_lag_');
  assert.ok(idle || (NUMBER.test(value) && Number.isFinite(number)), `value of ${JSON.stringify(text)}`);
  const key = text.slice(0, -value.length);
  if (seriesCache.size > MAX_CACHED) seriesCache.clear();
  const series = seriesCache.get(key) ?? seriesOf(family, labels);
  seriesCache.set(key, series);
  return { ...series, text, series: key, value: number };
}

function lineOf(text: string): Line {
  if (lineCache.size > MAX_CACHED) lineCache.clear();
  const line = lineCache.get(text) ?? readLine(text);
  lineCache.set(text, line);
  return line;
}

/** Parses all samples; checks that the exposition is well-formed, without duplicate series, and that its HELP and TYPE lines equal `heads`. */
export function readExposition(exposition: Buffer, heads?: string): { lines: Line[]; heads: string } {
  assert.ok(isUtf8(exposition), 'the exposition is UTF-8');
  const text = exposition.toString();
  assert.ok(text.endsWith('\n'), 'the exposition ends with a newline');
  const lines: Line[] = [];
  const seen = new Set<string>();
  let found = '';
  for (const each of text.split('\n')) {
    if (each === '') continue;
    if (each.startsWith('#')) {
      found += `${each}\n`;
      continue;
    }
    const line = lineOf(each);
    if (seen.has(line.series)) assert.fail(`duplicate series: ${each}`);
    seen.add(line.series);
    lines.push(line);
  }
  if (heads !== undefined) assert.equal(found, heads, 'HELP and TYPE are unchanged');
  return { lines, heads: found };
}
