// SPDX-License-Identifier: MIT
//
// Texts keep their order in a lane: one for all that goes to persons, and one for each room. How many
// of each stand where, so that nobody has to search when there is none.

import type { OutboxState } from './records.js';

/** The lane of what goes to persons; that of a room has its bare JID. */
export const PERSONS = '';

export function laneOf({ to, room }: { readonly to: string; readonly room?: true }): string {
  return room === true ? to : PERSONS;
}

/** How many are in these states. */
export interface Counts {
  queued: number;
  sent: number;
  'in-doubt': number;
}

const NONE: Readonly<Counts> = { queued: 0, sent: 0, 'in-doubt': 0 };

export class LaneBook {
  /** Those in which something is under way or waits. */
  private readonly busy = new Map<string, Counts>();
  /** The server had forgotten the session of what is in doubt in these: it may have had more. */
  private readonly forgetful = new Set<string>();

  of(lane: string): Readonly<Counts> {
    return this.busy.get(lane) ?? NONE;
  }

  names(): Iterable<string> {
    return this.busy.keys();
  }

  /** Whether any text of any lane is in this state. */
  any(state: keyof Counts): boolean {
    for (const counts of this.busy.values()) {
      if (counts[state] > 0) {
        return true;
      }
    }
    return false;
  }

  count(lane: string, state: OutboxState, by: 1 | -1): void {
    if (state !== 'queued' && state !== 'sent' && state !== 'in-doubt') {
      return;
    }
    const counts = this.busy.get(lane) ?? { ...NONE };
    counts[state] += by;
    if (counts.queued + counts.sent + counts['in-doubt'] === 0) {
      this.busy.delete(lane);
    } else {
      this.busy.set(lane, counts);
    }
    if (by < 0) {
      this.settleForgetful(lane);
    }
  }

  /** A session is over. @param only of this lane it is said; absent for all */
  forgotten(only: string | undefined): void {
    for (const lane of this.busy.keys()) {
      if ((only === undefined || only === lane) && this.of(lane)['in-doubt'] > 0) {
        this.forgetful.add(lane);
      }
    }
  }

  isForgetful(lane: string): boolean {
    return this.forgetful.has(lane);
  }

  allForgetful(): Iterable<string> {
    return this.forgetful;
  }

  /** Said of those in doubt now; what comes into doubt later is of another session. */
  private settleForgetful(lane: string): void {
    if (this.of(lane)['in-doubt'] === 0) {
      this.forgetful.delete(lane);
    }
  }
}
