/** The faults of one manager: what is switched on, for which stream, and for how many times. */

import { STREAMS, type Stream } from './model.ts';

/** Each fault with the type of its value; what has nothing to say about itself is just `true`. */
export interface FaultValues {
  /** TCP is accepted, but no HTTP answer ever comes. */
  hangHandshake: true;
  /** Answers upgrades and requests with this HTTP status. */
  status: number;
  /** The handshake succeeds, then no byte ever comes: no message, no ping, no pong. */
  hang: true;
  /** The first list of a connection fails: nothing ever comes, but the client's pings are answered. */
  failFirstList: true;
  /** Every list fails: the handler stops, TCP stays open, and the client's pings are answered. */
  silent: true;
  /** Somebody else takes all wake-ups: pings come, messages do not. */
  starve: true;
  /** Raw JSON (or not) spliced into the middle of every list. */
  badObject: readonly string[];
  /** The message, or the answer to a request, is these bytes instead of a list. */
  garbage: string | Uint8Array;
  /** The message is the first half of a list, in a complete WebSocket message; a request loses its connection in the middle of the answer. */
  truncate: true;
  /** The message is a list, filled up with blanks to this many bytes. */
  giant: number;
  /** The message trickles. */
  slow: Readonly<{ chunkBytes: number; everyMs: number }>;
  /** Half a message, or half an answer, then no byte ever again, not even a pong. */
  halfFrame: true;
}
export type Fault = keyof FaultValues;

/** One stream, or the REST routes. */
export type Scope = Stream | 'rest';
const SCOPES: readonly Scope[] = [...STREAMS, 'rest'];

/** These spoil one message unless told otherwise; all others last until they are cleared. */
const ONE_MESSAGE: readonly Fault[] = ['garbage', 'truncate', 'giant', 'slow', 'halfFrame'];
/** These show only when a list is built, so whoever sets them should wake the stream. */
const SHOWN_BY_A_LIST: readonly Fault[] = [...ONE_MESSAGE, 'badObject', 'silent'];

type Active<F extends Fault> = { value: FaultValues[F]; left: number };
type Table = { [F in Fault]: Map<Scope, Active<F>> };

export interface FaultTable {
  /** Switches a fault on, everywhere unless a scope is given, for `times` occasions. */
  set<F extends Fault>(fault: F, value: FaultValues[F], where?: { on?: Scope; times?: number }): void;
  /** Switches a fault off, or all of them. */
  clear(fault?: Fault, on?: Scope): void;
  /** The value of a fault that is on here, using it up once. */
  use<F extends Fault>(fault: F, on: Scope): FaultValues[F] | undefined;
  isOn(fault: Fault, on: Scope): boolean;
}

/** `onSet` hears of every fault that is switched on for a stream. */
export function createFaultTable(onSet: (fault: Fault, stream: Stream) => void): FaultTable {
  const table: Table = {
    hangHandshake: new Map(),
    status: new Map(),
    hang: new Map(),
    failFirstList: new Map(),
    silent: new Map(),
    starve: new Map(),
    badObject: new Map(),
    garbage: new Map(),
    truncate: new Map(),
    giant: new Map(),
    slow: new Map(),
    halfFrame: new Map(),
  };
  const faults = Object.keys(table) as Fault[];
  const scopes = (on: Scope | undefined) => (on === undefined ? SCOPES : [on]);

  return {
    set: (fault, value, { on, times = ONE_MESSAGE.includes(fault) ? 1 : Number.POSITIVE_INFINITY } = {}) => {
      for (const scope of scopes(on)) {
        table[fault].set(scope, { value, left: times });
        if (scope !== 'rest') onSet(fault, scope);
      }
    },
    clear(fault, on) {
      for (const one of fault === undefined ? faults : [fault]) {
        for (const scope of scopes(on)) table[one].delete(scope);
      }
    },
    use(fault, on) {
      const active = table[fault].get(on);
      if (active === undefined) return undefined;
      active.left -= 1;
      if (active.left <= 0) table[fault].delete(on);
      return active.value;
    },
    isOn: (fault, on) => table[fault].has(on),
  };
}

export const needsAList = (fault: Fault): boolean => SHOWN_BY_A_LIST.includes(fault);

/** Faults that spoil the next message even if its list did not change. */
export const spoilsMessages = (faults: FaultTable, stream: Stream): boolean =>
  ONE_MESSAGE.some((fault) => faults.isOn(fault, stream));
