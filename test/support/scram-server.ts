// SPDX-License-Identifier: MIT
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';

/** The server's side of one SCRAM exchange (RFC 5802), for a password of ASCII; data is in base64. */
export class ScramServer {
  /** SaltedPassword. */
  readonly salted: Buffer;
  readonly #hash: 'sha1' | 'sha256' | 'sha512';
  readonly #channel: Buffer;
  readonly #more: string;
  #header = '';
  #messages = '';
  #nonce = '';

  /**
   * @param channel what this end of the channel is known by
   * @param more further attributes of the first message
   */
  constructor(
    hash: 'sha1' | 'sha256' | 'sha512',
    password: string,
    channel: Buffer = Buffer.alloc(0),
    more = '',
  ) {
    this.#hash = hash;
    this.#channel = channel;
    this.#more = more;
    const size = { sha1: 20, sha256: 32, sha512: 64 }[hash];
    this.salted = pbkdf2Sync(password, 'salt', 4096, size, hash);
  }

  /** Answers the client's first message. */
  first(message: string): string {
    const text = Buffer.from(message, 'base64').toString();
    const [, header = '', bare = '', nonce = ''] = /^([^,]*,,)(n=[^,]*,r=(.*))$/.exec(text) ?? [];
    this.#header = header;
    this.#nonce = `${nonce}server`;
    const salt = Buffer.from('salt').toString('base64');
    const answer = `r=${this.#nonce},s=${salt},i=4096${this.#more}`;
    this.#messages = `${bare},${answer}`;
    return Buffer.from(answer).toString('base64');
  }

  /**
   * Answers the client's last message.
   * @throws when the client did not prove the password, or is bound to another channel
   */
  final(message: string): string {
    const text = Buffer.from(message, 'base64').toString();
    const [, without = '', proof = ''] = /^(.*),p=(.*)$/.exec(text) ?? [];
    const seen = this.#header.startsWith('p=') ? this.#channel : Buffer.alloc(0);
    const binding = Buffer.concat([Buffer.from(this.#header), seen]).toString('base64');
    if (without !== `c=${binding},r=${this.#nonce}`) throw new Error('bound to another channel');
    const signed = `${this.#messages},${without}`;
    const clientKey = this.#mac(this.salted, 'Client Key');
    const stored = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#mac(stored, signed);
    const expected = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
    if (!timingSafeEqual(expected, Buffer.from(proof, 'base64'))) throw new Error('wrong password');
    const verifier = this.#mac(this.#mac(this.salted, 'Server Key'), signed);
    return Buffer.from(`v=${verifier.toString('base64')}`).toString('base64');
  }

  #mac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}
