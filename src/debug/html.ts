/** HTML as values: every interpolated part is escaped, unless it is an Html value. */

const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

/** Undefined and false render as nothing. */
export type Part = string | number | undefined | false | Html | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe between tags and inside quoted attributes only. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function markupOf(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  if (part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  return MARKUP in part ? part[MARKUP] : part.map(markupOf).join('');
}

/** Attributes must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? '';
  parts.forEach((part, index) => {
    markup += markupOf(part) + strings[index + 1];
  });
  return { [MARKUP]: markup };
}

export const render = (part: Html): string => part[MARKUP];

/** Paths of the pages of a volume and of a node. */
export const volumePath = (name: string): string => `/debug/volumes/${encodeURIComponent(name)}`;
export const nodePath = (name: string): string => `/debug/nodes/${encodeURIComponent(name)}`;

/** Each tone has a colour and a sign, so that nothing depends on colour alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'idle';

/**
 * Items with keys by which a refresh finds them again at any position. Items of the same name are numbered from the
 * last, because new ones come first.
 */
export function keyed<T>(items: readonly T[], nameOf: (item: T) => string): { item: T; key: string }[] {
  const counts = new Map<string, number>();
  const withKey = (item: T) => {
    const name = nameOf(item);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return { item, key: `${name} ${count}` };
  };
  return [...items].reverse().map(withKey).reverse();
}

/** A table that scrolls horizontally if it is too wide for the window. */
export const scrolling = (label: string, table: Html): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
