// SPDX-License-Identifier: MIT
//
// A session that goes on over another kind of link than the one it lived on (TCP and WebSocket).

/**
 * Tells whether what was resumed really goes on.
 * COMPAT(Prosody, 0.12): it says `<resumed/>`, and then goes on to read the frames of the kind of link on which the
 * session was begun: it hears not a word of us, however often that is repeated.
 */
export class Crossing {
  /** Whether the session is known to live on a link of messages. */
  private home = false;
  private present = false;
  /** A link that is lost now has taken the session along: it is of no use to ask for it again. */
  unproven = false;

  /** @param messages the link is one of messages */
  opened(messages: boolean): void {
    this.present = messages;
    this.unproven = false;
  }

  /** @returns whether the session was begun on a link of messages */
  begun(): boolean {
    this.home = this.present;
    return this.home;
  }

  /** An earlier process began it. */
  restored(messages: boolean): void {
    this.home = messages;
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
