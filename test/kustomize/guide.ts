/** Extracts the YAML from docs/install.md, so that tests run what users copy. */

import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const GUIDE = new URL('../../docs/install.md', import.meta.url);

/** The YAML blocks below the heading, in order, parsed. */
export function yamlBelow(heading: string): unknown[] {
  const section = readFileSync(GUIDE, 'utf8')
    .split(/^(?=#+ )/m)
    .find((text) => text.replace(/^#+ /, '').startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`install.md has no section ${heading}`);
  return [...section.matchAll(/^( *)```yaml\n(.*?)^ *```$/gms)].map(([, , yaml]) => parse(yaml ?? ''));
}
