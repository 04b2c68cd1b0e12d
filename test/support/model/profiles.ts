// SPDX-License-Identifier: MIT
//
// How servers differ: what they keep, what they say when a session cannot be resumed, and what they do
// to messages. The profiles replay what Prosody 0.12.3 and ejabberd 23.01 do when they are asked on a
// loopback interface; every other server is one of the others.

import type { RoomOptions } from './room-options.js';
import type { Sasl2Options } from './sasl2.js';

export interface ServerOptions {
  /** How long a session without a link is kept. */
  readonly resumeMs: number;
  /** Whether `<failed/>` says how far the server had got in a session that is over. */
  readonly failedH: boolean;
  /** The same after the server was stopped in order and started again; as `failedH` if not given. */
  readonly stoppedH?: boolean;
  /** Answer `<resume/>` by closing without a word, as servers do when they dislike its `h`. */
  readonly silent?: boolean;
  /** Whom a certificate signs in, a local part; without it EXTERNAL is not offered. */
  readonly external?: string;
  /** Keeps certificates of its users, which sign them in (XEP-0257). */
  readonly saslCert?: boolean;
  /** Manages who has access (XEP-0494). */
  readonly access?: boolean;
  /** No XEP-0198 at all, as old servers have it. */
  readonly plain?: boolean;
  /** Who it says has kept what a resumption brings again, with the time it came (XEP-0203). */
  readonly stampsResent?: 'account' | 'server';
  /** Keeps archives (XEP-0313). */
  readonly archive?: boolean;
  /** How long a message takes to show in them. */
  readonly archiveLagMs?: number;
  /** Live messages carry no stanza-id (XEP-0359). */
  readonly stripsIds?: boolean;
  /** A sender's stanza-id in somebody else's name stays in place, before the server's own. */
  readonly keepsForged?: boolean;
  /** Messages get another `id` on their way; the origin-id stays. */
  readonly restampsIds?: boolean;
  /** Copies for other devices (XEP-0280). */
  readonly carbons?: boolean;
  /** A message for somebody who is away goes to another device of his, and is in the archive alone. */
  readonly otherDevices?: boolean;
  /** The largest stanza it takes, in bytes, and says so (XEP-0478). */
  readonly maxBytes?: number;
  /** What nobody acknowledged is not stored when it is archived. */
  readonly archivedIsKept?: boolean;
  /** Where sessions are to be resumed (XEP-0198 §3). */
  readonly location?: string;
  /** A session with more unacknowledged stanzas than this is given up: when it is resumed, or at once. */
  readonly queue?: { readonly cap: number; readonly end: 'silence' | 'policy-violation' };
  /** A server that is killed forgets this much of the end of its archives and stores. */
  readonly killLosesMs?: number;
  /** A server that is killed may have kept the last message for its sender, and for nobody else. */
  readonly killTears?: boolean;
  /** Signs in by XEP-0388, too. */
  readonly sasl2?: Sasl2Options;
  /** Has rooms, at `rooms.` before its own name (XEP-0045). */
  readonly rooms?: RoomOptions;
}

const STRICT_ROOMS: RoomOptions = { archive: true, selfPing: true, sharedNicks: true, locks: true };
const STRICT: ServerOptions = {
  ...{ resumeMs: 600_000, failedH: true, archive: true, carbons: true },
  rooms: STRICT_ROOMS,
};

export const PROFILES = {
  /** By the letter of the specifications, and the most that they allow. */
  strict: STRICT,
  'prosody-0.12': {
    ...STRICT,
    ...{ keepsForged: true, stampsResent: 'account' },
    killTears: true,
    queue: { cap: 500, end: 'silence' },
    rooms: { ...STRICT_ROOMS, stray: 'error' },
  },
  'ejabberd-23.01': {
    ...STRICT,
    ...{ resumeMs: 300_000, stampsResent: 'server' },
    stoppedH: false,
    killLosesMs: 2_000,
    queue: { cap: 5_000, end: 'policy-violation' },
    rooms: {
      ...{ archive: true, sharedNicks: true, stray: 'enter', subjectByAll: true },
      killLosesHistory: true,
    },
  },
  'restamps-ids': {
    ...STRICT,
    restampsIds: true,
    rooms: { ...STRICT_ROOMS, rewritesIds: true, sharedNicks: false },
  },
  'no-mam': {
    ...{ ...STRICT, archive: false, failedH: false },
    rooms: { selfPing: true, killLosesHistory: true },
  },
  'no-sm': { ...STRICT, plain: true },
} as const satisfies Record<string, ServerOptions>;

export type Profile = keyof typeof PROFILES;
