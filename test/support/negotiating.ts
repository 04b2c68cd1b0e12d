// SPDX-License-Identifier: MIT
//
// What the tests of negotiation share: elements from text, an account, facts about a channel, and a
// negotiation whose outputs are taken one batch at a time.

import { Jid } from '../../src/core/jid.js';
import type { TlsFacts } from '../../src/core/effects.js';
import { Negotiation } from '../../src/core/negotiation.js';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import type { NegotiationOutput } from '../../src/core/negotiation-output.js';
import type { Random } from '../../src/core/tools.js';
import { XmlReader } from '../../src/core/xml-reader.js';
import type { Element } from '../../src/core/xml.js';
import { nodeTools } from './tools.js';

export const header =
  "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='s1' " +
  "xmlns:stream='http://etherx.jabber.org/streams' from='example.org'>";

/** Children of a stream, read as they would be from a server. */
export function read(text: string): Element[] {
  const elements: Element[] = [];
  const reader = new XmlReader(
    {
      open: () => undefined,
      element: (el) => elements.push(el),
      end: () => undefined,
      fault: (f) => {
        throw new Error(`the test's own XML is wrong: ${f.condition}`);
      },
    },
    nodeTools,
  );
  reader.write(nodeTools.utf8(header + text));
  return elements;
}

export function readOne(text: string): Element {
  const [element] = read(text);
  if (element === undefined) throw new Error(`no element in ${text}`);
  return element;
}

export function jid(text: string): Jid {
  const parsed = Jid.parse(text, nodeTools);
  if (parsed === undefined) throw new Error(`no JID: ${text}`);
  return parsed;
}

/** Always the same, so that every nonce is known. */
export const fixed: Random = (n) => new Uint8Array(n).fill(7);

/** What `fixed` makes of a ticket. */
export const fixedTicket = 0x07070707;

/** What `fixed` makes of a SCRAM nonce of 24 bytes. */
export const fixedNonce = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH';

export const account: NegotiationOptions = {
  jid: jid('alice@example.org'),
  resource: 'desk',
  security: 'require_tls',
  authMethod: 'auto',
  plainInClear: false,
  password: 'pencil',
};

export const wall = Date.UTC(2026, 5, 1);
const year = 365 * 86_400_000;

export const identity = {
  xmppAddr: ['alice@example.org'],
  notBefore: wall - year,
  notAfter: wall + year,
};

/** A channel that nothing is wrong with. */
export const facts: TlsFacts = {
  protocol: 'TLSv1.3',
  names: { dns: ['example.org'], srv: [], xmppAddr: [] },
  sha256: 'ab'.repeat(32),
  notBefore: wall - year,
  notAfter: wall + year,
  chain: [],
};

export interface Driven {
  readonly negotiation: Negotiation;
  /** That something was offered, or that a session is opening: no answer to anything, and kept apart. */
  readonly noted: NegotiationOutput['type'][];
  /** The outputs since the last call. */
  readonly take: () => NegotiationOutput[];
  /** Feeds what the server says and takes the outputs. */
  readonly say: (text: string) => NegotiationOutput[];
}

export function negotiate(options: Partial<NegotiationOptions> = {}): Driven {
  let outputs: NegotiationOutput[] = [];
  const noted: NegotiationOutput['type'][] = [];
  const out = (o: NegotiationOutput): void => {
    if (o.type === 'offered' || o.type === 'opening') noted.push(o.type);
    else outputs.push(o);
  };
  const negotiation = new Negotiation({ ...account, ...options }, nodeTools, fixed, out);
  const take = (): NegotiationOutput[] => {
    const taken = outputs;
    outputs = [];
    return taken;
  };
  return {
    negotiation,
    noted,
    take,
    say: (text) => {
      for (const element of read(text)) negotiation.element(element);
      return take();
    },
  };
}

export const features = (...offers: string[]): string =>
  `<stream:features>${offers.join('')}</stream:features>`;

export const offerTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
export const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
export const offerBind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>";
export const offerSm = "<sm xmlns='urn:xmpp:sm:3'/>";
export const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";

export const offerSasl = (...names: string[]): string =>
  "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" +
  names.map((name) => `<mechanism>${name}</mechanism>`).join('') +
  '</mechanisms>';

export const boundAs = (full: string): string =>
  "<iq type='result' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>" +
  `<jid>${full}</jid></bind></iq>`;

/** Direct TLS, then PLAIN: a negotiation that awaits the features behind SASL, with no output left. */
export function signedIn(options: Partial<NegotiationOptions> = {}): Driven {
  const driven = negotiate({ authMethod: 'plain', ...options });
  driven.negotiation.start(true);
  driven.negotiation.tlsReady(facts, wall);
  driven.say(features(offerSasl('PLAIN')));
  driven.say(success);
  return driven;
}
