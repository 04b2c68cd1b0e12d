// SPDX-License-Identifier: MIT

/** How servers differ in what they do with rooms (XEP-0045). */
export interface RoomOptions {
  /** Keeps what is said (XEP-0313), and names each line by its id there (XEP-0359). */
  readonly archive?: boolean;
  /** How long a line takes to show in it. */
  readonly archiveLagMs?: number;
  /** Lines get another `id` when they are reflected: XEP-0045 §7.4 only asks to keep it. */
  readonly rewritesIds?: boolean;
  /** Lines lose their origin-id when they are reflected, which XEP-0359 forbids. */
  readonly stripsOrigins?: boolean;
  /** Answers pings of an occupant to himself, and says so (XEP-0410 §3.3); else one of his sessions is asked. */
  readonly selfPing?: boolean;
  /** Several sessions of one account may be one occupant (XEP-0045 §4.1). */
  readonly sharedNicks?: boolean;
  /** Everybody sees the real JIDs of all; else moderators do. */
  readonly nonAnonymous?: boolean;
  /** Who made a room by entering it has to say how it is to be before anybody else may (XEP-0045 §10.1). */
  readonly locks?: boolean;
  /** Everybody may change the subject; else moderators may. */
  readonly subjectByAll?: boolean;
  /** So many lines at most are told to those who enter; 20 if not given. */
  readonly historyLines?: number;
  /** These lines do not say their id in the archive. */
  readonly historyHidesIds?: boolean;
  /** A server that is killed has none of these lines afterwards; else it loses what its archives lose. */
  readonly killLosesHistory?: boolean;
  /**
   * What becomes of a presence that does not ask to enter, of somebody who is not inside: a kick, as
   * XEP-0045 §7.2.18 has it (if not given), an error, or an entrance all the same.
   */
  readonly stray?: 'error' | 'enter';
}
