/** Tells who sits in our pod's network namespace, which is where `kubectl port-forward` comes from, from all others. */

import { isIP } from 'node:net';

/**
 * Whether both the peer's address and the name it called us by (the Host header) are loopback. The name matters
 * because a web page anywhere can have a browser beside us ask for its own host name, and let that name point here.
 */
export const isLocal = (peer: string | undefined, host: string | undefined): boolean =>
  peer !== undefined && host !== undefined && isLoopback(peer) && isLoopback(hostname(host));

/** Without the port; an IPv6 address stands in brackets. */
const hostname = (host: string): string =>
  /^\[([^\]]*)\](?::\d+)?$/.exec(host)?.[1] ?? host.replace(/:\d*$/, '').toLowerCase();

function isLoopback(name: string): boolean {
  if (name === 'localhost' || name === '::1') return true;
  const address = name.replace(/^::ffff:/i, '');
  return isIP(address) === 4 && address.startsWith('127.');
}
