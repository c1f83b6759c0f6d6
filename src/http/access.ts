/** Who may see the debug pages: peers in our pod's network namespace, which is where `kubectl port-forward` comes from. */

import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/** Where a port-forward comes from. A service mesh uses other addresses of 127/8; Istio uses 127.0.0.6. */
const PEERS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/**
 * Whether the peer is in our pod, calls us by a loopback name, and is not a page of another site in a browser. The Host
 * header matters because a web page can point a host name of its own at us; Sec-Fetch-Site matters because any page may
 * fetch from `localhost`. Following a link from another site is fine.
 */
export function isLocal(peer: string | undefined, headers: IncomingHttpHeaders): boolean {
  const { host, 'sec-fetch-site': site, 'sec-fetch-dest': destination } = headers;
  const fromOtherSite = site === 'cross-site' || site === 'same-site';
  if (fromOtherSite && destination !== 'document') return false;
  return peer !== undefined && PEERS.has(peer) && host !== undefined && isLoopback(hostname(host));
}

/** Without the port; an IPv6 address is in brackets. */
const hostname = (host: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '').toLowerCase();

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '::1') return true;
  const address = name.replace(/^::ffff:/i, '');
  return isIP(address) === 4 && address.startsWith('127.');
}
