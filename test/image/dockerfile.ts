/** Reads the Dockerfile, so that the tests do the steps it contains. */

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

/** Its stages in order. Supports only the part of the format that our file uses. */
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

/** The arguments of every instruction with this word. */
export const all = ({ instructions }: Stage, word: string): string[] =>
  instructions.filter((instruction) => instruction.word === word).map(({ rest }) => rest);

/** The arguments of the only instruction with this word. */
export function only(stage: Stage, word: string): string {
  const [rest, ...others] = all(stage, word);
  if (rest === undefined || others.length > 0) throw new Error(`${stage.from} needs one ${word}`);
  return rest;
}

/** Sources and target of a COPY. */
export function copied(rest: string): { readonly sources: readonly string[]; readonly to: string } {
  const paths = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  return { sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}
