// SPDX-License-Identifier: MIT
//
// What the model server offers at each opening of a stream (RFC 6120 §4.3.2).

import type { ServerOptions } from './profiles.js';

export type Phase = 'clear' | 'tls' | 'authenticated';

const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const MECHANISMS =
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>";
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SM = "<sm xmlns='urn:xmpp:sm:3'/>";

/** @param stripped somebody between removes STARTTLS, and hopes for a password */
export function featuresOf(phase: Phase, options: ServerOptions, stripped: boolean): string {
  switch (phase) {
    case 'clear':
      return stripped ? MECHANISMS : STARTTLS;
    case 'tls':
      return MECHANISMS;
    case 'authenticated':
      return BIND + (options.plain === true ? '' : SM) + limitsOf(options);
  }
}

function limitsOf({ maxBytes }: ServerOptions): string {
  return maxBytes === undefined
    ? ''
    : `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${String(maxBytes)}</max-bytes></limits>`;
}
