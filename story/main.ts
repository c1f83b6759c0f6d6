/** Plays a story from the command line: `npm run --silent story -- FILE [--at TIMES] [--metrics-at TIME] [--rules FILE]`. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { duration, fail, StoryError } from './check.ts';
import { readStory, type Story } from './file.ts';
import { readRules } from './rules.ts';
import { alertsOf, metricsOf, outcomeOf } from './run.ts';
import { renderOutcome } from './table.ts';

const USAGE = 'usage: npm run --silent story -- FILE [--at 30m,2h,1d] [--metrics-at 30m] [--rules FILE]';

/** The output and the exit code. */
interface Result {
  readonly text: string;
  readonly code: 0 | 1;
}

async function run(args: readonly string[]): Promise<Result> {
  const { file, at, metricsAt, rules } = readArguments(args);
  const story = openStory(file);
  if (metricsAt !== undefined)
    return { text: await metricsOf(story, duration(metricsAt, '--metrics-at')), code: 0 };
  const known = readRules(rules);
  if (at === undefined) {
    const { evaluations, verdicts } = await outcomeOf(story, known);
    const holds = verdicts.every(({ reason }) => reason === undefined);
    return { text: renderOutcome(story.about, story.until, evaluations, verdicts), code: holds ? 0 : 1 };
  }
  const given = at.split(',');
  const alerts = await alertsOf(
    story,
    known,
    given.map((each) => duration(each, '--at')),
  );
  const found = Object.fromEntries(given.map((each, i) => [each, alerts[i]]));
  return { text: `${JSON.stringify(found, undefined, 2)}\n`, code: 0 };
}

function readArguments(args: readonly string[]) {
  const option = { type: 'string' } as const;
  const options = { at: option, 'metrics-at': option, rules: option };
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new StoryError(`${(error as Error).message} (${USAGE})`);
  }
  const { values, positionals } = parsed;
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new StoryError(`one story is needed (${USAGE}).`);
  if (values.at !== undefined && values['metrics-at'] !== undefined)
    fail('--at and --metrics-at do not go together.');
  return { file, at: values.at, metricsAt: values['metrics-at'], rules: values.rules };
}

function openStory(file: string): Story {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new StoryError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return readStory(text);
  } catch (error) {
    throw error instanceof StoryError ? new StoryError(`${file}: ${error.message}`) : error;
  }
}

try {
  const { text, code } = await run(process.argv.slice(2));
  process.stdout.write(text);
  process.exitCode = code;
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  process.stderr.write(`story: ${error.message.replaceAll('\n', ' ')}\n`);
  process.exitCode = 2;
}
