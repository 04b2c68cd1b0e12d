// SPDX-License-Identifier: MIT
//
// Counts the round trips of a sign-in, as a relay that delays everything sees it.

import type { LinkNews } from '../../test/support/cutting-proxy.js';

/** What one sign-in took. */
export interface Taken {
  /** From the connection to the end of the sign-in, in round trips of the line; that of TCP is one of them. */
  readonly roundTrips: number;
  /** How often the client wrote and then waited; TCP's own flight is one of them. */
  readonly flights: number;
}

/**
 * A relay on loopback completes TCP at once, so its round trip is added: nothing is written before it is
 * over, on any line.
 * @param news of one link, from its opening on
 * @param end when the sign-in was over, as performance.now() tells it
 * @param rttMs what the relay puts between a question and its answer
 */
export function taken(news: readonly LinkNews[], end: number, rttMs: number): Taken {
  const opened = news.find((one) => one.news === 'opened')?.at ?? NaN;
  const written = news
    .filter(({ news, direction }) => news === 'bytes' && direction === 'up')
    .map(({ at }) => at)
    // What left later than this was not waited for.
    .filter((at) => at <= end - rttMs / 2);
  // What is written within half a round trip of the piece before cannot be an answer to what that brought.
  const apart = written.filter((at, n) => n === 0 || at - (written[n - 1] ?? NaN) >= rttMs / 2);
  return { roundTrips: 1 + (end - opened) / rttMs, flights: 1 + apart.length };
}
