// SPDX-License-Identifier: MIT
//
// What the model server makes of <authenticate/> (XEP-0388), with tokens (XEP-0484). It shares no code with
// the engine.

import { Buffer } from 'node:buffer';
import { createHash, createHmac } from 'node:crypto';
import type { Element } from '../../../src/core/xml.js';

const FAST = 'urn:xmpp:fast:0';

/** How a server that has SASL2 differs from others that have. */
export interface Sasl2Options {
  /** XEP-0386. */
  readonly bind?: boolean;
  readonly fast?: boolean;
  /** Everybody's. Without it PLAIN takes any; with it there is all that the channel allows, and no older way. */
  readonly password?: string;
  /** Leaves the client's earlier sessions alone, against XEP-0386 §3.2. */
  readonly keepsOld?: boolean;
  /** Chooses another resource each time. */
  readonly unstable?: boolean;
}

const NO_BINDING = Buffer.alloc(0);

/** A new one is given after so many uses. */
const ROTATED_AFTER = 3;

interface Slots {
  current?: string;
  next?: string;
  uses: number;
  /** Of the token in use, as far as it was counted. */
  count: number;
  /** What they are for; a token is good for no other (XEP-0484 §3.4). */
  mechanism: string;
}

/** The tokens of all clients, by user and client. */
export class Tokens {
  private readonly slots = new Map<string, Slots>();
  private made = 0;

  /** Whether the client has one. */
  has(user: string, agent: string): boolean {
    return this.slots.has(`${user} ${agent}`);
  }

  make(user: string, agent: string, mechanism: string): string {
    const key = `${user} ${agent}`;
    const token = `secret-token:${String(++this.made)}-${agent}`;
    const slots = this.slots.get(key) ?? { uses: 0, count: 0 };
    this.slots.set(key, { ...slots, mechanism, next: token });
    return token;
  }

  /**
   * @param binding what the proofs are bound to; empty for nothing
   * @returns what proves to the client that we know the token, or undefined for a wrong one
   */
  use(user: string, asked: Authenticate, binding: Buffer = NO_BINDING): Buffer | undefined {
    const { agent, proof, mechanism } = asked;
    const count = Number(asked.fast?.getAttr('count') ?? 0);
    const slots = this.slots.get(`${user} ${agent}`);
    const token = [slots?.next, slots?.current].find(
      (one) => one !== undefined && mac(one, 'Initiator', binding).equals(proof),
    );
    if (slots?.mechanism !== mechanism || token === undefined) return undefined;
    if (token === slots.next) {
      slots.current = token;
      delete slots.next;
      slots.count = 0;
    }
    // XEP-0484 §3.4: one that was counted already has been replayed.
    if (count <= slots.count) return undefined;
    slots.count = count;
    slots.uses++;
    return mac(token, 'Responder', binding);
  }

  isOld(user: string, agent: string): boolean {
    return (this.slots.get(`${user} ${agent}`)?.uses ?? 0) % ROTATED_AFTER === 0;
  }

  forget(user: string, agent: string): void {
    this.slots.delete(`${user} ${agent}`);
  }
}

function mac(token: string, role: string, binding: Buffer): Buffer {
  return createHmac('sha256', token).update(role).update(binding).digest();
}

/** What a client said in <authenticate/>. */
export interface Authenticate {
  readonly mechanism: string;
  readonly data: Buffer;
  readonly local: string;
  readonly proof: Buffer;
  readonly agent: string;
  readonly software: string;
  readonly device: string;
  readonly fast: Element | undefined;
  /** The mechanism for which a token is wanted. */
  readonly wanted: string | undefined;
  readonly resume: Element | undefined;
  readonly bind: Element | undefined;
}

export function readAuthenticate(element: Element): Authenticate {
  const data = Buffer.from(element.getChildText('initial-response') ?? '', 'base64');
  const mechanism = String(element.getAttr('mechanism'));
  const nul = data.indexOf(0);
  const [, plain = ''] = data.toString().split('\u0000');
  const token = mechanism !== 'PLAIN';
  const wanted: unknown = element.getChild('request-token', FAST)?.getAttr('mechanism');
  return {
    ...{ mechanism, data },
    local: token ? data.subarray(0, nul).toString() : plain,
    proof: data.subarray(nul + 1),
    agent: String(element.getChild('user-agent')?.getAttr('id') ?? ''),
    software: element.getChild('user-agent')?.getChildText('software') ?? '',
    device: element.getChild('user-agent')?.getChildText('device') ?? '',
    fast: element.getChild('fast', FAST),
    wanted: typeof wanted === 'string' ? wanted : undefined,
    resume: element.getChild('resume', 'urn:xmpp:sm:3'),
    bind: element.getChild('bind', 'urn:xmpp:bind:0'),
  };
}

/** The same for a client's every session (XEP-0386 §3.2.1), and nothing that tells who the client is. */
export function resourceOf(tag: string, agent: string): string {
  return `${tag}/${createHash('sha256').update(agent).digest('hex').slice(0, 8)}`;
}

/** What a sign-in gives: the server's own proof, and a token. */
export interface Given {
  readonly data: Buffer | undefined;
  readonly token: string | undefined;
}

export function successOf(jid: string, inline: string, { data, token }: Given): string {
  const proof =
    data === undefined ? '' : `<additional-data>${data.toString('base64')}</additional-data>`;
  const given =
    token === undefined
      ? ''
      : `<token xmlns='${FAST}' expiry='2030-01-01T00:00:00Z' token='${token}'/>`;
  const identifier = `<authorization-identifier>${jid}</authorization-identifier>`;
  return `<success xmlns='urn:xmpp:sasl:2'>${proof}${identifier}${inline}${given}</success>`;
}
