// SPDX-License-Identifier: MIT
//
// What is different where the account's link is a WebSocket (RFC 7395).

import type { LinkInput } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import type { Framing } from '../core/framing.js';
import { webSocketFraming } from '../core/framing-websocket.js';

export type LinkOpen = Extract<LinkInput, { type: 'link-open' }>;

/** How the stream is put on this link. */
export function framingOf({ webSocket }: LinkOpen): { framing?: Framing } {
  return webSocket === undefined ? {} : { framing: webSocketFraming };
}

/** What a web server that stands before the XMPP server may lack, without anything being wrong with that. */
const lessThere: ReadonlySet<string> = new Set([
  ...['no-mechanism', 'downgrade', 'certificate-needs-tls13', 'tls13-required'],
]);

/**
 * An account is not to stop for what is only so on this way: it is there as the firewall is, for now.
 * @param uri of the WebSocket that the link was, if it was one
 */
export function overWebSocket(uri: string | undefined, cause: Fault): Fault {
  const lasting = cause.retry === 'never' && lessThere.has(cause.condition);
  if (uri === undefined || !lasting) return cause;
  const text = `${cause.text} That was over WebSocket, as the server cannot be reached otherwise; it is tried again.`;
  return { ...cause, text, retry: 'later' };
}

/**
 * A person is not asked to trust a host that somebody else answers for.
 * @param uri as above
 * @param reasons what is wrong with its certificate
 */
export function otherHost(
  uri: string | undefined,
  reasons: readonly string[],
  domain: string,
): Fault | undefined {
  if (uri === undefined || !reasons.includes('wrong-name')) return undefined;
  return fault(
    'tls',
    'websocket-other-name',
    `The WebSocket ${uri} has no certificate for ${domain}, so nothing was sent to it. Trying again.`,
  );
}
