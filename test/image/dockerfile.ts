/** Reads the Dockerfile, so that what the tests do by hand is what it says. */

import { readFileSync } from 'node:fs';

export interface Instruction {
  /** In capitals, such as COPY. */
  readonly word: string;
  readonly rest: string;
}

export interface Stage {
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** Its stages in order. Knows no more of the format than our file uses. */
export function readDockerfile(path: string): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const instruction = { word: word.toUpperCase(), rest };
    if (instruction.word === 'FROM') stages.push({ from: rest, instructions: [] });
    else if (stages.length === 0) throw new Error(`before the first FROM: ${line}`);
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** What follows the word each time that it stands there. */
export const all = ({ instructions }: Stage, word: string): string[] =>
  instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest);

/** What follows the word, which has to stand there once. */
export function only(stage: Stage, word: string): string {
  const [rest, ...others] = all(stage, word);
  if (rest === undefined || others.length > 0) throw new Error(`${stage.from} needs one ${word}`);
  return rest;
}

/** Where files come from and go to. */
export function copied(rest: string): { readonly sources: readonly string[]; readonly to: string } {
  const paths = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  return { sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}
