/** The counters of one manager. Tests read them, and wait for them instead of sleeping. */

import type { Stream } from './model.ts';

type PerStream = Record<Stream, number>;

export interface Stats {
  /** Currently open. */
  connections: PerStream;
  /** Total handshakes. */
  connects: PerStream;
  /** Lists built or attempted; each takes `listCostMs`. */
  lists: PerStream;
  /** Messages sent completely, including faulty ones. */
  messages: PerStream;
  bytes: PerStream;
  /** REST requests by route: `GET volume`, `POST snapshotCRList`, `unknown`. */
  requests: Record<string, number>;
  /** Why handlers ended, unless their client left. */
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
