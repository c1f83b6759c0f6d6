// The manager's loop for one client of one stream, step for step as in longhorn-manager.
import { type Channel, select, startTicker } from './channel.ts';
import type { Connection } from './connection.ts';
import type { Random } from './random.ts';
import { type List, sameList } from './wire.ts';

export type HandlerOptions = Readonly<{
  connection: Connection;
  wakeups: Channel;
  /** Closed when the manager stops. */
  stopped: Channel;
  /** Rejects when the list cannot be built. */
  buildList: () => Promise<List>;
  deliver: (list: List) => Promise<void>;
  /** Whether the next list goes out even if it does not differ. */
  mustSend: () => boolean;
  /** The least time between two turns of the loop; 0 for none. */
  periodMs: number;
  keepAliveMs: number;
  random: Random;
}>;

/**
 * Runs until the client is gone, or rejects when something fails. It never closes anything: in longhorn-manager, too,
 * a handler that ends leaves TCP open, and the client's pings are answered as before.
 */
export const handleStream = async (options: HandlerOptions): Promise<void> => {
  const { connection, wakeups, stopped, buildList, deliver, mustSend, periodMs, random } = options;
  const tickers: { stop: () => void }[] = [];
  const ticker = (ms: number): Channel => {
    const started = startTicker(ms);
    tickers.push(started);
    return started.channel;
  };
  try {
    let sent = await buildList();
    await deliver(sent);
    // As upstream, the tickers start after the first message, however long that took.
    const period = periodMs > 0 ? ticker(periodMs) : undefined;
    const keepAlive = ticker(options.keepAliveMs);
    for (;;) {
      // Nothing else is looked at during this wait, so pings and the client's leaving are noticed late.
      if (period !== undefined && (await select([period, stopped], random)) === stopped) return;

      const event = await select([connection.gone, wakeups, keepAlive, stopped], random);
      if (event === connection.gone || event === stopped) return;
      if (event === keepAlive) {
        await connection.ping();
        continue;
      }
      const list = await buildList();
      if (sameList(sent, list) && !mustSend()) continue;
      await deliver(list);
      sent = list;
    }
  } finally {
    for (const { stop } of tickers) stop();
  }
};
