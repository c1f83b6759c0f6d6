/** A listen address as Go and Prometheus write it: `:9265`, `127.0.0.1:9265`, `[::1]:9265`. */

import { isIPv4, isIPv6 } from 'node:net';

export interface ListenAddress {
  /** Undefined: all addresses, IPv4 and IPv6. */
  readonly host: string | undefined;
  readonly port: number;
}

const ADDRESS = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/;
const HOST_NAME = /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;

export function parseListenAddress(text: string): ListenAddress {
  const [matched, ipv6, name = '', port] = ADDRESS.exec(text) ?? [];
  const possible = ipv6 === undefined ? name === '' || isIPv4(name) || HOST_NAME.test(name) : isIPv6(ipv6);
  if (matched === undefined || !possible || Number(port) > 65_535) {
    throw new Error('is not an address such as :9265');
  }
  return { host: ipv6 ?? (name || undefined), port: Number(port) };
}
