/** Bounds the debug pages that wait to be read: unlike the metrics, each is made for one reader alone, who may be slow. */

import { LIMITS, type LimitName } from '../limits.ts';
import { type Pages, text } from './routes.ts';

const BUSY = {
  ...text(503, 'too many debug pages wait to be read: try again'),
  headers: { 'retry-after': '5' },
};

/** Answers 503, and makes no page, while as many bytes as are allowed wait already. */
export function boundUnread(debug: Pages['debug'], exceeded: (limit: LimitName) => void): Pages['debug'] {
  let unread = 0;
  return (asked) => {
    if (unread >= LIMITS.unread_bytes.most) {
      exceeded('unread_bytes');
      return BUSY;
    }
    const answer = debug(asked);
    if (answer === undefined) return undefined;
    const body = Buffer.from(answer.body);
    unread += body.length;
    return {
      ...answer,
      body,
      release() {
        unread -= body.length;
      },
    };
  };
}
