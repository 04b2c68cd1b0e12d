// SPDX-License-Identifier: MIT

import type { NegotiationOptions } from './negotiation-options.js';

/** A network that swallows what is sent is told from a server that thinks: that one says something. */
const FIRST_BYTE_MS = 3_000;
/** The same, while another server can be tried in its place. */
const FIRST_BYTE_HURRIED_MS = 750;
/** Through a proxy the server may be the whole of Tor away. */
const FIRST_BYTE_FAR_MS = 15_000;
/** Negotiation as a whole; a peer that goes silent in the middle is given up. */
const NEGOTIATION_TIMEOUT_MS = 30_000;
/** How long a peer may take to answer our closing tag (RFC 6120 §4.4 names no figure). */
const CLOSE_TIMEOUT_MS = 5_000;

/** How long what a link is at may take before it is given up. */
export class PhaseTime {
  /** The server has said anything on this link. */
  heard = false;
  /** On the monotonic clock. */
  deadline: number | undefined;

  opened(now: number, { far, hurried }: Pick<NegotiationOptions, 'far' | 'hurried'>): void {
    this.heard = false;
    const near = hurried === true ? FIRST_BYTE_HURRIED_MS : FIRST_BYTE_MS;
    this.deadline = now + (far === true ? FIRST_BYTE_FAR_MS : near);
  }

  /** Something came while signing in. */
  hear(now: number): void {
    if (!this.heard) {
      this.heard = true;
      this.deadline = now + NEGOTIATION_TIMEOUT_MS;
    }
  }

  closing(now: number): void {
    this.deadline = now + CLOSE_TIMEOUT_MS;
  }

  /** From here on it takes as long as it takes. */
  stop(): void {
    this.deadline = undefined;
  }

  isOver(now: number): boolean {
    return this.deadline !== undefined && now >= this.deadline;
  }
}
