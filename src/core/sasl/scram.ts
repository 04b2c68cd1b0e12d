// SPDX-License-Identifier: MIT
//
// SCRAM (RFC 5802, RFC 7677), bound to the channel or not: the server proves that it knows the password
// too, and that its offer came as it made it (XEP-0474).

import { fault } from '../errors.js';
import type { Fault } from '../errors.js';
import type { HashName, Random, Tools } from '../tools.js';
import { unexpectedChallenge } from './mechanism.js';
import type { Credentials, Exchange, Mechanism, Move, Setting } from './mechanism.js';
import { offerHash } from './offer.js';
import { parseServerFirst, parseServerFinal } from './scram-messages.js';
import type { ServerFirst } from './scram-messages.js';

const nonceBytes = 24;

export function scram(name: string, hash: HashName): Mechanism {
  return {
    name,
    method: 'scram',
    begin: (credentials, tools, random, setting) =>
      new Scram(name, hash, credentials, tools, random, setting),
  };
}

const unprepared = (what: string): Fault =>
  fault(
    'sasl',
    'password-not-allowed',
    `The ${what} holds a character that cannot be used to sign in.`,
    { by: 'us', retry: 'never' },
  );

const impostor = fault(
  'sasl',
  'server-signature',
  'The server could not prove that it knows this account. The connection was closed.',
  { retry: 'never' },
);

const tampered = fault(
  'sasl',
  'offer-changed',
  'Somebody between you and the server has changed the list of ways to sign in. The connection was closed, the password was not used.',
  { retry: 'never' },
);

/** RFC 5802 §7 gs2-header: the flag, and nobody but ourselves to act as. */
const gs2Header = ({ gs2 }: Setting): string =>
  `${typeof gs2 === 'string' ? gs2 : `p=${gs2.type}`},,`;

class Scram implements Exchange {
  private state: 'new' | 'first-sent' | 'deriving' | 'final-sent' | 'verified' = 'new';
  private nonce = '';
  private clientFirstBare = '';
  private serverFirst: ServerFirst | undefined;
  private serverSignature: Uint8Array | undefined;

  constructor(
    readonly name: string,
    private readonly hash: HashName,
    private readonly credentials: Credentials,
    private readonly tools: Tools,
    private readonly random: Random,
    private readonly setting: Setting,
  ) {}

  first(): Move {
    const username = this.prepare(this.credentials.jid.local);
    if (username === undefined) return { type: 'fault', fault: unprepared('name') };
    // Base64 has neither a comma nor anything unprintable (RFC 5802 §5.1, "r").
    this.nonce = this.tools.base64(this.random(nonceBytes));
    // RFC 5802 §5.1, "n": a comma separates attributes, so it and its escape are escaped.
    const saslname = username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.clientFirstBare = `n=${saslname},r=${this.nonce}`;
    this.state = 'first-sent';
    return { type: 'send', data: this.tools.utf8(gs2Header(this.setting) + this.clientFirstBare) };
  }

  challenge(data: Uint8Array): Move {
    if (this.state === 'first-sent') return this.onServerFirst(data);
    if (this.state !== 'final-sent') return { type: 'fault', fault: unexpectedChallenge };
    // RFC 6120 §6.3.10: the last word of the server may come as a challenge of its own.
    const problem = this.verify(data);
    return problem === undefined
      ? { type: 'send', data: new Uint8Array() }
      : { type: 'fault', fault: problem };
  }

  /** @param key SaltedPassword (RFC 5802 §3) */
  derived(key: Uint8Array): Move {
    const { tools, hash, serverFirst } = this;
    if (this.state !== 'deriving' || serverFirst === undefined) {
      return { type: 'fault', fault: unexpectedChallenge };
    }
    const clientKey = tools.hmac(hash, key, tools.utf8('Client Key'));
    const storedKey = tools.hash(hash, clientKey);
    const withoutProof = `c=${this.channelBinding()},r=${serverFirst.nonce}`;
    const authMessage = tools.utf8(`${this.clientFirstBare},${serverFirst.text},${withoutProof}`);
    const clientSignature = tools.hmac(hash, storedKey, authMessage);
    const proof = clientKey.map((byte, i) => byte ^ (clientSignature[i] ?? 0));
    const serverKey = tools.hmac(hash, key, tools.utf8('Server Key'));
    this.serverSignature = tools.hmac(hash, serverKey, authMessage);
    this.state = 'final-sent';
    return { type: 'send', data: tools.utf8(`${withoutProof},p=${tools.base64(proof)}`) };
  }

  /** A success that comes without the server's signature, before or after it was due, is a lie. */
  success(data: Uint8Array): Fault | undefined {
    if (this.state === 'verified' && data.length === 0) return undefined;
    return this.state === 'final-sent' ? this.verify(data) : impostor;
  }

  private onServerFirst(data: Uint8Array): Move {
    const serverFirst = parseServerFirst(data, this.nonce, this.tools);
    if ('condition' in serverFirst) return { type: 'fault', fault: serverFirst };
    const problem = this.checkOffer(serverFirst.offerHash);
    if (problem !== undefined) return { type: 'fault', fault: problem };
    const password = this.prepare(this.credentials.password);
    if (password === undefined) return { type: 'fault', fault: unprepared('password') };
    this.serverFirst = serverFirst;
    this.state = 'deriving';
    const { salt, iterations } = serverFirst;
    return { type: 'derive', derivation: { hash: this.hash, password, salt, iterations } };
  }

  /** XEP-0474 §5.2. What the server says here is under both signatures. */
  private checkOffer(said: string | undefined): Fault | undefined {
    const { offer, doubt } = this.setting;
    if (said === undefined) return doubt;
    return said === offerHash(offer, this.hash, this.tools) ? undefined : tampered;
  }

  /** RFC 5802 §5.1, "c": the header once more, and behind it what the channel is known by. */
  private channelBinding(): string {
    const { gs2 } = this.setting;
    const header = this.tools.utf8(gs2Header(this.setting));
    const data = typeof gs2 === 'string' ? [] : gs2.data;
    return this.tools.base64(Uint8Array.from([...header, ...data]));
  }

  private verify(data: Uint8Array): Fault | undefined {
    const signature = parseServerFinal(data, this.tools);
    if (signature === undefined || 'condition' in signature) return signature ?? impostor;
    const expected = this.serverSignature;
    const right =
      expected?.length === signature.length && expected.every((byte, i) => byte === signature[i]);
    if (!right) return impostor;
    this.state = 'verified';
    return undefined;
  }

  /** RFC 5802 §2.2; undefined for what SASLprep forbids. */
  private prepare(text: string): string | undefined {
    try {
      return this.tools.saslprep(text);
    } catch {
      return undefined;
    }
  }
}
