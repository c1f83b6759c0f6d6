/** Tells who sits in our pod's network namespace, which is where `kubectl port-forward` comes from, from all others. */

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Where a port-forward comes from. A service mesh brings others in from the rest of 127/8, Istio from 127.0.0.6. */
const PEERS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * Whether the peer is in our pod, calls us by a loopback name, and is no page from elsewhere in a browser. The name
 * (the Host header) matters because a web page can let a host name of its own point here; what the browser says of the
 * page that asks matters because any page may ask for `localhost` itself. Somebody may follow a link from anywhere.
 */
export function isLocal(peer: string | undefined, headers: IncomingHttpHeaders): boolean {
  const { host, 'sec-fetch-site': site, 'sec-fetch-dest': destination } = headers;
  const fromElsewhere = site === 'cross-site' || site === 'same-site';
  if (fromElsewhere && destination !== 'document') return false;
  return peer !== undefined && PEERS.has(peer) && host !== undefined && isLoopback(hostname(host));
}

/** Without the port; an IPv6 address stands in brackets. */
const hostname = (host: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '').toLowerCase();

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '::1') return true;
  const address = name.replace(/^::ffff:/i, '');
  return isIP(address) === 4 && address.startsWith('127.');
}
