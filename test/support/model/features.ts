// SPDX-License-Identifier: MIT
//
// What the model server offers at each opening of a stream (RFC 6120 §4.3.2).

import type { Channel, ServerLink } from './network.js';
import type { ServerOptions } from './profiles.js';
import { mechanismsOf } from './sasl2-exchange.js';

export type Phase = 'clear' | 'tls' | 'authenticated';

const STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>";
const MECHANISMS = mechanisms('PLAIN');
const BIND = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
const SM = "<sm xmlns='urn:xmpp:sm:3'/>";

/**
 * @param stripped somebody between removes STARTTLS, and hopes for a password
 * @param link what TLS says of the client
 */
export function featuresOf(
  phase: Phase,
  options: ServerOptions,
  stripped: boolean,
  link?: Pick<ServerLink, 'channel' | 'certificate'>,
): string {
  switch (phase) {
    case 'clear':
      return stripped ? MECHANISMS : STARTTLS;
    case 'tls':
      return sasl2Of(options, link?.channel?.()) + olderOf(options, link?.certificate);
    case 'authenticated':
      return BIND + (options.plain === true ? '' : SM) + limitsOf(options);
  }
}

/** The same as an element of a stream that goes on (XEP-0388 §2.6.1). */
export function offerOf(phase: Phase, options: ServerOptions): string {
  return `<stream:features>${featuresOf(phase, options, false)}</stream:features>`;
}

/** XEP-0178 §2: EXTERNAL is offered to who has shown a certificate that may be somebody's. */
function olderOf({ external, saslCert, sasl2 }: ServerOptions, shown?: Uint8Array): string {
  if (sasl2?.password !== undefined) return '';
  const takes = external !== undefined || (saslCert === true && shown !== undefined);
  return takes ? mechanisms('EXTERNAL', 'PLAIN') : MECHANISMS;
}

function sasl2Of({ sasl2, plain, carbons }: ServerOptions, channel?: Channel): string {
  if (sasl2 === undefined) return '';
  const sm = plain === true ? '' : SM;
  const able = [
    ...(plain === true ? [] : ['urn:xmpp:sm:3']),
    ...(carbons === true ? ['urn:xmpp:carbons:2'] : []),
  ];
  const features = able.map((name) => `<feature var='${name}'/>`).join('');
  const bind = `<bind xmlns='urn:xmpp:bind:0'><inline>${features}</inline></bind>`;
  const { sasl, fast: tokens, bindings } = mechanismsOf(sasl2, channel);
  const fast = `<fast xmlns='urn:xmpp:fast:0'>${named(tokens)}</fast>`;
  const inline = sm + (sasl2.bind === true ? bind : '') + (sasl2.fast === true ? fast : '');
  const types = bindings.map((type) => `<channel-binding type='${type}'/>`).join('');
  const list = `<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>${types}</sasl-channel-binding>`;
  return (
    `<authentication xmlns='urn:xmpp:sasl:2'>${named(sasl)}<inline>${inline}</inline></authentication>` +
    (bindings.length === 0 ? '' : list)
  );
}

function limitsOf({ maxBytes }: ServerOptions): string {
  return maxBytes === undefined
    ? ''
    : `<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>${String(maxBytes)}</max-bytes></limits>`;
}

function mechanisms(...names: string[]): string {
  return `<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${named(names)}</mechanisms>`;
}

function named(names: readonly string[]): string {
  return names.map((name) => `<mechanism>${name}</mechanism>`).join('');
}
