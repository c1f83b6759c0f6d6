/** Durations as Prometheus writes them: 5s, 1h30m, 500ms. */

const UNITS: readonly [unit: string, ms: number][] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

const DURATION = new RegExp(`^${UNITS.map(([unit]) => `(?:(\\d{1,9})${unit})?`).join('')}$`);

/** The shortest text for a whole number of milliseconds, without years and weeks. */
export function formatDuration(ms: number): string {
  let rest = ms;
  let text = '';
  for (const [unit, length] of UNITS.slice(2)) {
    if (rest >= length) text += `${Math.floor(rest / length)}${unit}`;
    rest %= length;
  }
  return text || '0';
}

/** Milliseconds, or undefined if the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const counts = text === '' ? null : DURATION.exec(text);
  return counts?.slice(1).reduce((ms, count, i) => ms + Number(count ?? 0) * (UNITS[i]?.[1] ?? 0), 0);
}
