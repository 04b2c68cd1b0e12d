// SPDX-License-Identifier: MIT
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

export type ScramHash = 'sha1' | 'sha256' | 'sha512';

/** What the exchange is bound to (RFC 5802 §6): the type's name and its data. */
export interface PeerBinding {
  type: string;
  data: Buffer;
}

const SIZES = { sha1: 20, sha256: 32, sha512: 64 };

/** RFC 5802 for passwords of plain ASCII, bound to a channel or not. */
export class PeerScram {
  readonly first: string;
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #bare: string;
  readonly #bound: Buffer;
  #expected = '';

  constructor(hash: ScramHash, user: string, password: string, binding?: PeerBinding) {
    this.#hash = hash;
    this.#password = password;
    this.#bare = `n=${user},r=${randomBytes(18).toString('base64')}`;
    const header = binding === undefined ? 'n,,' : `p=${binding.type},,`;
    this.#bound = Buffer.concat([Buffer.from(header), binding?.data ?? Buffer.alloc(0)]);
    this.first = `${header}${this.#bare}`;
  }

  /** The client-final message for the server's challenge. */
  final(challenge: string): string {
    const field = (name: string): string =>
      challenge
        .split(',')
        .find((part) => part.startsWith(`${name}=`))
        ?.slice(2) ?? '';
    const salt = Buffer.from(field('s'), 'base64');
    const size = SIZES[this.#hash];
    const salted = pbkdf2Sync(this.#password, salt, Number(field('i')), size, this.#hash);
    const mac = (key: Buffer, text: string): Buffer =>
      createHmac(this.#hash, key).update(text).digest();
    const clientKey = mac(salted, 'Client Key');
    const stored = createHash(this.#hash).update(clientKey).digest();
    const without = `c=${this.#bound.toString('base64')},r=${field('r')}`;
    const message = `${this.#bare},${challenge},${without}`;
    const signature = mac(stored, message);
    const proof = clientKey.map((byte, at) => byte ^ (signature[at] ?? 0));
    this.#expected = `v=${mac(mac(salted, 'Server Key'), message).toString('base64')}`;
    return `${without},p=${Buffer.from(proof).toString('base64')}`;
  }

  /** Whether the server knows the password too. */
  verifies(success: string): boolean {
    return this.#expected !== '' && success === this.#expected;
  }
}
