// SPDX-License-Identifier: MIT
//
// What is written down of a talk. Lines are numbered from 1 in each direction: "up" are those that
// alice types into the libpurple host, "down" those that bob says with the other client. Times are
// Unix times in ms.

import type { ShownLine } from './lines.js';

export type Direction = 'up' | 'down';

export interface Timed {
  line: number;
  at: number;
}

/**
 * `accepted`: libpurple echoed it, so its send_im had said more than 0. `refused`: typed while the
 * account was not online, or send_im said no. `unsure`: the host died before it had said anything.
 */
export interface Typed extends Timed {
  outcome: 'accepted' | 'refused' | 'unsure';
  /** Whether the host showed the account as online then; of a refused one, when it refused. */
  online: boolean;
}

export interface Shown extends Timed, ShownLine {
  /** The host showed it as one of earlier: a room's history, for example. */
  old?: true;
}

/** A failure that the host told the person. */
export interface Told {
  text: string;
  /** The line whose whole text it quotes, if it does. */
  line: number | undefined;
}

export interface Talk {
  typed: Typed[];
  /** Each copy that reached bob's client. */
  heard: Timed[];
  /** Each copy in bob's archive at the end, in its order. */
  archived: number[];
  /** Lines of alice's that the server's own watch saw coming in; undefined where there is none. */
  seen: number[] | undefined;
  said: Timed[];
  /** Lines of bob's that a server ended over, known so far: nobody waits for them. */
  strayed: number[];
  /** Lines of bob's that the server took: what it never read is no loss of alice's. */
  taken: number[];
  shown: Shown[];
  /** Lines of alice's that came back from the room, where a host shows them then; else undefined. */
  echoed: Shown[] | undefined;
  told: Told[];
  /** Times the host said that a text may arrive twice. */
  doubts: number;
  /** The lines that it said it of, as the journal has them. */
  announced: number[];
  /** When the way was open again, once a fault. */
  mended: number[];
  /** When alice's client dialled the proxy and was let in. */
  dialled: number[];
  /** When the host was told that the account is online, or online again (a host with `debug`). */
  online: number[];
  /** What else a reader has to know. */
  remarks: string[];
}

export function emptyTalk(): Talk {
  return {
    ...{ typed: [], heard: [], archived: [], seen: undefined, said: [], taken: [], shown: [] },
    echoed: undefined,
    ...{ strayed: [], told: [], doubts: 0, announced: [] },
    ...{ mended: [], dialled: [], online: [], remarks: [] },
  };
}

/** The number of a line in a text that begins with it. */
export function lineIn(text: string, direction: Direction): number | undefined {
  const found = new RegExp(`^${direction} (\\d+)\\b`).exec(text);
  return found === null ? undefined : Number(found[1]);
}
