/** Headless Chromium as packaged by Debian, with pages that record every error. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { hasTool } from './promtool.ts';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Chromium connects only to the exporter, and runs as root and without a display. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasBrowser = (t: TestContext): boolean =>
  hasTool(t, EXECUTABLE, 'Debian: apt install chromium; elsewhere: set CHROMIUM');

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });

/** Collects what a page should not do: log errors or policy violations, open dialogs, and send requests to other hosts. */
export function complaintsOf(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'info' && message.type() !== 'log') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(`request to ${request.url()}`);
  });
  return complaints;
}

export type OpenPage = (path: string, options?: BrowserContextOptions) => Promise<Page>;

export interface Pages {
  readonly open: OpenPage;
  /** Closes all pages; throws if one had a problem. */
  close(): Promise<void>;
}

/** Pages of the exporter at `url`. */
export function pagesOf(browser: Browser, url: string): Pages {
  const closers: (() => Promise<void>)[] = [];
  return {
    async open(path, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const complaints = complaintsOf(page, url);
      let status = 0;
      closers.push(async () => {
        await context.close();
        // Chromium itself logs an error for a missing page.
        const missing = `status of ${status} `;
        const unexpected = complaints.filter((text) => status < 400 || !text.includes(missing));
        assert.deepEqual(unexpected, [], path);
      });
      const response = await page.goto(`${url}${path}`, { waitUntil: 'load' });
      status = response?.status() ?? 0;
      assert.match(response?.headers()['content-type'] ?? '', /^text\/html/, path);
      return page;
    },
    async close() {
      for (const close of closers) await close();
    },
  };
}
