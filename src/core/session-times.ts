// SPDX-License-Identifier: MIT

/** A network that swallows what is sent is told from a server that thinks: that one says something. */
export const FIRST_BYTE_MS = 3_000;
/** Negotiation as a whole; a peer that goes silent in the middle is given up. */
export const NEGOTIATION_TIMEOUT_MS = 30_000;
/** How long a peer may take to answer our closing tag (RFC 6120 §4.4 names no figure). */
export const CLOSE_TIMEOUT_MS = 5_000;
