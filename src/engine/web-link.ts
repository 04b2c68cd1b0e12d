// SPDX-License-Identifier: MIT
//
// What is different where the account's link is a WebSocket (RFC 7395).

import type { LinkInput } from '../core/effects.js';
import type { Fault } from '../core/errors.js';
import { fault } from '../core/errors.js';
import type { Framing } from '../core/framing.js';
import { webSocketFraming } from '../core/framing-websocket.js';
import { otherThan } from '../core/sasl/strength.js';
import type { AttachOptions } from './options.js';

export type LinkOpen = Extract<LinkInput, { type: 'link-open' }>;

/** How the stream is put on this link. */
export function framingOf({ webSocket }: LinkOpen): { framing?: Framing } {
  return webSocket === undefined ? {} : { framing: webSocketFraming };
}

/** What a web server that stands before the XMPP server may lack, without anything being wrong with that. */
const lessThere: ReadonlySet<string> = new Set([
  ...['no-mechanism', 'downgrade', 'certificate-needs-tls13', 'channel-binding-changed'],
]);

/**
 * An account is not to stop for what is only so on this way: it is there as the firewall is, for now. The TLS and
 * the streams of a web server say nothing of the XMPP server's; a password that is refused is wrong everywhere.
 * @param uri of the WebSocket that the link was, if it was one
 */
export function overWebSocket(
  uri: string | undefined,
  cause: Fault,
  options: AttachOptions | undefined,
): Fault {
  const { kind, condition, retry, unbound = false } = cause;
  // Behind a web server that ends TLS nobody sees our certificate; servers offer EXTERNAL all the same.
  const unseen = kind === 'sasl' && options?.certificate !== undefined;
  const ofTheWay =
    kind === 'tls' || kind === 'stream' || unseen || unbound || lessThere.has(condition);
  if (uri === undefined || retry !== 'never' || !ofTheWay) return cause;
  if (unbound) return { ...cause, text: unboundThere(options), retry: 'later' };
  const refused = 'The server refused the certificate you sign in with.';
  const what = condition === 'certificate-refused' ? refused : cause.text;
  const text = `${what} That was over WebSocket, as the server cannot be reached otherwise; it is tried again.`;
  return { ...cause, text, retry: 'later' };
}

/** A web server that ends TLS looks like somebody who should not: the one who runs it has to say which it is. */
function unboundThere(options: AttachOptions | undefined): string {
  const other = otherThan(options?.authMethod ?? 'auto');
  return (
    'The sign-in is bound to the connection at this server, and over WebSocket that does not work: most likely ' +
    'a web server in front of it ends the encryption, but it may be somebody between you and the server, or ' +
    'the password is wrong. So you are not signed in. It is tried again, and not over WebSocket where the server ' +
    `can be reached otherwise. To sign in without that, choose ${other} under “Sign in with” (auth_method) in ` +
    'the account’s settings.'
  );
}

/** Condition: the WebSocket's certificate is not the domain's. */
export const OTHER_NAME = 'websocket-other-name';

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
    OTHER_NAME,
    `The WebSocket ${uri} has no certificate for ${domain}, so nothing was sent to it. Trying again.`,
  );
}
