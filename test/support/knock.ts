// SPDX-License-Identifier: MIT
//
// Asks a server what it makes of one way to sign in, with code that the engine does not share.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.js';
import { knockBySasl2 } from './knock-sasl2.js';
import { Observed } from './observed.js';
import { PeerScram, type PeerBinding, type ScramHash } from './peer-scram.js';
import { PeerReader, type Node } from './peer-xml.js';

export type BindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

export interface Knock {
  /** Which dress of SASL it is in: RFC 6120 if not given, XEP-0388 otherwise. */
  profile?: 'SASL2';
  /** For direct TLS, on loopback. */
  port: number;
  domain: string;
  caFile: string;
  tls: 'TLSv1.2' | 'TLSv1.3';
  mechanism: string;
  binding?: BindingType;
  user: string;
  password: string;
  certificate?: Certificate;
}

const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const encode = (text: string | Buffer): string => Buffer.from(text).toString('base64');

/** One stream to a server, as far as its features. */
export interface Door {
  readonly socket: TLSSocket;
  readonly features: Node;
  /** Says something, and waits for what the server says to it. */
  readonly ask: (text: string) => Promise<Node | 'closed'>;
}

/** RFC 9266 §2, RFC 5929 §4 and §3. */
export function bindingOf(socket: TLSSocket, type: BindingType): PeerBinding {
  const raw = socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0);
  const data = {
    'tls-exporter': () =>
      socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)),
    'tls-server-end-point': () => createHash('sha256').update(raw).digest(),
    'tls-unique': () => socket.getFinished() ?? Buffer.alloc(0),
  }[type]();
  return { type, data };
}

/** @returns `not offered`, `lets in`, or `refuses` with the condition of RFC 6120 §6.5 */
export function knock(how: Knock): Promise<string> {
  return atDoor(how, (door) =>
    how.profile === 'SASL2' ? knockBySasl2(how, door) : converse(how, door),
  );
}

/** @returns `closed` where no features come */
export async function atDoor(how: Knock, knocks: (door: Door) => Promise<string>): Promise<string> {
  const { port, domain, tls, certificate } = how;
  const socket = connect({
    ...{ port, host: '127.0.0.1', servername: domain, ca: readFileSync(how.caFile) },
    ...{ minVersion: tls, maxVersion: tls },
    ...(certificate && {
      cert: readFileSync(certificate.certFile),
      key: readFileSync(certificate.keyFile),
    }),
  });
  const nodes = new Observed<Node | 'closed'>();
  socket.on('error', () => undefined); // 'close' follows
  socket.once('close', () => nodes.add('closed'));
  await Promise.race([once(socket, 'secureConnect'), nodes.next('TLS', () => true)]);
  try {
    const door = await opened(socket, nodes, how.domain);
    return door === 'closed' ? door : await knocks(door);
  } finally {
    socket.destroy();
  }
}

async function opened(
  socket: TLSSocket,
  nodes: Observed<Node | 'closed'>,
  domain: string,
): Promise<Door | 'closed'> {
  const reader = new PeerReader({ header: () => undefined, stanza: (node) => nodes.add(node) });
  socket.setEncoding('utf8').on('data', (text: string) => reader.write(text));
  socket.write(
    `<?xml version='1.0'?><stream:stream to='${domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  let heard = 0;
  const next = (): Promise<Node | 'closed'> =>
    nodes.next('the server', () => true, { after: heard++ });
  const features = await next();
  if (features === 'closed') return features;
  const ask = (text: string): Promise<Node | 'closed'> => {
    socket.write(text);
    return next();
  };
  return { socket, features, ask };
}

async function converse(how: Knock, { socket, features, ask }: Door): Promise<string> {
  const offered = features.child('mechanisms', SASL)?.children.map(({ text }) => text) ?? [];
  if (!offered.includes(how.mechanism)) return 'not offered';
  const { first, answer } = exchange(socket, how);
  let outcome = await ask(
    `<auth xmlns='${SASL}' mechanism='${how.mechanism}'>${encode(first) || '='}</auth>`,
  );
  if (outcome !== 'closed' && outcome.name === 'challenge') {
    const said = answer(Buffer.from(outcome.text, 'base64').toString());
    outcome = await ask(`<response xmlns='${SASL}'>${encode(said)}</response>`);
  }
  if (outcome === 'closed') return 'closed';
  if (outcome.name === 'success') return 'lets in';
  return `refuses ${outcome.children[0]?.name ?? ''}`;
}

export function exchange(
  socket: TLSSocket,
  { mechanism, binding, user, password }: Knock,
): { first: string; answer: (challenge: string) => string } {
  if (mechanism === 'PLAIN') return { first: `\0${user}\0${password}`, answer: () => '' };
  if (mechanism === 'EXTERNAL') return { first: '', answer: () => '' };
  const hash = /^SCRAM-SHA-(\d+)/.exec(mechanism)?.[1] ?? '';
  const bound = binding && bindingOf(socket, binding);
  const scram = new PeerScram(`sha${hash}` as ScramHash, user, password, bound);
  return { first: scram.first, answer: (challenge) => scram.final(challenge) };
}
