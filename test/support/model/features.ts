// SPDX-License-Identifier: MIT
//
// What the model server offers at each opening of a stream (RFC 6120 §4.3.2).

import type { ServerOptions } from './profiles.js';

export type Phase = 'clear' | 'tls' | 'authenticated';

const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const MECHANISMS = mechanisms('PLAIN');
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SM = "<sm xmlns='urn:xmpp:sm:3'/>";

/** @param stripped somebody between removes STARTTLS, and hopes for a password */
export function featuresOf(phase: Phase, options: ServerOptions, stripped: boolean): string {
  switch (phase) {
    case 'clear':
      return stripped ? MECHANISMS : STARTTLS;
    case 'tls':
      return (
        sasl2Of(options) +
        (options.external === undefined ? MECHANISMS : mechanisms('EXTERNAL', 'PLAIN'))
      );
    case 'authenticated':
      return BIND + (options.plain === true ? '' : SM) + limitsOf(options);
  }
}

/** The same as an element of a stream that goes on (XEP-0388 §2.6.1). */
export function offerOf(phase: Phase, options: ServerOptions): string {
  return `<stream:features>${featuresOf(phase, options, false)}</stream:features>`;
}

function sasl2Of({ sasl2, plain, carbons }: ServerOptions): string {
  if (sasl2 === undefined) return '';
  const sm = plain === true ? '' : SM;
  const able = [
    ...(plain === true ? [] : ['urn:xmpp:sm:3']),
    ...(carbons === true ? ['urn:xmpp:carbons:2'] : []),
  ];
  const features = able.map((name) => `<feature var='${name}'/>`).join('');
  const bind = `<bind xmlns='urn:xmpp:bind:0'><inline>${features}</inline></bind>`;
  const fast = "<fast xmlns='urn:xmpp:fast:0'><mechanism>HT-SHA-256-NONE</mechanism></fast>";
  const inline = sm + (sasl2.bind === true ? bind : '') + (sasl2.fast === true ? fast : '');
  return `<authentication xmlns='urn:xmpp:sasl:2'><mechanism>PLAIN</mechanism><inline>${inline}</inline></authentication>`;
}

function limitsOf({ maxBytes }: ServerOptions): string {
  return maxBytes === undefined
    ? ''
    : `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${String(maxBytes)}</max-bytes></limits>`;
}

function mechanisms(...names: string[]): string {
  const list = names.map((name) => `<mechanism>${name}</mechanism>`).join('');
  return `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${list}</mechanisms>`;
}
