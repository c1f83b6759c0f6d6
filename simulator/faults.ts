/** The active faults of one manager: for which stream, and for how many times. */

import { STREAMS, type Stream } from './model.ts';

/** Each fault with the type of its value; `true` for faults without parameters. */
export interface FaultValues {
  /** TCP is accepted, but no HTTP response ever comes. */
  hangHandshake: true;
  /** Responds to upgrades and requests with this HTTP status. */
  status: number;
  /** The handshake succeeds, then nothing is sent: no message, no ping, no pong. */
  hang: true;
  /** The first list of a connection fails: no message is ever sent, but the client's pings are answered. */
  failFirstList: true;
  /** Every list fails: the handler stops, TCP stays open, and the client's pings are answered. */
  silent: true;
  /** Another client takes all wake-ups: pings are sent, but no messages. */
  starve: true;
  /** Raw text, valid JSON or not, inserted into the middle of every list. */
  badObject: readonly string[];
  /** The message, or the response to a request, consists of these bytes instead of a list. */
  garbage: string | Uint8Array;
  /** The first half of a list, in a complete WebSocket message; a request loses its connection in the middle of the response. */
  truncate: true;
  /** The message is a list, padded with spaces to this many bytes. */
  giant: number;
  /** The message is sent slowly. */
  slow: Readonly<{ chunkBytes: number; everyMs: number }>;
  /** Half a message, or half a response, then nothing more, not even a pong. */
  halfFrame: true;
}
export type Fault = keyof FaultValues;

/** One stream, or the REST routes. */
export type Scope = Stream | 'rest';
const SCOPES: readonly Scope[] = [...STREAMS, 'rest'];

/** These affect one message by default; all others last until they are cleared. */
const ONE_MESSAGE: readonly Fault[] = ['garbage', 'truncate', 'giant', 'slow', 'halfFrame'];
/** These take effect only when a list is built, so setting them must wake the stream. */
const NEEDS_LIST: readonly Fault[] = [...ONE_MESSAGE, 'badObject', 'silent'];

type Active<F extends Fault> = { value: FaultValues[F]; left: number };
type Table = { [F in Fault]: Map<Scope, Active<F>> };

export interface FaultTable {
  /** Activates a fault, in all scopes by default, for `times` uses. */
  set<F extends Fault>(fault: F, value: FaultValues[F], where?: { on?: Scope; times?: number }): void;
  /** Clears a fault, or all of them. */
  clear(fault?: Fault, on?: Scope): void;
  /** The value of a fault that is active here; counts as one use. */
  use<F extends Fault>(fault: F, on: Scope): FaultValues[F] | undefined;
  isOn(fault: Fault, on: Scope): boolean;
}

/** `onSet` is called for every fault that is activated for a stream. */
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
      for (const name of fault === undefined ? faults : [fault]) {
        for (const scope of scopes(on)) table[name].delete(scope);
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

export const needsList = (fault: Fault): boolean => NEEDS_LIST.includes(fault);

/** Faults that affect the next message even if the list did not change. */
export const spoilsMessages = (faults: FaultTable, stream: Stream): boolean =>
  ONE_MESSAGE.some((fault) => faults.isOn(fault, stream));
