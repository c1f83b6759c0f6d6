/** What one manager counted: tests read it, and wait for it instead of sleeping. */

import type { Stream } from './model.ts';

type PerStream = Record<Stream, number>;

export interface Stats {
  /** Open now. */
  connections: PerStream;
  /** Handshakes ever. */
  connects: PerStream;
  /** Lists built or tried; each costs `listCostMs`. */
  lists: PerStream;
  /** Messages sent completely, spoilt ones included. */
  messages: PerStream;
  bytes: PerStream;
  /** REST requests by route: `GET volume`, `POST snapshotCRList`, `unknown`. */
  requests: Record<string, number>;
  /** Why handlers ended, other than by their client's leaving. */
  failures: Record<string, number>;
}

const zero = (): PerStream => ({ volumes: 0, backups: 0, nodes: 0, backuptargets: 0, recurringjobs: 0 });

export const createStats = (): Stats => ({
  connections: zero(),
  connects: zero(),
  lists: zero(),
  messages: zero(),
  bytes: zero(),
  requests: {},
  failures: {},
});

export function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
