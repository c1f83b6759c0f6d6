/** Maps the stack of an error from the bundle to the sources, by the source map next to the bundle. */

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

const POSITION = /(\/[^\s():]+\.cjs):(\d+):(\d+)/g;

/**
 * Node.js does the same with --enable-source-maps, but for every error, including those of refused connections, and then
 * keeps the decoded map, which takes 30 MB. This reads the map only when an error is logged, and does not keep it.
 */
export function createStackMapper(): (stack: string) => string {
  /** A repeated error is mapped once. */
  let last = { stack: '', mapped: '' };
  return (stack) => {
    if (stack !== last.stack) last = { stack, mapped: map(stack) };
    return last.mapped;
  };
}

function map(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(POSITION, (position, file: string, line: string, column: string) => {
    if (!maps.has(file)) maps.set(file, readMap(file));
    const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
    return origin !== undefined && 'fileName' in origin
      ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
      : position;
  });
}

/** Without a map the stack stays as it is. */
function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
