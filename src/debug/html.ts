/** HTML as values: what is put into it is text and stays text, unless it is HTML that was made here. */

const MARKUP = Symbol('markup');

export interface Html {
  readonly [MARKUP]: string;
}

/** What is absent leaves nothing behind. */
export type Part = string | number | undefined | false | Html | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe between tags and between the quotes of an attribute, and nowhere else. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

function markupOf(part: Part): string {
  if (typeof part === 'string') return escaped(part);
  if (part === undefined || part === false) return '';
  if (typeof part === 'number') return String(part);
  return MARKUP in part ? part[MARKUP] : part.map(markupOf).join('');
}

/** Attributes in it must be quoted. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let markup = strings[0] ?? '';
  parts.forEach((part, index) => {
    markup += markupOf(part) + strings[index + 1];
  });
  return { [MARKUP]: markup };
}

export const render = (part: Html): string => part[MARKUP];

/** Where an object has its page. */
export const volumePath = (name: string): string => `/debug/volumes/${encodeURIComponent(name)}`;
export const nodePath = (name: string): string => `/debug/nodes/${encodeURIComponent(name)}`;

/** How something is shown: each tone has a colour and a sign, so that colour is never alone. */
export type Tone = 'good' | 'bad' | 'warn' | 'idle';

/**
 * Items with the keys by which a refresh finds each of them again, wherever it stands by then. Items of the same name
 * are numbered from the last, since new ones come first.
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

/** A table that scrolls on its own where it is too wide for the window. */
export const scrolling = (label: string, table: Html): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">${table}</div>`;
