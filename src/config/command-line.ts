/** The command line: three arguments that print something instead of serving, for use before a rollout. */

import { VERSION } from '../version.ts';
import { type Configuration, settingsText } from './settings.ts';

interface Answer {
  readonly text: string;
  readonly exitCode: number;
}

interface Question {
  readonly argument: string;
  readonly meaning: string;
  readonly answer: (configuration: Configuration) => Answer;
}

const QUESTIONS: readonly Question[] = [
  {
    argument: '--version',
    meaning: 'the version',
    answer: () => ({ text: VERSION, exitCode: 0 }),
  },
  {
    argument: '--help',
    meaning: 'this text',
    answer: () => ({ text: help(), exitCode: 0 }),
  },
  {
    argument: '--print-config',
    meaning:
      'the settings in use, where each comes from, and any problems; exits with 1 if there are problems',
    answer: (configuration) => ({
      text: printed(configuration),
      exitCode: configuration.problems.length > 0 ? 1 : 0,
    }),
  },
];

export interface CommandLine {
  /** Undefined: serve. */
  readonly question: Question | undefined;
  readonly problems: readonly string[];
}

/** Never throws; the first known argument counts. A problem does not repeat the argument, which may hold a secret. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const known = QUESTIONS.map(({ argument }) => argument);
  const problems = args.flatMap((arg, index) =>
    known.includes(arg) ? [] : [`argument ${index + 1} is not one of ${known.join(', ')}; ignored`],
  );
  const first = args.find((arg) => known.includes(arg));
  return { question: QUESTIONS.find(({ argument }) => argument === first), problems };
}

const columns = (rows: readonly (readonly string[])[]): string[] => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const widths = rows[0]?.map((_, column) => width(column)) ?? [];
  return rows.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

const help = (): string =>
  [
    `Usage: longhorn-exporter [${QUESTIONS.map(({ argument }) => argument).join(' | ')}]`,
    '',
    'Serves metrics of volumes, replicas and backups from the streams of one longhorn-manager. With an argument, prints instead:',
    '',
    ...columns(QUESTIONS.map(({ argument, meaning }) => [`  ${argument}`, meaning])),
    '',
    'Settings, all from the environment:',
    '',
    settingsText(),
  ].join('\n');

function printed({ effective, problems }: Configuration): string {
  const rows = effective.map(({ name, value, from }) => [name, value || '(none)', from]);
  return [
    ...columns([['SETTING', 'VALUE', 'FROM'], ...rows]),
    ...problems.map((text) => `problem: ${text}`),
  ].join('\n');
}
