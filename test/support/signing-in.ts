// SPDX-License-Identifier: MIT
//
// A session that signs in to a server of the test's own words: what it wrote, and what it came to.

import { pbkdf2Sync } from 'node:crypto';
import type { Clock, Derivation, TlsFacts } from '../../src/core/effects.js';
import type { Fault } from '../../src/core/errors.js';
import type { Framing } from '../../src/core/framing.js';
import type { NegotiationOptions } from '../../src/core/negotiation-options.js';
import { Session } from '../../src/core/session.js';
import type { SessionOutput } from '../../src/core/session-output.js';
import type { SavedManagement } from '../../src/core/stream-management.js';
import { account, facts, fixed, wall } from './negotiating.js';
import { nodeTools } from './tools.js';

export interface Setting {
  readonly options?: Partial<NegotiationOptions>;
  /** TLS comes first (XEP-0368). */
  readonly direct?: boolean;
  /** How the stream is put on the link, if not as RFC 6120 says. */
  readonly framing?: Framing;
  readonly tls?: Partial<TlsFacts>;
  /** An earlier session that may go on. */
  readonly saved?: SavedManagement;
}

const keys = new Map<string, Uint8Array>();

function derive({ hash, password, salt, iterations }: Derivation): Uint8Array {
  const name = [hash, password, Buffer.from(salt).toString('hex'), iterations].join(' ');
  const length = { sha1: 20, sha256: 32, sha512: 64 }[hash];
  const key = keys.get(name) ?? pbkdf2Sync(password, salt, iterations, length, hash);
  keys.set(name, key);
  return key;
}

/** `header`, `starttls`, `auth SCRAM-SHA-1`, `stream:error policy-violation`, `/stream:stream`. */
function brief(text: string): string[] {
  if (text.startsWith('<?xml')) return [text.includes(' from=') ? 'header from us' : 'header'];
  const end = text.endsWith('</stream:stream>') ? ['/stream:stream'] : [];
  const [, name, detail] =
    /^<([\w:]+)[^>]*?(?:mechanism="([^"]+)"[^>]*)?\/?>(?:<([\w-]+))?/.exec(text) ?? [];
  if (name === undefined) return end;
  const inner = name === 'stream:error' ? /^<stream:error[^>]*><([\w-]+)/.exec(text)?.[1] : detail;
  return [[name, inner].filter((word) => word !== undefined).join(' '), ...end];
}

/** Feed it turn by turn: TLS is there behind the turn in which it was asked for, as on a real line. */
export class SigningIn {
  /** Every byte that was written, in clear and inside TLS. */
  written = '';
  /** The same as short words. */
  readonly wrote: string[] = [];
  /** Each write by itself. */
  readonly texts: string[] = [];
  /** Where the server wanted us. */
  readonly places: string[] = [];
  /** What came of it: faults by kind and condition, `online` with the mechanism. */
  readonly told: string[] = [];
  /** Tokens (XEP-0484) that were kept, `none` where one was thrown away. */
  readonly tokens: string[] = [];
  /** Keys that were derived from the password. */
  derived = 0;
  private readonly session: Session;
  private readonly facts: TlsFacts;
  private clock: Clock = { now: 0, wall };
  private awaitsTls: boolean;

  constructor({ options, direct = false, framing, tls, saved }: Setting) {
    this.facts = { ...facts, ...tls };
    this.session = new Session(nodeTools, fixed, (output) => this.on(output));
    if (saved !== undefined) this.session.restore(saved);
    const how = { ...account, ...options, ...(framing === undefined ? {} : { framing }) };
    this.session.open(how, direct, this.clock);
    this.awaitsTls = direct;
  }

  /** What the server says in one go, in these pieces. */
  hear(...pieces: Uint8Array[]): void {
    this.secure();
    for (const piece of pieces) this.session.bytes(piece, this.clock);
  }

  /** TLS is complete, where it was asked for. */
  secure(): void {
    if (!this.awaitsTls) return;
    this.awaitsTls = false;
    this.session.tlsReady(this.facts, this.clock);
  }

  /** Nothing comes for so long. */
  wait(ms: number): void {
    this.clock = { ...this.clock, now: this.clock.now + ms };
    this.session.tick(this.clock);
  }

  private on(output: SessionOutput): void {
    if (output.type === 'write') {
      this.written += output.text;
      this.texts.push(output.text);
      this.wrote.push(...brief(output.text));
    } else if (output.type === 'start-tls') this.awaitsTls = true;
    else if (output.type === 'derive') {
      this.derived++;
      this.session.derived(output.ticket, derive(output.derivation));
    } else if (output.type === 'untrusted')
      this.told.push(`untrusted ${output.reasons.join(', ')}`);
    else if (output.type === 'online') this.told.push(`online ${output.mechanism}`);
    else if (output.type === 'token') this.tokens.push(output.token?.token ?? 'none');
    else if (output.type === 'need-password') this.told.push(output.type);
    else if (output.type === 'down') this.down(output.fault);
  }

  private down(fault: Fault | undefined): void {
    if (fault?.place !== undefined) this.places.push(fault.place);
    this.told.push(fault === undefined ? 'down' : `down ${fault.kind} ${fault.condition}`);
    this.awaitsTls = false;
  }
}
