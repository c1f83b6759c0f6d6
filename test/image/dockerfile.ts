/** Reads the Dockerfile, so that the tests can run its steps. */

import { readFileSync } from 'node:fs';

export interface Instruction {
  /** In capitals, such as COPY. */
  readonly keyword: string;
  readonly rest: string;
}

export interface Stage {
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** The stages in order. Supports only the part of the format that our file uses. */
export function readDockerfile(path: string): Stage[] {
  const lines = readFileSync(path, 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of lines) {
    const [, keyword = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const instruction = { keyword: keyword.toUpperCase(), rest };
    if (instruction.keyword === 'FROM') stages.push({ from: rest, instructions: [] });
    else if (stages.length === 0) throw new Error(`before the first FROM: ${line}`);
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** The arguments of every instruction with this keyword. */
export const all = ({ instructions }: Stage, keyword: string): string[] =>
  instructions.filter((instruction) => instruction.keyword === keyword).map(({ rest }) => rest);

/** The arguments of the only instruction with this keyword. */
export function only(stage: Stage, keyword: string): string {
  const [rest, ...others] = all(stage, keyword);
  if (rest === undefined || others.length > 0) throw new Error(`${stage.from} needs one ${keyword}`);
  return rest;
}

/** Parses the arguments of COPY. */
export function parseCopy(rest: string): { readonly sources: readonly string[]; readonly to: string } {
  const paths = rest.split(/\s+/).filter((part) => !part.startsWith('--'));
  return { sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}
