// SPDX-License-Identifier: MIT
//
// The token by which an account signs in again (XEP-0484): the only secret that is kept here, in a file of
// its own with mode 0600.
//
// It stands for a password that the host keeps, and lives no longer than that: once the host gives another
// one, or none, or a certificate, the token is ended at the server before anything else is done.

import type { Token } from '../core/sasl/fast.js';
import type { Sasl2Options } from '../core/steps/sasl2-request.js';
import type { Context } from './context.js';

/** The cache's name. */
export const TOKEN = 'token';

interface Kept extends Token {
  /** Of the password: see {@link FastToken.mark}. */
  readonly mark: string;
}

export class FastToken {
  private kept: Kept | undefined;
  private current = '';

  /** @param text the cache, if there is one */
  constructor(
    private readonly context: Context,
    text: string | undefined,
  ) {
    this.kept = readKept(text);
    if (this.kept !== undefined) context.effect({ type: 'secret', text: this.kept.token });
  }

  /**
   * What the sign-in that begins now has to do with tokens. The one that it shows is counted by this
   * (XEP-0484 §3.4).
   * @param password as the host keeps it; empty where it keeps none, or the account has a certificate
   */
  opened(password: string): Pick<Sasl2Options, 'fast' | 'revoke'> {
    this.current = password;
    const { kept } = this;
    const token = this.shown();
    if (kept === undefined || token === undefined) return password === '' ? {} : { fast: {} };
    if (password === '' || this.mark(kept.token, password) !== kept.mark) return { revoke: token };
    return { fast: { token } };
  }

  /** The one that is to be shown now, to end it, which is counted by this. */
  shown(): Token | undefined {
    const { kept } = this;
    if (kept === undefined) return undefined;
    const token = { ...kept, count: kept.count + 1 };
    this.keep(token);
    return token;
  }

  /** @param token absent when the last one is good for nothing any more */
  given(token: Token | undefined): void {
    if (token !== undefined) this.context.effect({ type: 'secret', text: token.token });
    this.keep(
      token === undefined ? undefined : { ...token, mark: this.mark(token.token, this.current) },
    );
  }

  private keep(kept: Kept | undefined): void {
    this.kept = kept;
    const text = kept === undefined ? '' : JSON.stringify(kept);
    this.context.effect({ type: 'save', name: TOKEN, text });
  }

  /** Twelve bits: enough to notice that a password is another one, too few to find one by. */
  private mark(token: string, password: string): string {
    const { tools } = this.context;
    const [a = 0, b = 0] = tools.hmac('sha256', tools.utf8(token), tools.utf8(password));
    return String((a * 256 + b) >> 4);
  }
}

function readKept(text: string | undefined): Kept | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { mechanism, token, count, mark } = value as Partial<Record<keyof Kept, unknown>>;
  return typeof mechanism === 'string' &&
    typeof token === 'string' &&
    typeof mark === 'string' &&
    typeof count === 'number' &&
    Number.isSafeInteger(count)
    ? { mechanism, token, count, mark }
    : undefined;
}
