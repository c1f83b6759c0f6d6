/** What a browser loads beside the pages, from source: the files beside this one. */

import { readFileSync } from 'node:fs';

const textOf = (file: string): string => readFileSync(new URL(`browser/${file}`, import.meta.url), 'utf8');

export const SCRIPT = textOf('page.js');
export const STYLE = textOf('page.css');
export const ICON = textOf('icon.svg');
