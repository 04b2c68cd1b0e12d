// SPDX-License-Identifier: MIT
import { create } from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { AttachSchema, CommandSchema, Link_State } from '../../src/contract/engine_pb.js';
import type { Command } from '../../src/contract/engine_pb.js';
import type { ClientIdentity, Dial, TlsFacts } from '../../src/core/effects.js';
import { Account } from '../../src/engine/account.js';
import type { AccountEffect, AccountInput } from '../../src/engine/effects.js';
import { nodeTools } from '../support/tools.js';

/** Settings beside those of every account here. */
export type More = Omit<MessageInitShape<typeof AttachSchema>, '$typeName' | '$unknown'>;

export const HEADER =
  "<?xml version='1.0'?><stream:stream from='home.example' id='1' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
export const SASL = 'urn:ietf:params:xml:ns:xmpp-sasl';
export const DAY = 86_400_000;
export const facts: TlsFacts = {
  protocol: 'TLSv1.3',
  names: { dns: ['home.example'], srv: [], xmppAddr: [] },
  sha256: 'ab'.repeat(32),
  notBefore: 0,
  notAfter: 1e15,
  chain: [],
};

/** An account that signs in by certificate, with a clock of its own and nobody behind its effects. */
export class Lone {
  readonly effects: AccountEffect[] = [];
  wall = Date.UTC(2026, 0, 1);
  readonly #start = this.wall;
  readonly #account: Account;

  constructor(caches: ReadonlyMap<string, string> = new Map()) {
    const random = (count: number): Uint8Array => new Uint8Array(count);
    const journal = new Uint8Array();
    this.#account = new Account({ program: 'Test' }, nodeTools, random, journal, caches, (e) =>
      this.effects.push(e),
    );
    // A new journal is begun.
    this.give({ type: 'compacted' });
  }

  /** Its disk is well: what it keeps is kept at once. */
  give(input: AccountInput): void {
    const before = this.effects.length;
    this.#account.input(input, { now: this.wall - this.#start + 1000, wall: this.wall });
    for (const effect of this.effects.slice(before)) {
      if (effect.type === 'append') this.give({ type: 'flushed', append: effect.append });
      if (effect.type === 'compact') this.give({ type: 'compacted' });
    }
  }

  command(body: Command['body']): void {
    this.give({ type: 'command', command: create(CommandSchema, { body }) });
  }

  attach(more: More = {}): void {
    const value = { jid: 'alice@home.example', clientCert: '/c.pem', password: 'canary', ...more };
    this.command({ case: 'attach', value: create(AttachSchema, value) });
  }

  identity(notAfter: number, more: Partial<ClientIdentity> = {}): void {
    const identity = { xmppAddr: ['alice@home.example'], notBefore: 0, notAfter, ...more };
    this.give({ type: 'identity', identity });
  }

  /** Up to a channel inside which nothing was said. */
  secured(found: Partial<TlsFacts> = {}): void {
    this.give({ type: 'link-open', direct: true });
    this.give({ type: 'tls-ready', facts: { ...facts, ...found } });
  }

  says(...xml: string[]): void {
    this.give({ type: 'link-bytes', bytes: new TextEncoder().encode(xml.join('')) });
  }

  offers(...mechanisms: string[]): void {
    const list = mechanisms.map((name) => `<mechanism>${name}</mechanism>`).join('');
    const offer = `<mechanisms xmlns='${SASL}'>${list}</mechanisms>`;
    this.says(`${HEADER}<stream:features>${offer}</stream:features>`);
  }

  /** Lets the time go on in steps of at most an hour, as the driver's timer does. */
  pass(ms: number): void {
    const end = this.wall + ms;
    while (this.wall < end) {
      this.wall = Math.min(end, this.wall + 3_600_000);
      this.give({ type: 'tick' });
    }
  }

  /** Answers what asked for the file, each time. */
  answerReads(notAfter: number): void {
    const asked = this.effects.filter(({ type }) => type === 'read-identity').length;
    if (asked > this.#answered) this.identity(notAfter);
    this.#answered = asked;
  }
  #answered = 0;

  get deadline(): number | undefined {
    const at = this.#account.deadline();
    return at === undefined ? undefined : at - 1000 + this.#start;
  }

  get dials(): Dial[] {
    return this.effects.flatMap((e) => (e.type === 'dial' ? [e.dial] : []));
  }

  get written(): string {
    return this.effects.map((e) => (e.type === 'write' ? e.text : '')).join('');
  }

  get warnings(): number[] {
    return this.effects.flatMap((e) =>
      e.type === 'tell' && e.body.case === 'certificateExpiry' ? [e.body.value.days] : [],
    );
  }

  get asked(): number {
    return this.effects.filter((e) => e.type === 'tell' && e.body.case === 'askSecret').length;
  }

  get failures(): (string | undefined)[] {
    return this.effects.flatMap((e) =>
      e.type === 'tell' && e.body.case === 'link' && e.body.value.state === Link_State.FAILED
        ? [e.body.value.error?.condition]
        : [],
    );
  }

  /** What was kept on disk, for the next process. */
  get caches(): Map<string, string> {
    return new Map(this.effects.flatMap((e) => (e.type === 'save' ? [[e.name, e.text]] : [])));
  }
}

/** Attaches, and answers the question for the certificate's file. */
export function begin(lone: Lone, notAfter: number, more: More = {}): void {
  lone.attach(more);
  lone.identity(notAfter);
}
