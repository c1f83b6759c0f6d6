/** Every command in the documentation, and the reasons for those that no test runs. */

import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

export interface Command {
  readonly page: string;
  readonly line: number;
  /** A whole block, or the text between backticks in a sentence. */
  readonly text: string;
  /** The reason of the comment `<!-- not run: ... -->` above it, which holds until the next blank line. */
  readonly notRun: string | undefined;
}

const markdownIn = (folder: string): string[] =>
  readdirSync(new URL(folder, ROOT))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file) => `${folder}${file}`);

export const PAGES = ['README.md', ...markdownIn('docs/'), ...markdownIn('docs/runbooks/')];

export const textOf = (page: string): string => readFileSync(new URL(page, ROOT), 'utf8');

/** A command in backticks: with an argument such as a flag or a file, not only the name of a tool or subcommand. */
const INLINE = /`((?:kubectl|curl|promtool|docker|helm) (?=[^`]*[^`a-z ])[^`]+)`/g;

export function commandsOf(page: string): Command[] {
  const commands: Command[] = [];
  let notRun: string | undefined;
  let block: { readonly language: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of textOf(page).split('\n').entries()) {
    const fence = /^ *```(\w*)$/.exec(line);
    if (block !== undefined && fence === null) block.lines.push(line);
    else if (block !== undefined) {
      const text = scriptOf(block.language, block.lines);
      if (text !== undefined) commands.push({ page, line: block.line, text, notRun });
      block = undefined;
    } else if (fence !== null) block = { language: fence[1] ?? '', line: index + 1, lines: [] };
    else if (line.trim() === '') notRun = undefined;
    else {
      notRun = /<!-- not run: (.+) -->/.exec(line)?.[1] ?? notRun;
      for (const [, text = ''] of line.matchAll(INLINE))
        commands.push({ page, line: index + 1, text, notRun });
    }
  }
  return commands;
}

/** The commands of a block; in a console, the text after the prompts. */
function scriptOf(language: string, lines: readonly string[]): string | undefined {
  if (language === 'sh') return lines.join('\n');
  if (language !== 'console') return undefined;
  return lines
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice('$ '.length))
    .join('\n');
}
