// SPDX-License-Identifier: MIT
//
// Asks a server what it makes of one way to sign in, with code that the engine does not share.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.js';
import { Observed } from './observed.js';
import { PeerScram, type PeerBinding, type ScramHash } from './peer-scram.js';
import { PeerReader, type Node } from './peer-xml.js';

export type BindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

export interface Knock {
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
const encode = (text: string): string => Buffer.from(text).toString('base64');

/** RFC 9266 §2, RFC 5929 §4 and §3. */
function bindingOf(socket: TLSSocket, type: BindingType): PeerBinding {
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
export async function knock(how: Knock): Promise<string> {
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
    return await converse(socket, nodes, how);
  } finally {
    socket.destroy();
  }
}

async function converse(
  socket: TLSSocket,
  nodes: Observed<Node | 'closed'>,
  how: Knock,
): Promise<string> {
  const reader = new PeerReader({ header: () => undefined, stanza: (node) => nodes.add(node) });
  socket.setEncoding('utf8').on('data', (text: string) => reader.write(text));
  socket.write(
    `<?xml version='1.0'?><stream:stream to='${how.domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`,
  );
  const next = (after: number): Promise<Node | 'closed'> =>
    nodes.next('the server', () => true, { after });
  const features = await next(0);
  if (features === 'closed') return 'closed';
  const offered = features.child('mechanisms', SASL)?.children.map(({ text }) => text) ?? [];
  if (!offered.includes(how.mechanism)) return 'not offered';
  const { first, answer } = exchange(socket, how);
  socket.write(`<auth xmlns='${SASL}' mechanism='${how.mechanism}'>${encode(first) || '='}</auth>`);
  let outcome = await next(1);
  if (outcome !== 'closed' && outcome.name === 'challenge') {
    const said = answer(Buffer.from(outcome.text, 'base64').toString());
    socket.write(`<response xmlns='${SASL}'>${encode(said)}</response>`);
    outcome = await next(2);
  }
  if (outcome === 'closed') return 'closed';
  if (outcome.name === 'success') return 'lets in';
  return `refuses ${outcome.children[0]?.name ?? ''}`;
}

function exchange(
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
