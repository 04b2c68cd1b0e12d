// SPDX-License-Identifier: MIT
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chooseMechanism } from '../../src/core/sasl/index.js';
import { bindingCase } from '../../src/core/sasl/memory.js';
import { offerHash, readOffer } from '../../src/core/sasl/offer.js';
import type { Offer } from '../../src/core/sasl/offer.js';
import { features, jid, readOne } from '../support/negotiating.js';
import { nodeTools } from '../support/tools.js';

const types = (...names: string[]): string =>
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>" +
  names.map((name) => `<channel-binding type='${name}'/>`).join('') +
  '</sasl-channel-binding>';

describe('the list of binding types (XEP-0440 §2)', () => {
  it.each([
    ['no list', '', undefined],
    [
      'two types',
      types('tls-server-end-point', 'tls-exporter'),
      ['tls-server-end-point', 'tls-exporter'],
    ],
    ['an empty list', types(), undefined],
    ['a type without a name', types('', 'tls-exporter'), ['tls-exporter']],
    ['a list of another namespace', types('tls-exporter').replace('cb:0', 'cb:9'), undefined],
  ])('%s', (_, text, expected) => {
    const offer = readOffer(readOne(features(text)), ['EXTERNAL']);
    expect(offer).toEqual({
      mechanisms: ['EXTERNAL'],
      ...(expected === undefined ? {} : { bindings: expected }),
    });
  });
});

/** The example of XEP-0474 §5.3. */
const example = {
  offer: {
    mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'],
    bindings: ['tls-server-end-point', 'tls-exporter'],
  },
  clientNonce: '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6',
  nonce: '12C4CD5C-E38E-4A98-8F6D-15C38F51CCC6a09117a6-ac50-4f2f-93f1-93799c2bddf6',
  salt: 'QSXCR+Q6sek8bf92',
  hash: 'G6k/rBLDqgOhRRaCuuatSDFkJ08=',
  channel: 'c=cD10bHMtZXhwb3J0ZXIsLFRISVMgSVMgRkFLRSBDQiBEQVRB',
  extension: 'x=19C6532F-1CF4-4A27-A18D-DC9CEA41BBB3',
};
const { nonce } = example;
const serverFirst = `r=${nonce},s=${example.salt},i=4096,h=${example.hash}`;
const salted = pbkdf2Sync('pencil', Buffer.from(example.salt, 'base64'), 4096, 20, 'sha1');

/** RFC 5802 §3, written once more: the proof and the server's signature. */
function signatures(withoutProof: string): { proof: string; server: string } {
  const mac = (key: Uint8Array, text: string): Buffer =>
    createHmac('sha1', key).update(text).digest();
  const message = `n=user,r=${example.clientNonce},${serverFirst},${withoutProof}`;
  const clientKey = mac(salted, 'Client Key');
  const signature = mac(createHash('sha1').update(clientKey).digest(), message);
  return {
    proof: Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64'),
    server: mac(mac(salted, 'Server Key'), message).toString('base64'),
  };
}

describe('the example of XEP-0474', () => {
  it('has the hash of its offer', () => {
    expect(offerHash(example.offer, 'sha1', nodeTools)).toBe(example.hash);
  });

  it('has proof and signature by the arithmetic used here', () => {
    // Its client sends an extension of its own, which is part of what is signed.
    expect(signatures(`${example.channel},r=${nonce},${example.extension}`)).toEqual({
      proof: 'M/SIDjT+dfcxUh89jZEypRvFxB4=',
      server: 'MQrMPvv7yv4x4Cq4W4Ih25EqS2c=',
    });
  });

  it('is followed up to the proof, and the server is believed', () => {
    const choice = chooseMechanism(example.offer, {
      authMethod: 'auto',
      certificate: false,
      plainInClear: false,
      tlsVersion: 'TLSv1.3',
      bindings: { 'tls-exporter': nodeTools.utf8('THIS IS FAKE CB DATA') },
    });
    if ('condition' in choice) throw new Error(choice.condition);
    // The nonce of the example is no base64; of ours it is that of the same length of bytes.
    const random = (): Uint8Array => Buffer.from(example.clientNonce);
    const tools = { ...nodeTools, base64: encode };
    const exchange = choice.begin(
      { jid: jid('user@example.org'), password: 'pencil' },
      tools,
      random,
    );
    const first = exchange.first();
    expect(first.type === 'send' && Buffer.from(first.data).toString()).toBe(
      `p=tls-exporter,,n=user,r=${example.clientNonce}`,
    );
    const derive = exchange.challenge(nodeTools.utf8(serverFirst));
    expect(derive).toMatchObject({ type: 'derive' });
    const final = exchange.derived?.(salted);
    const { proof, server } = signatures(`${example.channel},r=${nonce}`);
    expect(final?.type === 'send' && Buffer.from(final.data).toString()).toBe(
      `${example.channel},r=${nonce},p=${proof}`,
    );
    expect(exchange.success(nodeTools.utf8(`v=${server}`))).toBeUndefined();
  });
});

/** Leaves the example's nonce as it is. */
function encode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  return text === example.clientNonce ? text : nodeTools.base64(bytes);
}

describe('the case in which binding went wrong', () => {
  const channel = {
    tlsVersion: 'TLSv1.3',
    bindings: { 'tls-exporter': Uint8Array.of(1), 'tls-server-end-point': Uint8Array.of(2) },
  };
  const mechanisms = ['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS'];
  const at = (offer: Offer, more = {}): string | undefined =>
    bindingCase(offer, { ...channel, ...more }, nodeTools);

  it('is the same on every channel of the same kind', () => {
    const other = { bindings: { 'tls-exporter': Uint8Array.of(3) } };
    expect(at({ mechanisms })).toBe(at({ mechanisms: [...mechanisms].reverse() }, other));
  });

  it.each<[string, Offer, object]>([
    ['another offer', { mechanisms: [...mechanisms, 'PLAIN'] }, {}],
    ['a list of types', { mechanisms, bindings: ['tls-exporter'] }, {}],
    [
      'another binding',
      { mechanisms },
      { tlsVersion: 'TLSv1.2', bindings: { 'tls-unique': Uint8Array.of(1) } },
    ],
  ])('is another one with %s', (_, offer, more) => {
    expect(at(offer, more)).toBeDefined();
    expect(at(offer, more)).not.toBe(at({ mechanisms }));
  });

  it('is none where nothing would be bound', () => {
    expect(at({ mechanisms }, { tlsVersion: undefined, bindings: {} })).toBeUndefined();
  });
});
