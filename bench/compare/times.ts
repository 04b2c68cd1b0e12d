// SPDX-License-Identifier: MIT
//
// How long things took in a talk, in seconds. One that never came took for ever (Infinity): a time
// that is left out would make the others look better.

import type { Talk, Typed } from '../../test/support/talk/record.js';

/** `noticed`: a dead connection. `near`, `far`: the link is back, at a short or a long round trip. */
export type Timing = 'noticed' | 'near' | 'far';

/** From the end of each fault to the first of `moments` before the next one's. */
function firstAfterEach(mended: readonly number[], moments: readonly number[]): number[] {
  return mended.map((from, fault) => {
    const until = mended[fault + 1] ?? Infinity;
    const found = moments.filter((at) => at >= from && at < until);
    return (Math.min(...found) - from) / 1000;
  });
}

/** From when the connection died, where a new one was possible at once, until the client dialled. */
export const noticed = ({ mended, dialled }: Talk): number[] => firstAfterEach(mended, dialled);

/** From when a new connection was possible until the host was told that it is online again. */
export const back = ({ mended, online }: Talk): number[] => firstAfterEach(mended, online);

const isRefusal = ({ outcome, online }: Typed): boolean => outcome === 'refused' && online;

/** Lines that the host refused while it showed the account as online. */
export const refusals = ({ typed }: Talk): number => typed.filter(isRefusal).length;

/**
 * The longest time in which it refused every line while it was online: from the first one to the
 * next line of another kind, or to the last one typed.
 */
export function longestRefusal({ typed }: Talk): number {
  let longest = 0;
  let since: number | undefined;
  for (const line of typed) {
    if (since !== undefined) longest = Math.max(longest, line.at - since);
    since = isRefusal(line) ? (since ?? line.at) : undefined;
  }
  return longest / 1000;
}

const sortedBySize = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/** NaN where there is none. */
export function median(values: readonly number[]): number {
  const sorted = sortedBySize(values);
  const at = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return (low + high) / 2;
}

/** The least of the values that `share` of them do not exceed: of few values the greatest. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = sortedBySize(values);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}
