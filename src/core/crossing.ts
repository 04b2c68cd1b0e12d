// SPDX-License-Identifier: MIT
//
// A session that goes on over another kind of link than the one it lived on (TCP and WebSocket).

import { byteFraming } from './framing.js';
import type { Framing } from './framing.js';

/**
 * Tells whether what was resumed really goes on.
 * COMPAT(Prosody, 0.12): it says `<resumed/>`, and then goes on to read the frames of the kind of link on which the
 * session was begun: it hears not a word of us, however often that is repeated.
 */
export class Crossing {
  /** On what the session is known to live; of one that an earlier process began on TCP is assumed. */
  private home: Framing = byteFraming;
  private present: Framing = byteFraming;
  /** A link that is lost now has taken the session along: it is of no use to ask for it again. */
  unproven = false;

  opened(framing: Framing = byteFraming): void {
    this.present = framing;
    this.unproven = false;
  }

  begun(): void {
    this.home = this.present;
  }

  resumed(): void {
    this.unproven = this.home !== this.present;
  }

  /** The server has read what we said, and we what it said: it asks by itself even where it reads nothing. */
  answered(): void {
    if (!this.unproven) return;
    this.unproven = false;
    this.home = this.present;
  }
}
