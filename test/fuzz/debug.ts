/** Checks the debug pages after any message: they render, show what is known, and escape all text. */

import assert from 'node:assert/strict';
import type { Time } from '../../src/clock.ts';
import { debugResponse } from '../../src/debug/routes.ts';
import type { View } from '../../src/store.ts';

/** A tag in the form that our pages use. */
const TAG = /<\/?([a-z][a-z0-9]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*)\s*\/?>/g;

/** Tags that a malicious name could use, and that our pages do not need. */
const HARMFUL = /^(script|img|image|iframe|style|link|base|object|embed|foreignobject)$/;

/** Checks the pages of a state, and the page of one of its volumes. */
export function checkDebugPages(view: View, now: Time): void {
  const request = (path: string, type: string) => {
    const response = debugResponse({ path, query: new URLSearchParams(), accept: type }, view, now);
    assert.equal(response?.status, 200, path);
    return String(response?.body);
  };
  const checkBoth = (path: string) => {
    checkMarkup(request(path, 'text/html'));
    return JSON.parse(request(path, 'application/json'));
  };
  const names = [...view.state.volumes.keys()];
  const { volumes } = checkBoth('/debug');
  assert.deepEqual(volumes.map(({ name }: { name: string }) => name).sort(), names.sort());
  checkBoth('/debug/streams');
  for (const node of view.state.nodes?.keys() ?? [])
    assert.equal(checkBoth(`/debug/nodes/${encodeURIComponent(node)}`).node.name, node);
  const name = names[Math.floor(now.monotonic) % names.length];
  if (name === undefined) return;
  assert.equal(checkBoth(`/debug/volumes/${encodeURIComponent(name)}`).volume.name, name);
}

/** Angle brackets occur only in our own tags, and no attribute runs a script. */
function checkMarkup(page: string): void {
  const body = page.slice(page.indexOf('<body>'));
  for (const [tag, name = '', attributes = ''] of body.matchAll(TAG)) {
    assert.doesNotMatch(name, HARMFUL, tag);
    assert.doesNotMatch(attributes, /\s(on\w+|style|src)=/i, tag);
  }
  assert.doesNotMatch(body.replace(TAG, ''), /[<>]/);
}
