/** The same as assets.ts in the bundle: esbuild takes this file (condition `bundle`) and puts the texts in. */

export { default as ICON } from './browser/icon.svg' with { type: 'text' };
export { default as STYLE } from './browser/page.css' with { type: 'text' };
export { default as SCRIPT } from './browser/page.js' with { type: 'text' };
export * as RUNBOOKS from './runbooks-bundled.ts';
