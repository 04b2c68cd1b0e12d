// SPDX-License-Identifier: MIT

import type { Connection } from './connection.js';
import type { RoomLine } from './room-lines.js';

/** A stanza as the server keeps it. */
export interface Stored {
  readonly text: string;
  /** Unix ms at which the server got it. */
  readonly at: number;
  /** Somebody's message to this user: kept for him when nobody acknowledges it. */
  readonly kept?: boolean;
  /** Said in a room, which stores it for nobody. */
  readonly line?: RoomLine;
}

/** A session by XEP-0198, with or without a link. */
export interface ServerSession {
  readonly id: string;
  readonly user: string;
  readonly jid: string;
  readonly bornAt: number;
  connection: Connection | undefined;
  available: boolean;
  managed: boolean;
  carbons: boolean;
  handled: number;
  sent: number;
  unacked: Stored[];
  /** Rises with every loss of the link, so that an old expiry does not end a resumed session. */
  lapses: number;
  /** Which client's it is, as far as it said so (XEP-0388 §2.3). */
  agent?: string;
}

export function newSession(
  id: string,
  jid: string,
  bornAt: number,
  connection?: Connection,
): ServerSession {
  return {
    ...{ id, jid, bornAt, connection, user: bare(jid) },
    ...{ available: false, managed: false, carbons: false },
    ...{ handled: 0, sent: 0, unacked: [], lapses: 0 },
  };
}

export function bare(jid: string): string {
  return jid.split('/')[0] ?? '';
}
