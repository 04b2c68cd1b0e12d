// SPDX-License-Identifier: MIT

/**
 * The way a copy of a message came: live; live, from the server's offline store; as a carbon
 * (XEP-0280); from the archive (XEP-0313).
 */
export type CopyPath = 'live' | 'offline' | 'carbon' | 'archive';

/** What is compared to know a second copy of a message. */
export interface Copy {
  /** Full JID. */
  readonly from: string;
  readonly type: string;
  /** origin-id or id; empty for none. */
  readonly id: string;
  readonly body: string;
  readonly path: CopyPath;
  /** When the server got it, Unix ms: by the archive, or by our own server's `<delay/>`. */
  readonly stamp?: number;
  /** The sender says that he sent it before, at this time, Unix ms. */
  readonly resent?: number;
  /** In the archive a message follows it that was shown already. */
  readonly behind?: boolean;
  /** Its id in our own archive, where that is sure. */
  readonly archiveId?: string;
  /** The inbox's own: a hash of the first four, once it was needed. */
  key?: string;
}
