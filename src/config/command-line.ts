/** The command line: three arguments that print something instead of serving, for use before a rollout. */

import { VERSION } from '../version.ts';
import { columns } from './columns.ts';
import { type Configuration, settingsText } from './settings.ts';

interface Output {
  readonly text: string;
  readonly exitCode: number;
}

interface Command {
  readonly argument: string;
  readonly meaning: string;
  readonly run: (configuration: Configuration) => Output;
}

const COMMANDS: readonly Command[] = [
  {
    argument: '--version',
    meaning: 'the version',
    run: () => ({ text: VERSION, exitCode: 0 }),
  },
  {
    argument: '--help',
    meaning: 'this text',
    run: () => ({ text: help(), exitCode: 0 }),
  },
  {
    argument: '--print-config',
    meaning:
      'the settings in use, where each comes from, and any problems; exits with 1 if there are problems',
    run: (configuration) => ({
      text: printed(configuration),
      exitCode: configuration.problems.length > 0 ? 1 : 0,
    }),
  },
];

export interface CommandLine {
  /** Undefined: serve. */
  readonly command: Command | undefined;
  readonly problems: readonly string[];
}

/** Never throws; the first known argument counts. A problem does not repeat the argument, which may hold a secret. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const known = COMMANDS.map(({ argument }) => argument);
  const problems = args.flatMap((arg, index) =>
    known.includes(arg) ? [] : [`argument ${index + 1} is not one of ${known.join(', ')}; ignored`],
  );
  const first = args.find((arg) => known.includes(arg));
  return { command: COMMANDS.find(({ argument }) => argument === first), problems };
}

const help = (): string =>
  [
    `Usage: longhorn-exporter [${COMMANDS.map(({ argument }) => argument).join(' | ')}]`,
    '',
    'Serves metrics of volumes, replicas and backups from the streams of one longhorn-manager. With an argument, prints instead:',
    '',
    ...columns(COMMANDS.map(({ argument, meaning }) => [`  ${argument}`, meaning])),
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
