// SPDX-License-Identifier: MIT
//
// How the account signed in last, in a small file of its own, so that nobody can talk it into less.

import type { SignInMemory, SignInNews } from '../core/sasl/memory.js';
import { readPin, wordsFor } from '../core/sasl/strength.js';
import type { Context } from './context.js';

/** The name of the file in the account's folder. */
export const SIGN_IN = 'sign-in';

export class SignInBook {
  private saved: SignInMemory;
  /** A sign-in without binding is under way, for the first time with this server. */
  private trying: string | undefined;
  private retryDue = false;
  /**
   * What the account signs in with is on the host's disk, as far as can be told: it has been attached with nothing
   * else since it was signed in. Else a host that dies now may come back with a password.
   */
  private lasting = true;

  /** @param text what the file held at the start */
  constructor(
    private readonly context: Context,
    text: string | undefined,
  ) {
    this.saved = text === undefined ? {} : this.read(text);
  }

  /** What the next sign-in goes by. */
  get memory(): SignInMemory {
    return this.trying === undefined ? this.saved : { ...this.saved, unbound: this.trying };
  }

  /** A host attached with another certificate than it had in this life, or without the one that it had. */
  changed(): void {
    this.lasting = false;
  }

  learn(news: SignInNews): void {
    if (news.what === 'unbound') {
      this.trying = news.at;
      this.retryDue = true;
      this.context.log('warning', 'sign-in', news.text);
      return;
    }
    this.answered();
    const unbound = news.method === 'scram' ? news.after.unbound : this.saved.unbound;
    const { pin } = news.method === 'external' && !this.lasting ? this.saved : news.after;
    if (unbound !== undefined && news.method === 'scram')
      this.context.log('warning', 'sign-in', UNBOUND);
    this.keep({
      ...(pin === undefined ? {} : { pin }),
      ...(unbound === undefined ? {} : { unbound }),
    });
  }

  /** The server gave its verdict on the sign-in that was under way. */
  answered(): void {
    this.trying = undefined;
    this.retryDue = false;
  }

  /** The link was lost in the one try without binding: does that try still have to be made? Once. */
  takeRetry(): boolean {
    const due = this.retryDue;
    this.retryDue = false;
    return due;
  }

  private keep(next: SignInMemory): void {
    const text = written(next);
    if (text === written(this.saved)) return;
    if (next.pin !== undefined) {
      this.context.log('info', 'sign-in', `From now on the least is ${wordsFor(next.pin)}.`);
    }
    this.saved = next;
    this.context.effect({ type: 'save', name: SIGN_IN, text });
  }

  /** Whatever is not ours is said and left, for a file that cannot be read must not lock anybody out. */
  private read(text: string): SignInMemory {
    const known = parsed(text);
    if (known === undefined) this.context.log('warning', 'sign-in', TORN);
    return known ?? {};
  }
}

/** One line of JSON. */
function written(memory: SignInMemory): string {
  return `${JSON.stringify(memory)}\n`;
}

function parsed(text: string): SignInMemory | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const { pin, unbound } = value as Record<string, unknown>;
    const known = readPin(pin);
    if (pin !== undefined && known === undefined) return undefined;
    if (unbound !== undefined && typeof unbound !== 'string') return undefined;
    return {
      ...(known === undefined ? {} : { pin: known }),
      ...(unbound === undefined ? {} : { unbound }),
    };
  } catch {
    return undefined;
  }
}

const UNBOUND =
  'Signed in without channel binding, since this server refuses it. That is kept for this account ' +
  'until the server offers something else.';
const TORN =
  'The file that says how the account signed in before cannot be read. The next sign-in is taken ' +
  'for the first one.';
