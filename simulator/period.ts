// The period in a stream's address, a Go duration, read as the manager reads it.

const UNITS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const LONGEST = 15_000;

/** Milliseconds from 0 to 15 s. What is no duration counts as 0: the manager ignores the error. */
export const parsePeriod = (text: string): number => {
  const match = /^([-+]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return 0;
  const [, sign = '', amounts = ''] = match;
  let sum = 0;
  for (const [, amount = '0', unit = 's'] of amounts.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    sum += Number(amount) * (UNITS[unit] ?? 0);
  }
  return sign === '-' ? 0 : Math.min(sum, LONGEST);
};
