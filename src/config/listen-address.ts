/** A listen address as Go and Prometheus write it: `:9265`, `127.0.0.1:9265`, `[::1]:9265`. */

export interface ListenAddress {
  /** Undefined: all addresses, IPv4 and IPv6. */
  readonly host: string | undefined;
  readonly port: number;
}

const ADDRESS = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d{1,5})$/i;

export function parseListenAddress(text: string): ListenAddress {
  const [matched, ipv6, host, port] = ADDRESS.exec(text) ?? [];
  if (matched === undefined || Number(port) > 65_535) throw new Error('is not an address such as :9265');
  return { host: ipv6 ?? (host || undefined), port: Number(port) };
}
