// SPDX-License-Identifier: MIT

/**
 * The way a copy of a message came: live; live, from the server's offline store; as a carbon
 * (XEP-0280); from the archive (XEP-0313); from what a room says at joining it (XEP-0045 §7.2.13).
 */
export type CopyPath = 'live' | 'offline' | 'carbon' | 'archive' | 'history';

/** What is compared to know a second copy of a message. */
export interface Copy {
  /** Full JID. */
  readonly from: string;
  readonly type: string;
  /** origin-id or id; empty for none. */
  readonly id: string;
  readonly body: string;
  readonly path: CopyPath;
  /** Which joining of its room brought it, within one session: each is a way of its own. */
  readonly join?: number;
  /** The bare JID of the room whose archive has it; absent for our account's. */
  readonly archive?: string;
  /** When the server got it, Unix ms: by the archive, or by our own server's or its room's `<delay/>`. */
  readonly stamp?: number;
  /** Without that: no earlier than this it came, Unix ms. */
  readonly earliest?: number;
  /** The sender says that he sent it before, at this time, Unix ms. */
  readonly resent?: number;
  /** In the archive a message follows it that was shown already. */
  readonly behind?: boolean;
  /** Its id in its archive, where that is sure; unique over all archives. */
  readonly archiveId?: string;
  /** The inbox's own: a hash of the first four, once it was needed. */
  key?: string;
}
