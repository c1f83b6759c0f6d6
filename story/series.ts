/** Records what a target served at each minute, and converts it to promtool's notation. */

export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/** Equal values in consecutive minutes. */
interface Run {
  readonly from: number;
  readonly value: number;
  minutes: number;
}

export interface Recording {
  scrape(minute: number, text: string): void;
  series(minutes: number): InputSeries[];
}

/** promtool's clock starts at 0, so timestamps are written relative to `epoch` (Unix seconds). */
const IS_TIME = /_(timestamp|start_time)_seconds(\{|$)/;

/** Keeps only `wanted` metrics. `labels`: the target labels. */
export function createRecording(
  epoch: number,
  labels: Readonly<Record<string, string>>,
  wanted: (metric: string) => boolean,
): Recording {
  const found = new Map<string, Run[]>();
  /** By line of the exposition: most lines are the same as a minute before. */
  let unchanged = new Map<string, Run>();
  const isWanted = new Map<string, boolean>();

  function add(minute: number, series: string, value: number): Run {
    const runs = found.get(series) ?? [];
    found.set(series, runs);
    const last = runs.at(-1);
    if (last !== undefined && Object.is(last.value, value) && last.from + last.minutes === minute) {
      last.minutes++;
      return last;
    }
    const run = { from: minute, value, minutes: 1 };
    runs.push(run);
    return run;
  }

  function addLine(minute: number, line: string): Run {
    const end = line.lastIndexOf(' ');
    const series = line.slice(0, end);
    const value = number(line.slice(end + 1));
    return add(minute, series, IS_TIME.test(series) ? value - epoch : value);
  }

  function keeps(line: string): boolean {
    if (line === '' || line.startsWith('#')) return false;
    const labels = line.indexOf('{');
    const name = line.slice(0, labels < 0 ? line.indexOf(' ') : labels);
    const known = isWanted.get(name) ?? wanted(name);
    isWanted.set(name, known);
    return known;
  }

  return {
    scrape(minute, text) {
      add(minute, 'up', 1);
      const runs = new Map<string, Run>();
      for (const line of text.split('\n')) {
        let run = unchanged.get(line);
        if (run !== undefined && run.from + run.minutes === minute) run.minutes++;
        else if (keeps(line)) run = addLine(minute, line);
        else continue;
        runs.set(line, run);
      }
      unchanged = runs;
    },
    series: (minutes) =>
      [...found].map(([series, runs]) => ({
        series: withLabels(series, labels),
        values: notation(runs, minutes),
      })),
  };
}

const number = (text: string): number =>
  text === '+Inf' ? Number.POSITIVE_INFINITY : text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);

/** Like Prometheus with honor_labels: labels of the target itself win, even empty ones. */
function withLabels(series: string, labels: Readonly<Record<string, string>>): string {
  const [, name = '', own = ''] = /^([^{]*)(?:\{(.*)\})?$/s.exec(series) ?? [];
  const added = Object.entries(labels)
    .filter(([label]) => !`,${own}`.includes(`,${label}="`))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${[...(own === '' ? [] : [own]), ...added].join()}}`;
}

/** A series missing from a scrape becomes stale immediately. */
function notation(runs: readonly Run[], minutes: number): string {
  const words: string[] = [];
  let next = 0;
  for (const { from, value, minutes: count } of [...runs, { from: minutes, value: Number.NaN, minutes: 0 }]) {
    const missing = from - next;
    if (missing > 0)
      words.push(next === 0 ? `_x${missing}` : missing > 1 ? `stale _x${missing - 1}` : 'stale');
    if (Number.isFinite(value) && count > 1) words.push(`${value}+0x${count - 1}`);
    else for (let i = 0; i < count; i++) words.push(word(value));
    next = from + count;
  }
  return words.join(' ');
}

const word = (value: number): string => `${value}`.replace('Infinity', 'Inf');
