/** Checks the debug pages after any message: they render, show what is known, and escape all text. */

import assert from 'node:assert/strict';
import type { Time } from '../../src/clock.ts';
import { debugResponse } from '../../src/debug/routes.ts';
import type { View } from '../../src/store.ts';

/** A tag as we write them. */
const TAG = /<\/?([a-z][a-z0-9]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*)\s*\/?>/g;

/** Tags that a malicious name could use, and that our pages do not need. */
const HARMFUL = /^(script|img|image|iframe|style|link|base|object|embed|foreignobject)$/;

/** Checks the pages of a state, and those of one of its volumes. */
export function checkDebugPages(view: View, now: Time): void {
  const show = (path: string, type: string) => {
    const answer = debugResponse({ path, query: new URLSearchParams(), accept: type }, view, now);
    assert.equal(answer?.status, 200, path);
    return String(answer?.body);
  };
  const both = (path: string) => {
    checkMarkup(show(path, 'text/html'));
    return JSON.parse(show(path, 'application/json'));
  };
  const names = [...view.state.volumes.keys()];
  const { volumes } = both('/debug');
  assert.deepEqual(volumes.map(({ name }: { name: string }) => name).sort(), names.sort());
  both('/debug/streams');
  for (const node of view.state.nodes?.keys() ?? [])
    assert.equal(both(`/debug/nodes/${encodeURIComponent(node)}`).node.name, node);
  const name = names[Math.floor(now.monotonic) % names.length];
  if (name === undefined) return;
  assert.equal(both(`/debug/volumes/${encodeURIComponent(name)}`).volume.name, name);
}

/** Only our own tags have angle brackets, and no attribute runs a script. */
function checkMarkup(page: string): void {
  const body = page.slice(page.indexOf('<body>'));
  for (const [tag, name = '', attributes = ''] of body.matchAll(TAG)) {
    assert.doesNotMatch(name, HARMFUL, tag);
    assert.doesNotMatch(attributes, /\s(on\w+|style|src)=/i, tag);
  }
  assert.doesNotMatch(body.replace(TAG, ''), /[<>]/);
}
