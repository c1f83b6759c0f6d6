/** The process: command line and settings, log, one exporter and signals. */

import { writeFileSync } from 'node:fs';
import { type Logger, pino, type SerializedError, stdSerializers } from 'pino';
import { readCommandLine } from './config/command-line.ts';
import { type Configuration, readSettings } from './config/settings.ts';
import { startExporter } from './exporter.ts';
import { createLimits, newLimitCounts } from './limits.ts';
import { openLogLines } from './log.ts';
import { createStackMapper } from './source-map.ts';
import { VERSION } from './version.ts';

/** Exit after this time even if something is still open. */
const STOP_TIMEOUT_MS = 800;

const STDOUT = 1;

const { command, problems } = readCommandLine(process.argv.slice(2));
const read = readSettings(process.env);
const configuration = { ...read, problems: [...problems, ...read.problems] };
if (command === undefined) serve(configuration);
else {
  const { text, exitCode } = command.run(configuration);
  process.stdout.write(`${text}\n`);
  process.exitCode = exitCode;
}

function serve({ settings, problems }: Configuration): void {
  const counts = newLimitCounts();
  const lines = openLogLines(STDOUT, counts);
  const mapStack = createStackMapper();
  /** Not all that is thrown is an error with a stack. */
  function errorInLog(thrown: Error): unknown {
    const error: Partial<SerializedError> | undefined = stdSerializers.err(thrown);
    return typeof error?.stack === 'string' ? { ...error, stack: mapStack(error.stack) } : error;
  }
  const log = pino({ level: settings.logLevel, base: null, serializers: { err: errorInLog } }, lines);
  const limits = createLimits(counts, log);
  for (const problem of problems) log.warn(problem);
  const { longhornUrl, scope, nodeName } = settings;
  log.info({ version: VERSION, longhorn: longhornUrl.host, export: scope, node: nodeName }, 'starting');

  // Only the sidecar knows its node; the standalone exporter has its pod to itself.
  if (nodeName !== '') yieldMemory(log);

  const exporter = startExporter(settings, { log, limits, configErrors: problems.length });

  // An error in this process must not restart the pod.
  process.on('uncaughtException', exporter.uncaught);
  process.on('unhandledRejection', exporter.uncaught);

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      const exit = () => process.exit(0);
      setTimeout(exit, STOP_TIMEOUT_MS);
      exporter.stop().then(lines.end).then(exit, exit);
    });
  }
}

/** If the node runs out of memory, the kernel should kill this process rather than the manager, whose score is 999. */
function yieldMemory(log: Logger): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch (err) {
    // Not on Linux, or not allowed.
    log.debug({ err }, 'oom_score_adj not raised');
  }
}
