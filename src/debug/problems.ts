/** All problems a volume can have, worst first. */

import { BACKUP_PROBLEMS, OPT_IN_PROBLEMS } from './backup-problems.ts';
import { byName } from './format.ts';
import type { ProblemInput, ProblemRow } from './problem.ts';
import { VOLUME_PROBLEMS } from './volume-problems.ts';

export const PROBLEMS: readonly ProblemRow[] = [...VOLUME_PROBLEMS, ...BACKUP_PROBLEMS];

const holding = (rows: readonly ProblemRow[], input: ProblemInput): string[] =>
  rows.filter(({ holds }) => holds(input)).map(({ name }) => name);

/** The names of the volume's problems, worst first. */
export const problemsOf = (input: ProblemInput): string[] => holding(PROBLEMS, input);

/** The names of problems that count only if the opt-in rules are applied. */
export const optInProblemsOf = (input: ProblemInput): string[] => holding(OPT_IN_PROBLEMS, input);

const RANKS: ReadonlyMap<string, number> = new Map(PROBLEMS.map(({ name }, index) => [name, index]));

interface Ranked {
  readonly name: string;
  readonly problems: readonly string[];
}

/** Sorts by the worst problem, then by name; volumes without a problem come last. */
export function worstFirst(a: Ranked, b: Ranked): number {
  return rank(a) - rank(b) || byName(a, b);
}

const rank = ({ problems: [worst = ''] }: Ranked): number => RANKS.get(worst) ?? PROBLEMS.length;
